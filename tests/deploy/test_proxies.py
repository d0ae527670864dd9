"""Behind nginx and behind Caddy, as ``deploy`` has them, everybody works as with the director itself."""

import json
import re
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPSConnection
from pathlib import Path

import pytest
import requests

from director.api.runs import LONGEST_WAIT_SECONDS
from simulation.consortium import write_consortium
from tests.deploy.proxies import NGINX, PROGRAMS, Proxied, proxied_by, require_proxy
from tests.real_processes import RealEnvoy, participating

GUESSES = 3


@pytest.fixture(scope="module", params=sorted(PROGRAMS))
def proxied(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    """A director behind a proxy, and one hospital that joined through it."""
    require_proxy(request.param)
    environment = {"DIRECTOR_GUESSES_PER_MINUTE": str(GUESSES)}
    with proxied_by(request.param, tmp_path_factory.mktemp(request.param), environment) as behind:
        yield behind


@pytest.fixture(scope="module")
def envoy(proxied: Proxied) -> RealEnvoy:
    """A hospital that has joined, told its statistics and trained, all through the proxy."""
    (tables,) = write_consortium(proxied.folder / "tables", hospitals=1, patients=200, seed=1)
    envoy = RealEnvoy(proxied.folder / "home", tables, {"ENVOY_CA_FILE": str(proxied.ca_file)})
    code = proxied.director.json("envoy", "add", "KUTRRH")["code"]
    envoy.run("join", "--director", proxied.url, "--code", code)
    envoy.run("statistics")
    assert envoy.json("train")["submission"]["verdict"] == "admitted"
    return envoy


def test_a_hospital_joins_trains_and_takes_part_in_rounds(proxied: Proxied, envoy: RealEnvoy) -> None:
    with participating(envoy, "--once") as taking_part:
        time.sleep(2)  # it waits for work, in one long request
        proxied.director.run("run", "open", "--rounds", "2", "--deadline", "5m")
        assert taking_part.wait(timeout=60) == 0
    (run,) = proxied.director.json("run", "list")
    assert run["state"] == "finished"
    assert envoy.json("evaluate")["global"]


def test_a_request_may_wait_as_long_as_an_envoy_does() -> None:
    found = re.search(r"proxy_read_timeout (\d+)s;", NGINX.read_text())  # Caddy has no such bound
    assert found
    assert int(found[1]) > LONGEST_WAIT_SECONDS + 10


def test_an_upload_of_the_largest_size_arrives_whole(proxied: Proxied, envoy: RealEnvoy) -> None:
    def refusal(url: str, body: bytes) -> tuple[int, str]:
        form = {"Content-Type": "multipart/form-data; boundary=b", **envoy.headers}
        answer = proxied.browser().post(f"{url}/upload/KUTRRH", data=body, headers=form, timeout=60)
        return answer.status_code, answer.json()["code"]

    head = b'--b\r\nContent-Disposition: form-data; name="model"; filename="model.pt"\r\n\r\n'
    tail = b"\r\n--b--\r\n"
    largest = head + bytes(64 * 2**20 - len(head) - len(tail)) + tail
    assert refusal(proxied.url, largest) == refusal(proxied.director.url, largest)
    assert refusal(proxied.url, largest)[0] != 413


def test_an_upload_that_is_too_large_is_never_taken(proxied: Proxied, envoy: RealEnvoy) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b", **envoy.headers}
    before = proxied.director.json("submission", "list")
    seen = []
    # who sends all of it before it listens: the director closes, and what the proxy then says is its own affair
    with suppress(requests.ConnectionError):
        url, body = f"{proxied.url}/upload/KUTRRH", bytes(64 * 2**20 + 1)
        seen.append(proxied.browser().post(url, data=body, headers=headers, timeout=60).status_code)
    assert set(seen) <= {413, 502}
    assert proxied.director.json("submission", "list") == before
    if proxied.program == "nginx":  # who listens first hears the director's own words; Caddy waits for some of a body
        trusting = ssl.create_default_context(cafile=proxied.ca_file)
        connection = HTTPSConnection("127.0.0.1", proxied.port, timeout=30, context=trusting)
        connection.request("POST", "/upload/KUTRRH", headers={**headers, "Content-Length": str(64 * 2**20 + 1)})
        answer = connection.getresponse()
        assert (answer.status, answer.headers["Content-Type"]) == (413, "application/problem+json")
        connection.close()


def test_a_batch_of_the_largest_size_is_answered_in_full(proxied: Proxied, envoy: RealEnvoy) -> None:
    if not proxied.director.json("model", "list"):
        proxied.director.run("aggregate")
    rows = 90_000
    body = b"diagnosis_count\n" + b"%s3\n" % (b" " * 330) * rows
    assert 28 * 2**20 < len(body) < 32 * 2**20
    headers = {**envoy.headers, "Content-Type": "text/csv"}
    with proxied.browser().post(
        f"{proxied.url}/infer_global/batch", data=body, headers=headers, timeout=120, stream=True
    ) as answer:
        assert answer.status_code == 200, answer.text
        assert sum(piece.count(b"\n") for piece in answer.iter_content(1 << 16)) >= rows


def test_a_file_is_fetched_in_ranges(proxied: Proxied, envoy: RealEnvoy) -> None:
    browser = proxied.browser()
    start = browser.get(f"{proxied.url}/tasks/diagnosis_count/start", headers=envoy.headers, timeout=30).json()
    blob = f"{proxied.url}/blobs/{start['model_sha256']}"
    whole = browser.get(blob, headers=envoy.headers, timeout=30).content
    rest = browser.get(blob, headers={**envoy.headers, "Range": "bytes=100-"}, timeout=30)
    assert (rest.status_code, rest.content) == (206, whole[100:])
    assert rest.headers["Content-Range"] == f"bytes 100-{len(whole) - 1}/{len(whole)}"


def test_an_event_arrives_at_once(proxied: Proxied) -> None:
    seen: list[tuple[float, bytes]] = []

    def follow() -> None:
        with proxied.browser().get(
            f"{proxied.url}/events?seconds=20", headers=proxied.director.admin, stream=True, timeout=30
        ) as stream:
            for line in stream.iter_lines(chunk_size=1):
                seen.append((time.monotonic(), line))
                if b"envoy.add" in line:
                    return

    following = threading.Thread(target=follow)
    following.start()
    while not seen:
        time.sleep(0.05)
    requests.post(
        f"{proxied.director.url}/envoys", json={"envoy_name": "KNH"}, headers=proxied.director.admin, timeout=30
    ).raise_for_status()
    began = time.monotonic()
    following.join(15)
    assert b"envoy.add" in seen[-1][1]
    assert seen[-1][0] - began < 3


def test_who_guesses_tokens_is_known_by_the_address_that_the_proxy_saw(proxied: Proxied) -> None:
    def guess(address: str, said: str) -> int:
        headers = {"Authorization": "Bearer fld_wrong", "X-Forwarded-For": said, "Forwarded": f"for={said}"}
        return proxied.browser(address).get(f"{proxied.url}/tasks", headers=headers, timeout=30).status_code

    assert [guess("127.0.0.2", f"192.0.2.{number}") for number in range(GUESSES + 1)] == [401] * GUESSES + [429]
    assert guess("127.0.0.3", "127.0.0.2") == 401


def test_a_person_signs_in_and_the_cookie_goes_over_https_alone(proxied: Proxied) -> None:
    token = proxied.director.json("token", "issue", "--role", "admin", "--person", "Jane Wanjiru")["token"]
    browser = proxied.browser()
    page = {"Origin": proxied.url}
    signed_in = browser.post(f"{proxied.url}/session", json={"token": token}, headers=page, timeout=30)
    assert signed_in.status_code == 201
    cookie = signed_in.headers["Set-Cookie"]
    assert cookie.startswith("__Host-")
    assert "; Secure" in cookie
    page["X-CSRF-Token"] = signed_in.json()["csrf_token"]
    hospital = {"envoy_name": "MTRH"}
    assert browser.post(f"{proxied.url}/envoys", json=hospital, headers=page, timeout=30).status_code == 201
    elsewhere = {**page, "Origin": "https://evil.example"}
    refused = browser.post(f"{proxied.url}/envoys", json={"envoy_name": "Embu"}, headers=elsewhere, timeout=30)
    assert refused.json()["code"] == "cross_site_refused"
    assert "text/html" in browser.get(f"{proxied.url}/dashboard/", timeout=30).headers["Content-Type"]


def test_every_answer_says_that_only_https_counts(proxied: Proxied) -> None:
    browser = proxied.browser()
    browser.headers["Accept-Encoding"] = "gzip"
    for path in ("/health/ready", "/dashboard/", "/nowhere"):
        answer = browser.get(f"{proxied.url}{path}", timeout=30)
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "Content-Encoding" not in answer.headers


def test_who_asks_in_clear_is_sent_to_https(proxied: Proxied) -> None:
    plain = f"http://127.0.0.1:{proxied.plain_port}/dashboard/?a=1"
    answer = requests.get(plain, allow_redirects=False, timeout=30, headers={"Host": "127.0.0.1"})
    assert answer.status_code in (301, 308)
    assert re.fullmatch(rf"https://127\.0\.0\.1(:{proxied.port})?/dashboard/\?a=1", answer.headers["Location"])


def test_tls_older_than_1_2_is_refused_and_http_2_is_spoken(proxied: Proxied, tmp_path: Path) -> None:
    context = ssl.create_default_context(cafile=proxied.ca_file)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # so that this side would take it
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection(("127.0.0.1", proxied.port), timeout=5) as connection, pytest.raises(ssl.SSLError):
        context.wrap_socket(connection, server_hostname="127.0.0.1")
    ask = ["curl", "--silent", "--http2", "--cacert", str(proxied.ca_file), "--output", str(tmp_path / "said")]
    asked = [*ask, "--write-out", "%{http_version} %{http_code}", f"{proxied.url}/health/ready"]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout == "2 200"
    assert json.loads((tmp_path / "said").read_text())


def test_a_refusal_reaches_the_hospital_as_it_is(proxied: Proxied, envoy: RealEnvoy) -> None:
    proxied.director.run("envoy", "disable", "KUTRRH", "--yes")
    try:
        refused = envoy.run("train", check=False)
        assert (refused.returncode, "disabled" in refused.stderr) == (4, True), refused.stderr
    finally:
        proxied.director.run("envoy", "enable", "KUTRRH")
