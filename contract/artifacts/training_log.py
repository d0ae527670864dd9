"""The training log: text, one JSON object a line, bounded. It is kept and shown, so it may hold nothing odd.

Whatever two readers could read differently is refused: a key that comes twice, a number that not every program can
hold, a line that others would break in two. Of what can be read, only what is known here is kept: text that a hospital
wrote beside it could be about its patients.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isinf
from typing import NoReturn

from contract.errors import MetricError, TrainingLogError
from contract.metrics import MAX_COUNT, METRICS, Metric, Number, require_metrics
from contract.software import known_software
from contract.visible_text import UNSEEN

MAX_BYTES = 1 << 20
MAX_LINES = 10_000
MAX_LINE_BYTES = 4096
MAX_DEPTH = 8

_NUMBERS: Mapping[str, Metric] = {
    "epoch": Number(0, MAX_COUNT, is_whole=True),
    "loss": METRICS["loss"],
    "seed": Number(0, 2**63 - 1, is_whole=True),
}
_VALIDATION, _SOFTWARE = "validation", "software"

_MAX_INTEGER = 2**64
_MAX_DIGITS = len(str(_MAX_INTEGER))
_UNSEEN = re.compile(f"[{UNSEEN}]")


class _LineRefused(Exception):
    """Says in half a sentence what a line holds and must not."""


@dataclass(frozen=True)
class TrainingLog:
    """A log as it was understood.

    Args:
        lines: How many it has.
        written: What is known of it, written anew; again a log.
        unknown: The keys that were left out, each once, those of an object within behind its own and a dot.
    """

    lines: int
    written: bytes
    unknown: tuple[str, ...]


def check_training_log(data: bytes) -> int:
    """Check a log and count its lines; raises as ``read_training_log``."""
    return read_training_log(data).lines


def read_training_log(data: bytes) -> TrainingLog:
    """Read what is known here: epoch, loss, validation, seed, software.

    Raises:
        TrainingLogError: Too long, not UTF-8, a line that is no JSON object, too deep, a key twice, a character that
            programs act on, a number that is not finite or beyond 64 bits, or a known key with what it can't have.
    """
    _require_size(data)
    lines = data.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    if len(lines) > MAX_LINES:
        raise _refused(f"has {len(lines):,} lines, more than {MAX_LINES:,}")
    written: list[bytes] = []
    unknown: dict[str, None] = {}
    for number, line in enumerate(lines, start=1):
        try:
            found = _read_line(line)
            known = _known(found)
            written.append(json.dumps(known, allow_nan=False).encode())
            _require_length(written[-1])
        except _LineRefused as refused:
            raise _refused(f"line {number} {refused}") from None
        if known != found:
            unknown |= dict.fromkeys(_left_out(found, known))
    anew = b"".join(line + b"\n" for line in written)
    _require_size(anew)
    return TrainingLog(len(lines), anew, tuple(unknown))


def _known(found: Mapping[str, object]) -> dict[str, object]:
    """Give what is known of a line, in its order."""
    known: dict[str, object] = {}
    for key, value in found.items():
        if key in _NUMBERS:
            if not _NUMBERS[key].admits(value):
                raise _LineRefused(f"holds {key}, which is not {_NUMBERS[key].says}")
            known[key] = value
        elif key in (_VALIDATION, _SOFTWARE):
            if not isinstance(value, dict):
                raise _LineRefused(f"holds {key}, which is no object")
            known[key] = _known_metrics(value) if key == _VALIDATION else known_software(value)
    return known


def _known_metrics(found: Mapping[str, object]) -> dict[str, object]:
    try:
        require_metrics(found)
    except MetricError as error:
        raise _LineRefused(f"holds {_VALIDATION}: {error.sentence.rstrip('.')}") from None
    return {name: value for name, value in found.items() if name in METRICS}


def _left_out(found: Mapping[str, object], known: Mapping[str, object]) -> Iterator[str]:
    for key, value in found.items():
        kept = known.get(key)
        if key not in known:
            yield key
        elif isinstance(value, dict) and isinstance(kept, dict):
            yield from (f"{key}.{name}" for name in value if name not in kept)


def _require_size(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise _refused(f"has {len(data):,} bytes, more than {MAX_BYTES:,}")


def _require_length(line: bytes) -> None:
    if len(line) > MAX_LINE_BYTES:
        raise _LineRefused(f"has {len(line):,} bytes, more than {MAX_LINE_BYTES:,}")


def _read_line(line: bytes) -> dict[str, object]:
    _require_length(line)
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
    return value


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
