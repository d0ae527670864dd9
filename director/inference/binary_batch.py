"""Many answers of a task with a binary outcome at once, in the order of the rows, without a loop over rows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic_core import to_json

from contract.messages.inference import BinaryAnswer, BinaryBatchPrediction
from contract.tasks import RISK_LEVELS
from director.inference.answers import ReadyModel
from director.inference.batch import BETWEEN, whole_batch
from director.inference.questions import Asked
from director.inference.text_columns import Column, chosen, constant, decimals, joined

_BLOCK_ROWS = 8192


@dataclass(frozen=True)
class _Block:
    """Some rows: the probability of each and where it lies; of a row that is not answered both mean nothing."""

    probability: NDArray[np.float64]
    level: NDArray[np.intp]
    missing: NDArray[np.bool_]
    unknown_codes: NDArray[np.int64]
    why: NDArray[np.intp]


def csv_answers(ready: ReadyModel, asked: Asked) -> Iterator[bytes]:
    """Give the answers as CSV: probability with nine decimals, risk_level, abstained; nothing where there is none."""
    yield b"probability,risk_level,abstained\n"
    reasons = [b"" if each is None else b'"%s"' % _one_line(each).replace('"', '""').encode() for each in asked.reasons]
    for block in _blocks(ready, asked):
        comma, end = constant(len(block.why), b","), constant(len(block.why), b"\n")
        probability, level = _where_answered(block, decimals(block.probability), b""), _levels(block, b"%s", b"")
        yield joined([probability, comma, level, comma, chosen(block.why, reasons), end])


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())


def json_answers(ready: ReadyModel, asked: Asked, request_id: str) -> Iterator[bytes]:
    """Give the answers as one JSON object in the form of ``BinaryBatchPrediction``."""
    return whole_batch(ready, BinaryBatchPrediction, _items(ready, asked), request_id, asked.beside)


def _items(ready: ReadyModel, asked: Asked) -> Iterator[bytes]:
    columns_of: Mapping[str, Callable[[_Block], list[Column]]] = {
        "probability": lambda block: [_where_answered(block, decimals(block.probability), b"null")],
        "risk_level": lambda block: [_levels(block, b'"%s"', b"null")],
        "unknown_codes": lambda block: [_numbers(block.unknown_codes)],
        "missing": lambda block: list(_names(block.missing, [feature.name for feature in ready.task.features])),
        "abstained": lambda block: [chosen(block.why, [to_json(each) for each in asked.reasons])],
    }
    for block in _blocks(ready, asked):
        rows = len(block.why)
        columns = []
        for place, field in enumerate(BinaryAnswer.model_fields):
            columns.append(constant(rows, (b"," if place else b"{") + b'"%s":' % field.encode()))
            columns += columns_of[field](block)
        yield joined([*columns, constant(rows, b"}" + BETWEEN)])[: -len(BETWEEN)]


def _blocks(ready: ReadyModel, asked: Asked) -> Iterator[_Block]:
    for start in range(0, len(asked.raw), _BLOCK_ROWS):
        rows = slice(start, start + _BLOCK_ROWS)
        probability = ready.probabilities(asked.raw[rows])[:, 1]
        level = ready.task.level_indices(probability)
        yield _Block(probability, level, asked.missing[rows], asked.unknown_codes[rows], asked.why[rows])


def _where_answered(block: _Block, written: Column, otherwise: bytes) -> Column:
    written = written.copy()
    is_silent = block.why > 0
    written[is_silent] = 0
    written[is_silent, : len(otherwise)] = np.frombuffer(otherwise, np.uint8)
    return written


def _levels(block: _Block, form: bytes, otherwise: bytes) -> Column:
    return chosen(
        np.where(block.why > 0, len(RISK_LEVELS), block.level),
        [*(form % level.encode() for level in RISK_LEVELS), otherwise],
    )


def _numbers(values: NDArray[np.int64]) -> Column:
    different, places = np.unique(values, return_inverse=True)
    return chosen(places, [b"%d" % value for value in different.tolist()])


def _names(is_there: NDArray[np.bool_], names: list[str]) -> Iterator[Column]:
    """Write of each row a list of the names whose column says so."""
    rows = len(is_there)
    yield constant(rows, b"[")
    has_before = np.zeros(rows, np.bool_)
    for place in np.flatnonzero(is_there.any(axis=0)).tolist():
        here, name = is_there[:, place], names[place].encode()
        yield chosen(here * (1 + has_before), [b"", b'"%s"' % name, b',"%s"' % name])
        has_before |= here
    yield constant(rows, b"]")
