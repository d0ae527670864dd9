"""A real browser: Debian's Chromium, asked for nothing from elsewhere."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def executable() -> str | None:
    """Say where a Chromium is; None: nowhere."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


@contextmanager
def opened(path: str) -> Iterator[Browser]:
    """Run a browser; while it does, Playwright's event loop runs in this thread."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()
