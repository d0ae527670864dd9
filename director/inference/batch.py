"""Many answers at once, in the order of the rows: blocks of bytes, without a loop over rows."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray
from pydantic_core import to_json

from contract.messages.base import Message
from contract.messages.inference import Answer, BatchPrediction
from contract.network import Matrix
from contract.tasks import RISK_LEVELS
from director.inference.answers import OF_A_VERSION, ReadyModel
from director.inference.beside import NOTHING, Beside
from director.inference.text_columns import Column, chosen, constant, decimals, joined

BETWEEN = b",\n"
"""Between two items of JSON: no text within one holds a line's end, so that a block can be taken apart again."""

_BLOCK_ROWS = 8192


def csv_answers(ready: ReadyModel, matrix: Matrix, *, with_probabilities: bool) -> Iterator[bytes]:
    """Give the answers as CSV: risk_level, and the probabilities with nine decimals."""
    names = ["risk_level", *(RISK_LEVELS if with_probabilities else ())]
    yield ",".join(names).encode() + b"\n"
    texts = [level.encode() for level in RISK_LEVELS]
    for level, probabilities in _blocks(ready, matrix):
        columns = [chosen(level, texts)]
        if with_probabilities:
            for column in range(len(RISK_LEVELS)):
                columns += [constant(len(level), b","), decimals(probabilities[:, column])]
        yield joined([*columns, constant(len(level), b"\n")])


def json_answers(
    ready: ReadyModel, matrix: Matrix, request_id: str, beside: Beside = NOTHING, *, with_probabilities: bool
) -> Iterator[bytes]:
    """Give the answers as one JSON object in the form of ``BatchPrediction``."""
    blocks = _items(ready, matrix, with_probabilities=with_probabilities)
    return whole_batch(ready, BatchPrediction, blocks, request_id, beside)


def whole_batch(
    ready: ReadyModel, message: type[Message], blocks: Iterator[bytes], request_id: str, beside: Beside
) -> Iterator[bytes]:
    """Put a batch's items, blocks of objects with ``BETWEEN`` between them, into their message."""
    of_the_batch: dict[str, object] = {"next": None, "request_id": request_id}
    if beside.wanted.keeps_bad:
        of_the_batch["refused"] = len(beside.faults)
    fields = [each for each in message.model_fields if each != "refused" or beside.wanted.keeps_bad]
    for part, field in enumerate(fields):
        yield b"{" if part == 0 else b","
        yield b'"%s":' % field.encode()
        if field == "items":
            yield from _listed(blocks, beside)
        else:  # a field of the message that nobody here knows fails with its name, and is never left out
            yield to_json(of_the_batch[field] if field in of_the_batch else OF_A_VERSION[field](ready))
    yield b"}"


def _listed(blocks: Iterator[bytes], beside: Beside) -> Iterator[bytes]:
    yield b"["
    rows, is_plain = 0, beside.wanted.is_plain
    for place, block in enumerate(blocks):
        if not is_plain:
            items = beside.in_json(block.split(BETWEEN), rows)
            rows += len(items)
            block = BETWEEN.join(items)
        yield (BETWEEN if place else b"") + block
    yield b"]"


def _items(ready: ReadyModel, matrix: Matrix, *, with_probabilities: bool) -> Iterator[bytes]:
    for level, probabilities in _blocks(ready, matrix):
        columns = []
        for place, field in enumerate(Answer.model_fields):
            columns.append(constant(len(level), (b"," if place else b"{") + b'"%s":' % field.encode()))
            columns += _COLUMNS[field](level, probabilities if with_probabilities else None)
        yield joined([*columns, constant(len(level), b"}" + BETWEEN)])[: -len(BETWEEN)]


def _levels(level: NDArray[np.intp], _: Matrix | None) -> list[Column]:
    return [chosen(level, [b'"%s"' % name.encode() for name in RISK_LEVELS])]


def _probabilities(level: NDArray[np.intp], probabilities: Matrix | None) -> list[Column]:
    if probabilities is None:
        return [constant(len(level), b"null")]
    columns = []
    for column, name in enumerate(RISK_LEVELS):
        columns.append(constant(len(level), (b"," if column else b"{") + b'"%s":' % name.encode()))
        columns.append(decimals(probabilities[:, column]))
    return [*columns, constant(len(level), b"}")]


# What differs from row to row, likewise.
_COLUMNS: Mapping[str, Callable[[NDArray[np.intp], Matrix | None], list[Column]]] = {
    "risk_level": _levels,
    "probabilities": _probabilities,
}


def _blocks(ready: ReadyModel, matrix: Matrix) -> Iterator[tuple[NDArray[np.intp], Matrix]]:
    for start in range(0, len(matrix), _BLOCK_ROWS):
        probabilities = ready.probabilities(matrix[start : start + _BLOCK_ROWS])
        yield probabilities.argmax(axis=1), probabilities
