"""A real browser: Debian's Chromium, asked for nothing from elsewhere."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

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


_SHORT = Path("/tmp")  # noqa: S108 - what is made there has a name of its own, and is its owner's alone
"""It makes sockets in its home, whose paths have 108 characters at most: a folder for temporary files may have more."""


@contextmanager
def opened(path: str) -> Iterator[Browser]:
    """Run a browser that leaves nothing behind; while it runs, Playwright's event loop is in this thread."""
    with (
        TemporaryDirectory(prefix="chromium-", dir=_SHORT, ignore_cleanup_errors=True) as home,
        sync_playwright() as play,
    ):
        environment: dict[str, str | float | bool] = {**os.environ, "HOME": home, "TMPDIR": home}
        browser = play.chromium.launch(executable_path=path, args=list(_FLAGS), env=environment)
        try:
            yield browser
        finally:
            browser.close()
