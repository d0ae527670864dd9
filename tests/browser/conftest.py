"""A real browser in front of a real director."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from benchmarks import chromium
from tests.browser.album import Album
from tests.browser.signed_in import Visitor
from tests.real_processes import RealDirector

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for one file: while it is there, its loop runs in the thread where other tests have their own."""
    executable = chromium.executable()
    if executable is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    if not (ROOT / "director" / "static" / "index.html").exists():
        pytest.skip("the dashboard is not built: make dashboard")
    with chromium.opened(executable) as browser:
        yield browser


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def admin(page: Page, director: RealDirector) -> Visitor:
    """An admin who has signed in."""
    return Visitor(page, director).signs_in("admin", person="Jane Wanjiru")


@pytest.fixture(scope="session")
def album() -> Album | None:
    """Where pictures of the screens go, if anybody wants them: SCREENSHOTS=docs/images/dashboard."""
    folder = os.environ.get("SCREENSHOTS")
    return Album(Path(folder)) if folder else None
