"""Which characters a stream can take: what its encoding has no place for is said in characters that it has.

A console of another code page, a pipe of ``LC_ALL=C`` or ``PYTHONIOENCODING=latin-1`` ends a program with a traceback
at its first ``…``. Signs that our own texts are made of have a plain spelling; of everything else the escape stands.
"""

import codecs
import io
import sys
from typing import TextIO

PLAINLY = "fl_plainly"
"""The name of this way among Python's own, such as ``backslashreplace``."""

_SPELLINGS = {
    "…": "...",
    "→": "->",
    "←": "<-",
    "\u2013": "-",
    "\u2014": "-",
    "\u2212": "-",
    "×": "x",
    "·": "-",
    "•": "*",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "±": "+-",
    "\u2019": "'",
    "\u2018": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u201e": '"',
    "\u00a0": " ",
}


def as_taken(text: str, encoding: str) -> str:
    """Give a text in the characters that an encoding holds."""
    return text.encode(encoding, PLAINLY).decode(encoding)


def fit_streams() -> None:
    """Let standard output and standard error take any text from now on; a program calls it once, as it begins."""
    for stream in (sys.stdout, sys.stderr):
        fit_stream(stream)


def fit_stream(stream: TextIO | None) -> None:
    """Let a stream take any text; what is no stream with an encoding takes it already."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors=PLAINLY)


def _plainly(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    held = error.object[error.start : error.end]
    return "".join(_SPELLINGS.get(each, _escape(each)) for each in held), error.end


def _escape(character: str) -> str:
    return character.encode("ascii", "backslashreplace").decode()


codecs.register_error(PLAINLY, _plainly)
