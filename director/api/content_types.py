"""What a body says that it is: named, with what to send, where this path does not read it."""

from collections.abc import Sequence

from fastapi import Request
from python_multipart.multipart import parse_options_header

from director.errors import UnsupportedMediaTypeError

CSV, JSON = "text/csv", "application/json"

_FORM = "Send the file itself, not a form: curl --data-binary @FILE -H 'Content-Type: {wanted}'."
_HINTS = {
    "multipart/form-data": _FORM,
    "application/x-www-form-urlencoded": "That is how curl -d sends, which drops the ends of lines too. " + _FORM,
}
_OTHER = "Send it with the header Content-Type: {wanted}."
_UTF_8 = frozenset(("utf-8", "utf8", "us-ascii", "ascii", "utf-16", "utf-16le", "utf-16be"))
"""What is read as what it is: UTF-16 says so itself, by its mark."""


def content_type(request: Request) -> str:
    """Give a body's type in lower case, without parameters; empty: it has none, or one that can't be read."""
    return parse_options_header(request.headers.get("content-type", ""))[0].decode("latin-1").lower()


def is_json(kind: str) -> bool:
    """Tell whether a type is JSON."""
    return kind == JSON or (kind.startswith("application/") and kind.endswith("+json"))


def require_charset(request: Request) -> None:
    """Refuse a table that says it is of an encoding that is not read.

    Raises:
        UnsupportedMediaTypeError: It does.
    """
    charset = parse_options_header(request.headers.get("content-type", ""))[1].get(b"charset", b"utf-8")
    named = charset.decode("latin-1").lower()
    if named not in _UTF_8:
        raise UnsupportedMediaTypeError(f"The body is said to be text in {_shown(named)}.", hint="Send it in UTF-8.")


def require_not_encoded(headers: Sequence[tuple[bytes, bytes]]) -> None:
    """Refuse a body that is compressed; names in ``headers`` are in lower case.

    Raises:
        UnsupportedMediaTypeError: It is.
    """
    for name, value in headers:
        if name == b"content-encoding" and value.strip().lower() not in (b"", b"identity"):
            how = _shown(value.decode("latin-1"))
            raise UnsupportedMediaTypeError(
                f"The body is compressed (Content-Encoding: {how}).", hint="Send it as it is, without that header."
            )


def require_no_form(request: Request, wanted: str) -> None:
    """Refuse a form where a file's bytes are wanted.

    Raises:
        UnsupportedMediaTypeError: It is one.
    """
    if content_type(request) in _HINTS:
        raise refused_type(request, wanted)


def refused_type(request: Request, *wanted: str) -> UnsupportedMediaTypeError:
    """Name a body's type, and say what to send; the first of ``wanted`` is the likeliest."""
    kind = content_type(request)
    seen = f"The body is said to be {_shown(kind)}" if kind else "The body does not say what it is"
    hint = _HINTS.get(kind, _OTHER).format(wanted=" or ".join(wanted) if kind not in _HINTS else wanted[0])
    return UnsupportedMediaTypeError(f"{seen}, not {' or '.join(wanted)}.", hint=hint)


def _shown(text: str) -> str:
    return ascii(text)[1:-1][:60]
