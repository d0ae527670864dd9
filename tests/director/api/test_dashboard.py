"""The dashboard's page over HTTP, and what the root says with it and without it."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from director.api.pages import Pages
from director.app import create_app
from tests.federation_simulator import FederationSimulator


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "static" / "assets").mkdir(parents=True)
    (tmp_path / "static" / "index.html").write_text('<meta property="csp-nonce" nonce="__NONCE__">the dashboard')
    (tmp_path / "static" / "assets" / "index-abc.js").write_text("let x = 1;" * 100)
    return tmp_path / "static"


def served(federation: FederationSimulator, folder: Path) -> TestClient:
    return TestClient(create_app(federation.director, Pages(folder)))


def test_the_root_leads_to_the_dashboard(federation: FederationSimulator, built: Path) -> None:
    answer = served(federation, built).get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/dashboard/")


def test_without_a_dashboard_the_root_says_what_runs_here_and_what_is_missing(
    federation: FederationSimulator, tmp_path: Path
) -> None:
    page = served(federation, tmp_path / "nothing").get("/")
    assert page.status_code == 200
    assert "diagnosis_count" in page.text
    assert 'href="/docs"' in page.text
    assert "make dashboard" in page.text


def test_without_a_dashboard_its_screens_say_what_is_missing(federation: FederationSimulator, tmp_path: Path) -> None:
    answer = served(federation, tmp_path / "nothing").get("/dashboard/hospitals")
    assert answer.status_code == 404
    assert "make dashboard" in answer.json()["hint"]


@pytest.mark.parametrize("path", ["/dashboard", "/dashboard/", "/dashboard/hospitals/KNH", "/dashboard/no/such/screen"])
def test_every_screen_is_the_same_page_with_a_policy_that_forbids_what_is_inline(
    federation: FederationSimulator, built: Path, path: str
) -> None:
    answer = served(federation, built).get(path)
    assert answer.status_code == 200
    assert "the dashboard" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "__NONCE__" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-frame-options"] == "DENY"


def test_a_file_is_kept_for_ever_and_comes_packed(federation: FederationSimulator, built: Path) -> None:
    http = served(federation, built)
    packed = http.get("/dashboard/assets/index-abc.js")
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == "let x = 1;" * 100
    assert "immutable" in packed.headers["cache-control"]
    plain = http.get("/dashboard/assets/index-abc.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content
    again = http.get("/dashboard/assets/index-abc.js", headers={"If-None-Match": plain.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("shown", ["W/{tag}", '"another", {tag}', '"another",W/{tag}'])
def test_who_has_a_file_through_a_proxy_is_not_sent_it_again(
    federation: FederationSimulator, built: Path, shown: str
) -> None:
    http, path = served(federation, built), "/dashboard/assets/index-abc.js"
    tag = http.get(path).headers["etag"]
    assert http.get(path, headers={"If-None-Match": shown.format(tag=tag)}).status_code == 304
    assert http.get(path, headers={"If-None-Match": '"another"'}).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "is_packed"),
    [("br, GZIP;q=0.5", True), ("gzip; q=1.0", True), ("gzip;q=0", False), ("gzip; q=0.0, br", False), ("", False)],
)
def test_a_file_is_packed_for_whoever_takes_it_so(
    federation: FederationSimulator, built: Path, accepted: str, is_packed: bool
) -> None:
    http = served(federation, built)
    answer = http.get("/dashboard/assets/index-abc.js", headers={"Accept-Encoding": accepted})
    assert ("content-encoding" in answer.headers) == is_packed


@pytest.mark.parametrize("name", ["index.html", "..%2Findex.html", "%2e%2e/index.html", "nothing.js"])
def test_a_file_that_is_not_there_is_a_problem(federation: FederationSimulator, built: Path, name: str) -> None:
    answer = served(federation, built).get(f"/dashboard/assets/{name}")
    assert answer.status_code == 404 or "the dashboard" in answer.text


@pytest.mark.parametrize("path", ["/", "/docs", "/dashboard/"])
@pytest.mark.parametrize("is_built", [True, False], ids=["with", "without"])
def test_every_page_tells_browsers_what_it_may_do_and_who_may_frame_it(
    federation: FederationSimulator, built: Path, path: str, is_built: bool
) -> None:
    """Source: the OWASP Secure Headers Project, https://owasp.org/www-project-secure-headers/."""
    answer = served(federation, built if is_built else built / "nothing").get(path, follow_redirects=False)
    if answer.status_code == 404:  # no page: a problem in JSON, which no browser runs
        assert answer.headers["content-type"] == "application/problem+json"
    else:
        policy = answer.headers["content-security-policy"]
        assert {"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(policy.split("; "))
        assert "unsafe" not in policy
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["x-content-type-options"] == "nosniff"
