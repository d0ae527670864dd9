"""People at the dashboard, as a browser would go about it: over real processes, with a cookie jar."""

import re
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from tests.federation_simulator import FederationSimulator, eventually
from tests.journeys.test_upgrading import take_back_to
from tests.real_processes import RealDirector


@pytest.fixture(scope="module")
def director(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealDirector]:
    environment = {"DIRECTOR_BANNER": "Demonstration: synthetic patients"}
    options = ("--sign-in-link", "--workers", "2")
    director = RealDirector(tmp_path_factory.mktemp("people") / "director", environment, options=options)
    director.start()
    yield director
    director.stop()


class Browser:
    """Keeps cookies, and shows the page's token with whatever changes something."""

    def __init__(self, director: RealDirector) -> None:
        self._director = director
        self._http = requests.Session()
        self.page: dict[str, str] = {}

    def ask(self, method: str, path: str, **more: object) -> requests.Response:
        headers = {"Origin": self._director.url, **self.page, **more.pop("headers", {})}  # type: ignore[dict-item]
        return self._http.request(method, f"{self._director.url}{path}", headers=headers, timeout=30, **more)  # type: ignore[arg-type]

    def sign_in(self, **shown: str) -> requests.Response:
        answer = self.ask("POST", "/session", json=shown)
        if answer.ok:
            self.page = {"X-CSRF-Token": answer.json()["csrf_token"]}
        return answer


def issued(director: RealDirector, person: str) -> dict[str, str]:
    return dict(director.json("token", "issue", "--role", "admin", "--person", person))


def test_the_link_that_serve_prints_signs_an_admin_in_once(director: RealDirector) -> None:
    link = re.compile(r"^Sign in once at: (\S+)#(\S+)\n", re.MULTILINE)
    eventually(lambda: link.search(director.said) is not None)
    assert re.search("^Serving on", director.said, re.MULTILINE)
    ((address, code),) = link.findall(director.said)
    assert address == f"{director.url}/dashboard/sign-in"
    browser = Browser(director)
    said = browser.sign_in(link=code).json()
    assert (said["role"], said["banner"]) == ("admin", "Demonstration: synthetic patients")
    assert browser.ask("GET", "/tokens").status_code == 200
    assert Browser(director).sign_in(link=code).status_code == 401
    written = [path for path in director.folder.rglob("*") if path.is_file() and code.encode() in path.read_bytes()]
    assert written == []


def test_a_person_signs_in_acts_and_signs_out(director: RealDirector) -> None:
    browser = Browser(director)
    assert browser.ask("GET", "/session").status_code == 401
    assert browser.sign_in(token=issued(director, "Jane Wanjiru")["token"]).status_code == 201
    assert browser.ask("GET", "/session").json()["person"] == "Jane Wanjiru"
    page, browser.page = browser.page, {}
    hospital = {"json": {"envoy_name": "KNH"}}
    assert browser.ask("POST", "/envoys", **hospital).json()["code"] == "csrf_token_missing"
    browser.page = page
    elsewhere = {"headers": {"Origin": "https://evil.example"}}
    assert browser.ask("POST", "/envoys", **hospital, **elsewhere).json()["code"] == "cross_site_refused"
    assert browser.ask("POST", "/envoys", **hospital).status_code == 201
    (added,) = browser.ask("GET", "/audit?act=envoy.add").json()["items"]
    assert added["person"] == "Jane Wanjiru"
    assert browser.ask("DELETE", "/session").status_code == 204
    for _ in range(6):  # whichever worker answers
        assert browser.ask("GET", "/tasks").status_code == 401


@pytest.mark.alone
def test_a_revoked_token_ends_the_session_and_its_open_stream_at_once(director: RealDirector) -> None:
    token = issued(director, "Amina Odhiambo")
    browser = Browser(director)
    browser.sign_in(token=token["token"])
    ended: list[float] = []

    def follow() -> None:
        with browser.ask("GET", "/events", stream=True) as stream:
            for _ in stream.iter_content(1):
                pass
        ended.append(time.monotonic())

    following = threading.Thread(target=follow)
    following.start()
    time.sleep(0.5)
    assert following.is_alive()
    admin = director.admin  # made first: that takes a command, whose start does not count
    began = time.monotonic()
    requests.delete(f"{director.url}/tokens/{token['id']}", headers=admin, timeout=30).raise_for_status()
    following.join(10)
    assert ended[0] - began < 1
    assert browser.ask("GET", "/session").status_code == 401


def test_the_tokens_of_an_older_folder_go_on_working_and_sign_in(tmp_path: Path) -> None:
    with FederationSimulator(tmp_path / "director") as federation:
        federation.clock.now = datetime.now(UTC)  # the process has its own clock
        token = federation.token("admin")
    take_back_to("0007", federation.director.database)
    federation.director.database.close()
    director = RealDirector(federation.folder)
    director.start()
    try:
        headers = {"Authorization": f"Bearer {token}"}
        (listed,) = requests.get(f"{director.url}/tokens", headers=headers, timeout=30).json()["items"]
        assert listed["person"] is None
        said = Browser(director).sign_in(token=token).json()
        assert (said["token_id"], said["person"]) == (listed["id"], None)
        assert director.run("audit", "verify").stdout.startswith("whole")
    finally:
        director.stop()
