"""The training log: text, one JSON object a line, bounded. It is kept and shown, so it may hold nothing odd."""

import json
from typing import NoReturn

from contract.errors import TrainingLogError

MAX_BYTES = 1 << 20
MAX_LINES = 10_000
MAX_LINE_BYTES = 4096
MAX_DEPTH = 8


def check_training_log(data: bytes) -> int:
    """Check a log and count its lines.

    Raises:
        TrainingLogError: Too long, not UTF-8, a line that is no JSON object, too deep, or a number that is not finite.
    """
    if len(data) > MAX_BYTES:
        raise _refused(f"has {len(data):,} bytes, more than {MAX_BYTES:,}")
    lines = data.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    if len(lines) > MAX_LINES:
        raise _refused(f"has {len(lines):,} lines, more than {MAX_LINES:,}")
    for number, line in enumerate(lines, start=1):
        _check_line(line, number)
    return len(lines)


def _check_line(line: bytes, number: int) -> None:
    if len(line) > MAX_LINE_BYTES:
        raise _refused(f"line {number} has {len(line):,} bytes, more than {MAX_LINE_BYTES:,}")
    try:
        value = json.loads(line.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_finite)
    except UnicodeDecodeError:
        raise _refused(f"line {number} is not UTF-8") from None
    except (ValueError, RecursionError):
        raise _refused(f"line {number} is no JSON with finite numbers") from None
    if not isinstance(value, dict):
        raise _refused(f"line {number} is no JSON object")
    if _depth(value) > MAX_DEPTH:
        raise _refused(f"line {number} is nested deeper than {MAX_DEPTH}")


def _depth(value: object) -> int:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if children is None else 1 + max(map(_depth, children), default=0)


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(text)
    return value


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(text)


def _refused(why: str) -> TrainingLogError:
    return TrainingLogError(f"The training log {why}.", hint="Write one short JSON object a line, or send no log.")
