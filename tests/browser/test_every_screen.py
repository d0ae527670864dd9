"""Every screen, in both colour schemes, wide and narrow: nothing that axe objects to, nothing cut off, no complaint."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize, expect

from tests.browser.album import Album
from tests.browser.signed_in import Visitor
from tests.browser.standing import Standing, demonstrated, healthy, one_silent, round_stuck, submission_waiting
from tests.real_processes import RealDirector

pytestmark = pytest.mark.slow

WIDE, NARROW = ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844)
_SETTLED_MS = 300
"""Until colours that fade into each other have."""
LOOKS = (("light", "wide", WIDE), ("dark", "wide", WIDE), ("dark", "narrow", NARROW), ("light", "narrow", NARROW))
TRIED = (("light", "wide"), ("dark", "narrow"))
"""Each scheme and each width; where pictures are taken, all four."""
SCREENS = {
    "overview": "/",
    "hospitals": "/hospitals",
    "hospital": "/hospitals/Embu",
    "add-hospital": "/hospitals/add",
    "submissions": "/submissions",
    "submission": "/submissions/{submission}",
    "aggregate": "/aggregate",
    "runs": "/runs",
    "open-run": "/runs/open",
    "run": "/runs/1",
    "models": "/models",
    "model": "/models/2",
    "compare": "/models/compare?first=1&second=2",
    "patient": "/patient",
    "approvals": "/approvals",
    "audit": "/audit",
    "tokens": "/tokens",
    "roles": "/roles",
    "system": "/system",
    "not-found": "/no/such/screen",
}
DIALOGS = {
    "/submissions/{submission}": ("Release", "Reject"),
    "/runs/1": ("Pause", "Close the run"),
    "/models/1": ("Roll back to this version",),
    "/approvals": ("Approve", "Decline"),
    "/tokens": ("Issue a token", "Rotate token", "Revoke token"),
    "/hospitals/Embu": ("Disable Embu", "Rotate token", "Issue a new code"),
    "/aggregate": ("Make the version",),
}
"""By their screens: the buttons that open one."""
SECRETS = ("/hospitals/Embu Rotate token", "/hospitals/Embu Issue a new code")
"""Shown but once: a key that was pressed by mistake must not take them away."""


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """A federation with something on every screen."""
    standing = demonstrated(tmp_path_factory.mktemp("demo") / "director")
    yield standing
    standing.director.stop()


@pytest.fixture(scope="module")
def visitor(browser: Browser, busy: Standing) -> Iterator[Visitor]:
    context: BrowserContext = browser.new_context(viewport=WIDE, color_scheme="light", reduced_motion="reduce")
    yield Visitor(context.new_page(), busy.director).signs_in("admin", person="Jane Wanjiru")
    context.close()


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_is_for_everybody(name: str, visitor: Visitor, busy: Standing, album: Album | None) -> None:
    newest = busy.ask("GET", "/submissions?envoy_name=Embu").json()["items"][0]["id"]
    page = visitor.page
    visitor.complaints.clear()
    visitor.goes_to(SCREENS[name].format(submission=newest))
    for scheme, width, size in LOOKS:
        if album is None and (scheme, width) not in TRIED:
            continue
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of LOOKS
        page.set_viewport_size(size)
        page.wait_for_timeout(_SETTLED_MS)
        assert visitor.violations() == [], (scheme, width)
        assert not visitor.scrolls_sideways(), (scheme, width)
        if album is not None:
            visitor.looks_through()
            album.keep(page, f"{name}-{scheme}-{width}")
    assert visitor.complaints == []


def test_each_dialog_is_for_everybody(visitor: Visitor, busy: Standing) -> None:
    newest = busy.ask("GET", "/submissions?envoy_name=Embu&verdict=quarantined").json()["items"][0]["id"]
    page, dialog = visitor.page, visitor.page.get_by_role("dialog")
    visitor.complaints.clear()
    page.set_viewport_size(WIDE)
    for screen, buttons in DIALOGS.items():
        visitor.goes_to(screen.format(submission=newest))
        if screen == "/aggregate":
            page.get_by_role("button", name="Preview").click()
        for name in buttons:
            page.get_by_role("main").get_by_role("button", name=name).first.click()
            expect(dialog).to_be_visible()
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                page.wait_for_timeout(_SETTLED_MS)
                assert visitor.violations("[role=dialog]") == [], (screen, name, scheme)
            assert dialog.evaluate("dialog => dialog.contains(document.activeElement)"), (screen, name)
            page.keyboard.press("Escape")
            if f"{screen} {name}" in SECRETS:
                page.wait_for_timeout(_SETTLED_MS)
                dialog.get_by_role("button", name="Close").click()
            expect(dialog).to_have_count(0)
    assert visitor.complaints == []


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("empty", None),
        ("healthy", healthy),
        ("silent", one_silent),
        ("waiting", submission_waiting),
        ("stuck", round_stuck),
    ],
)
def test_the_overview_says_who_is_silent_what_waits_and_what_to_decide(
    name: str, found, director: RealDirector, context: BrowserContext, album: Album | None
) -> None:
    if found is not None:
        found(director)
    visitor = Visitor(context.new_page(), director).signs_in("admin")
    visitor.goes_to("/")
    shown = visitor.page.get_by_role("main").inner_text()
    if album is not None:
        album.keep(visitor.page, f"overview-{name}")
    says = {
        "empty": ["No hospitals yet", "Add the first hospital"],
        "healthy": ["Silent: nobody", "Nothing waits for you"],
        "silent": ["KNH: not seen", "3 h"],
        "waiting": ["Waits for you: 1 decision", "Embu is in quarantine"],
        "stuck": ["3 of 5", "Embu", "KNH"],
    }
    for each in says[name]:
        assert each in shown
    assert visitor.violations() == []
