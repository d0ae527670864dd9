"""The dashboard as it was built: read once into memory, each page given with a nonce of its own.

``dashboard/`` is built into ``director/static``, which is shipped in the wheel. Where nothing was built, there is none.
"""

import gzip
import mimetypes
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from contract.names import Digest

STATIC = Path(__file__).parent.parent / "static"
MISSING = (
    "This director was installed without its dashboard. In the source tree, with Node 20 or newer: make dashboard, "
    "then install and start it again; or install a released wheel. Everything can be done with the commands and over "
    "HTTP meanwhile."
)
HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""What every page says beside its policy."""

WORDS_ALONE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The Content-Security-Policy of a page that has no script, no style, no picture and no form."""

_PAGE = "index.html"
_NONCE = b"__NONCE__"
"""What dashboard/vite.config.ts lets the build write in the nonce's place."""

_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}


@dataclass(frozen=True)
class Asset:
    """A file of the dashboard.

    Args:
        content: Its bytes.
        media_type: What they are.
    """

    content: bytes
    media_type: str

    @cached_property
    def compressed(self) -> bytes:
        """The same, packed once for all who ask."""
        return gzip.compress(self.content, mtime=0)

    @cached_property
    def tag(self) -> str:
        """Names the content."""
        return f'"{Digest.of(self.content)[:32]}"'


class Pages:
    """The dashboard's files.

    Args:
        folder: Where it was built.
    """

    def __init__(self, folder: Path = STATIC) -> None:
        self._folder = folder

    @cached_property
    def _page(self) -> bytes | None:
        try:
            return (self._folder / _PAGE).read_bytes()
        except FileNotFoundError:
            return None

    @cached_property
    def _assets(self) -> dict[str, Asset]:
        found = {}
        for path in sorted((self._folder / "assets").glob("*")):
            media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            found[path.name] = Asset(path.read_bytes(), media_type)
        return found

    @property
    def are_there(self) -> bool:
        """Whether the dashboard was built."""
        return self._page is not None

    def page(self) -> tuple[bytes, str] | None:
        """Give the page with a fresh nonce, and the policy that knows it; None: nothing was built."""
        if self._page is None:
            return None
        nonce = secrets.token_urlsafe(18)
        return self._page.replace(_NONCE, nonce.encode()), policy(nonce)

    def asset(self, name: str) -> Asset | None:
        """Give a file by its name, which is a key and never a path; None: there is none."""
        return self._assets.get(name)


def policy(nonce: str) -> str:
    """Give the Content-Security-Policy of a page: what is its own, and styles and scripts that know the nonce."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
