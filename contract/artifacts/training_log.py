"""The training log: text, one JSON object a line, bounded. It is kept and shown, so it may hold nothing odd.

Whatever two readers could read differently is refused: a key that comes twice, a number that not every program can
hold, a line that others would break in two.
"""

import json
import re
from math import isinf
from typing import NoReturn

from contract.artifacts.visible_text import UNSEEN
from contract.errors import TrainingLogError

MAX_BYTES = 1 << 20
MAX_LINES = 10_000
MAX_LINE_BYTES = 4096
MAX_DEPTH = 8

_MAX_INTEGER = 2**64
_MAX_DIGITS = len(str(_MAX_INTEGER))
_UNSEEN = re.compile(f"[{UNSEEN}]")


class _LineRefused(Exception):
    """Says in half a sentence what a line holds and must not."""


def check_training_log(data: bytes) -> int:
    """Check a log and count its lines.

    Raises:
        TrainingLogError: Too long, not UTF-8, a line that is no JSON object, too deep, a key twice, a character that
            programs act on, or a number that is not finite or beyond 64 bits.
    """
    if len(data) > MAX_BYTES:
        raise _refused(f"has {len(data):,} bytes, more than {MAX_BYTES:,}")
    lines = data.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    if len(lines) > MAX_LINES:
        raise _refused(f"has {len(lines):,} lines, more than {MAX_LINES:,}")
    for number, line in enumerate(lines, start=1):
        try:
            _check_line(line)
        except _LineRefused as refused:
            raise _refused(f"line {number} {refused}") from None
    return len(lines)


def _check_line(line: bytes) -> None:
    if len(line) > MAX_LINE_BYTES:
        raise _LineRefused(f"has {len(line):,} bytes, more than {MAX_LINE_BYTES:,}")
    if b"\r" in line[:-1]:
        raise _LineRefused("has a carriage return in its middle")
    try:
        value = _DECODER.decode(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise _LineRefused("is not UTF-8") from None
    except (ValueError, RecursionError):
        raise _LineRefused("is no JSON") from None
    if not isinstance(value, dict):
        raise _LineRefused("is no JSON object")
    _check_contents(value)


def _check_contents(value: dict[str, object]) -> None:
    """Look at every level in turn; without recursion, since a line can be deeper than a program's stack."""
    containers: list[object] = [value]
    for _ in range(MAX_DEPTH):
        inner: list[object] = []
        for container in containers:
            if isinstance(container, dict):
                inner += container.keys()
                inner += container.values()
            elif isinstance(container, list):
                inner += container
        if any(isinstance(node, str) and _UNSEEN.search(node) for node in inner):
            raise _LineRefused("holds a character that programs act on instead of showing it")
        containers = [node for node in inner if isinstance(node, dict | list)]
    if containers:
        raise _LineRefused(f"is nested deeper than {MAX_DEPTH}")


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise _LineRefused("has a key twice")
    return value


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS or abs(int(digits)) > _MAX_INTEGER:
        raise _LineRefused("holds an integer beyond 64 bits")
    return int(digits)


def _finite(text: str) -> float:
    value = float(text)
    if isinf(value):
        _refuse_constant(text)
    return value


def _refuse_constant(_: str) -> NoReturn:
    raise _LineRefused("holds a number that is not finite")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_once_each, parse_int=_integer, parse_float=_finite, parse_constant=_refuse_constant
)


def _refused(why: str) -> TrainingLogError:
    return TrainingLogError(f"The training log {why}.", hint="Write one short JSON object a line, or send no log.")
