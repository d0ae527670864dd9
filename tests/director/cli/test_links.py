"""How a one-time sign-in link is written, and what the commands print of it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from director.api.pages import Pages
from director.cli import links
from director.cli.links import page_url, sign_in_url
from director.members.links import SignInLink
from tests.director.cli.conftest import Run
from tests.federation_simulator import FederationSimulator

LINK = SignInLink("CODE", "t1", datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("host", "named"),
    [("127.0.0.1", "127.0.0.1"), ("", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("fl.ke", "fl.ke")],
)
def test_a_link_leads_to_where_this_machine_is_reached(host: str, named: str) -> None:
    assert sign_in_url("https", host, 8443, LINK) == f"https://{named}:8443/dashboard/sign-in#CODE"


def test_a_link_leads_to_an_address_that_is_given() -> None:
    assert page_url("https://fl.kutrrh.ke/", LINK) == "https://fl.kutrrh.ke/dashboard/sign-in#CODE"


def test_a_link_is_printed_alone_and_works(served: Run, federation: FederationSimulator) -> None:
    printed = served("token", "link", "--person", "Jane Wanjiru", "--url", "https://fl.kutrrh.ke")
    address, _, code = printed.stdout.strip().partition("#")
    assert address == "https://fl.kutrrh.ke/dashboard/sign-in"
    assert "not shown again" in printed.stderr
    # made by the command's own clock, which is far from this federation's
    federation.clock.now = datetime.now(UTC)
    said = federation.http.post("/session", json={"link": code}).json()
    assert (said["role"], said["person"]) == ("admin", "Jane Wanjiru")
    assert served("token", "link").stdout.startswith("http://127.0.0.1:8080/dashboard/sign-in#")


def test_a_machine_gets_no_link(served: Run) -> None:
    refused = served("token", "link", "--role", "hospital", "--envoy", "KNH")
    assert (refused.exit_code, refused.stdout) == (4, "")


@pytest.mark.parametrize("folder", ["built", "nothing"])
def test_where_no_dashboard_was_built_a_link_says_that_no_page_is_there(
    served: Run, federation: FederationSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    (tmp_path / "built").mkdir()
    (tmp_path / "built" / "index.html").write_text("the dashboard")
    monkeypatch.setattr(links, "Pages", lambda: Pages(tmp_path / folder))
    printed = served("token", "link")
    assert printed.stdout.startswith("http://127.0.0.1:8080/dashboard/sign-in#")
    assert ("make dashboard" in printed.stderr) == (folder == "nothing")
