"""Answers within bounds: what a director sends takes neither this machine's memory nor its time. Knows no director."""

import re
import time
from collections.abc import Iterator

import requests
from pydantic_core import from_json, to_json

from contract.visible_text import visible

GRACE_SECONDS = 30.0
"""How long a body may take, beside its size at ``SLOWEST_BYTES_A_SECOND``."""
SLOWEST_BYTES_A_SECOND = 1000
_PIECE_BYTES = 64 * 1024
_NOT_PLAIN = re.compile(rb"[\\\x7f-\xff]")


class AnswerRefused(OSError):
    """An answer is not taken; the text says in half a sentence why (*it* ...)."""


class DirectSession(requests.Session):
    """Goes nowhere but where it is sent, and takes nothing from the surroundings: no netrc, no proxy unless told."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.headers["Accept-Encoding"] = "identity"

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Name none: with one, requests would read and inflate the body, even where it shall not follow."""


def read_body(response: requests.Response, max_bytes: int, grace_seconds: float = GRACE_SECONDS) -> bytes:
    """Read a streamed answer to its end.

    Raises:
        AnswerRefused: It is encoded, or longer, or a trickle.
        urllib3.exceptions.HTTPError: The link broke.
    """
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise AnswerRefused("it is compressed, which nobody asked for")
    return b"".join(_pieces(response, max_bytes, grace_seconds))


def _pieces(response: requests.Response, max_bytes: int, grace_seconds: float) -> Iterator[bytes]:
    size, began = 0, time.monotonic()
    while piece := response.raw.read1(_PIECE_BYTES, decode_content=False):  # whatever is there: a trickle shows itself
        size += len(piece)
        if size > max_bytes:
            raise AnswerRefused(f"it has more than {max_bytes:,} bytes")
        if time.monotonic() - began > grace_seconds + size / SLOWEST_BYTES_A_SECOND:
            raise AnswerRefused(f"it comes slower than {SLOWEST_BYTES_A_SECOND} bytes a second")
        yield piece


def harmless(document: bytes) -> bytes:
    """Give a JSON document in whose texts a terminal finds nothing to act on; raises ValueError where it is none."""
    if _NOT_PLAIN.search(document) is None:  # as nearly all are: no escapes, nothing beyond printable ASCII
        return document
    return to_json(_seen(from_json(document)))


def _seen(value: object) -> object:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, list):
        return [_seen(each) for each in value]
    if isinstance(value, dict):
        return {visible(name): _seen(each) for name, each in value.items()}
    return value
