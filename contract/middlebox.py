"""What is no director's answer: a proxy, a firewall, a sign-in page of the network, a web server before the director.

It must not read as the director's own no: nobody needs a new token because a proxy wants a password. Knows no HTTP
library; what the other wrote is not shown.
"""

import re
from collections.abc import Mapping

from contract.director_address import address_moved_to
from contract.director_problems import shown

_NOT_THE_DIRECTORS = "This is not the director's refusal: the token has nothing to do with it."
_PAGE = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<")
_WANTS_TLS = re.compile(
    rb"(?i)http request (?:was sent )?to (?:an )?https (?:port|server)|plain HTTP to an SSL-enabled"
)
_MEANINGS: Mapping[int, str] = {
    400: "It does not understand the request: another program may stand at this address, or its port is another one.",
    401: f"It wants a sign-in of its own. {_NOT_THE_DIRECTORS} Ask your IT, or who runs what stands before it.",
    403: f"A rule of a firewall or a proxy forbids it. {_NOT_THE_DIRECTORS} Ask your IT to let the address through.",
    404: "It knows no director there: look at the address, with its port and what follows it.",
    405: "It does not take this kind of request: look at the address, and let GET, POST and PATCH through there.",
    407: "The proxy wants a name and a password: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT (for an http:// address "
    "HTTP_PROXY); ask your IT for them.",
    408: "It waited too long for the request: try again over a better link.",
    411: "It takes no body of unknown length: who runs the web server before the director must let it through.",
    413: "It takes no body of that size: who runs the web server before the director must raise its limit "
    "(nginx: client_max_body_size).",
    414: "It takes no address of that length: ask who runs the web server before the director.",
    429: "It lets no more requests through in so short a time: try again in a few minutes.",
    431: "It takes no header of that size: ask who runs the web server before the director.",
    451: "A rule of the network forbids it: ask your IT to let the address through.",
    500: "It failed by itself: tell who runs the web server before the director.",
    502: "It gets no answer of the director: is that running? Tell the consortium's admin; try again later.",
    503: "It can't pass the request on now: the director may be down. Tell the consortium's admin; try again later.",
    504: "It waited in vain for the director: tell the consortium's admin; try again later.",
    511: "The network wants a sign-in first: open any page in a browser on this machine, sign in, then try again.",
}
_A_PAGE = (
    "It may be a sign-in page of the network (open any page in a browser on this machine, sign in, then try again), a "
    "proxy's notice, or another program: look at the address."
)


def is_page(content_type: str | None, body: bytes = b"") -> bool:
    """Tell whether an answer is a page for a browser, which a director's answers to a program never are."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    return kind in ("text/html", "application/xhtml+xml") or _PAGE.match(body) is not None


def words_of_another(url: str, status: int, body: bytes = b"") -> tuple[str, str]:
    """Say who it was that answered, and what that means.

    Args:
        url: The director's address.
        status: Of HTTP: 400 and more, or that of a good answer that is a page.
        body: What came with it, or its beginning.

    Returns:
        A sentence and a hint.
    """
    if status == 400 and _WANTS_TLS.search(body):
        return (
            f"What answers at {url} speaks TLS there: https:// in place of http://?",
            "Write the address with https://.",
        )
    who = "Something before the director (a proxy?)"
    if status < 400:
        return f"{who} answered at {url} with a page for a browser (status {status}).", _A_PAGE
    meaning = _MEANINGS.get(status, "Ask your IT what stands between this machine and the director.")
    return f"{who} answered {status} at {url}.", meaning


def words_of_a_redirect(url: str, path: str, location: str | None, then: str) -> tuple[str, str]:
    """Say where an answer sends on to, and what follows; nothing follows by itself, least of all a token.

    Args:
        url: The director's address.
        path: What was asked behind it.
        location: Where the answer points.
        then: What to do with that address, which stands in place of its ``{}``.

    Returns:
        A sentence and a hint.
    """
    moved = address_moved_to(url, path, location or "")
    target = shown(moved or location) or "somewhere else"
    sentence = f"{url} sends us on to {target}, and the token goes nowhere by itself."
    if moved is None:
        return sentence, (
            "That is no director's address. It may be a sign-in page of the network (open any page in a browser "
            "on this machine); else ask the consortium's admin for the address."
        )
    return sentence, f"If the consortium's admin says that this is the director's address, {then.format(target)}"
