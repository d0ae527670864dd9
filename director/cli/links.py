"""How a one-time sign-in link is written."""

from director.api.pages import MISSING, Pages
from director.cli.program import err
from director.members.links import SignInLink

_EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - to be looked at, not listened on
"""Every address, on which one listens → one of them, at which this machine is reached."""


def sign_in_url(scheme: str, host: str, port: int, link: SignInLink) -> str:
    """Give a link's address; the code stands in the fragment, which no browser sends and so no server's log has."""
    named = _EVERYWHERE.get(host, host)
    return page_url(f"{scheme}://{f'[{named}]' if ':' in named else named}:{port}", link)


def page_url(director: str, link: SignInLink) -> str:
    """Give a link's address at a director's own."""
    return f"{director.rstrip('/')}/dashboard/sign-in#{link.code}"


def say_where_no_page_is() -> None:
    """Say of a link that was printed that it leads to nothing, where the dashboard was not built."""
    if not Pages().are_there:
        err.print(f"No page is there. {MISSING}")
