"""Many answers at once, in the order of the rows: blocks of bytes, without a loop over rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic_core import to_json

from contract.messages.inference import Answer, BatchPrediction
from contract.network import Matrix
from contract.tasks import RISK_LEVELS
from director.inference.answers import OF_A_VERSION, ReadyModel

_BLOCK_ROWS = 8192
_DECIMALS = 9

_Column = NDArray[np.uint8]
"""One text a row: rows × characters, 0 where there is none."""


def csv_answers(ready: ReadyModel, matrix: Matrix, *, with_probabilities: bool) -> Iterator[bytes]:
    """Give the answers as CSV: risk_level, and the probabilities with nine decimals."""
    names = ["risk_level", *(RISK_LEVELS if with_probabilities else ())]
    yield ",".join(names).encode() + b"\n"
    texts = [level.encode() for level in RISK_LEVELS]
    for level, probabilities in _blocks(ready, matrix):
        columns = [_texts(level, texts)]
        if with_probabilities:
            for column in range(len(RISK_LEVELS)):
                columns += [_constant(len(level), b","), _decimals(probabilities[:, column])]
        yield _joined([*columns, _constant(len(level), b"\n")])


def json_answers(ready: ReadyModel, matrix: Matrix, request_id: str, *, with_probabilities: bool) -> Iterator[bytes]:
    """Give the answers as one JSON object in the form of ``BatchPrediction``."""
    of_the_batch = {"next": None, "request_id": request_id}
    for part, field in enumerate(BatchPrediction.model_fields):
        yield b"{" if part == 0 else b","
        yield b'"%s":' % field.encode()
        if field == "items":
            yield from _items(ready, matrix, with_probabilities=with_probabilities)
        else:  # a field of the message that nobody here knows fails with its name, and is never left out
            yield to_json(of_the_batch[field] if field in of_the_batch else OF_A_VERSION[field](ready))
    yield b"}"


def _items(ready: ReadyModel, matrix: Matrix, *, with_probabilities: bool) -> Iterator[bytes]:
    yield b"["
    for start, (level, probabilities) in enumerate(_blocks(ready, matrix)):
        columns = []
        for place, field in enumerate(Answer.model_fields):
            columns.append(_constant(len(level), (b"," if place else b"{") + b'"%s":' % field.encode()))
            columns += _COLUMNS[field](level, probabilities if with_probabilities else None)
        block = _joined([*columns, _constant(len(level), b"},")])
        yield (b"," if start else b"") + block[:-1]
    yield b"]"


def _levels(level: NDArray[np.intp], _: Matrix | None) -> list[_Column]:
    return [_texts(level, [b'"%s"' % name.encode() for name in RISK_LEVELS])]


def _probabilities(level: NDArray[np.intp], probabilities: Matrix | None) -> list[_Column]:
    if probabilities is None:
        return [_constant(len(level), b"null")]
    columns = []
    for column, name in enumerate(RISK_LEVELS):
        columns.append(_constant(len(level), (b"," if column else b"{") + b'"%s":' % name.encode()))
        columns.append(_decimals(probabilities[:, column]))
    return [*columns, _constant(len(level), b"}")]


# What differs from row to row, likewise.
_COLUMNS: Mapping[str, Callable[[NDArray[np.intp], Matrix | None], list[_Column]]] = {
    "risk_level": _levels,
    "probabilities": _probabilities,
}


def _blocks(ready: ReadyModel, matrix: Matrix) -> Iterator[tuple[NDArray[np.intp], Matrix]]:
    for start in range(0, len(matrix), _BLOCK_ROWS):
        probabilities = ready.probabilities(matrix[start : start + _BLOCK_ROWS])
        yield probabilities.argmax(axis=1), probabilities


# A text of many rows is built as a matrix of characters, one row of the batch a line, 0 where there is none: numpy
# fills it column by column, and dropping the zeros leaves the text.


def _texts(choice: NDArray[np.intp], texts: Sequence[bytes]) -> _Column:
    width = max(map(len, texts))
    table = np.frombuffer(b"".join(text.ljust(width, b"\0") for text in texts), np.uint8).reshape(len(texts), width)
    return table[choice]


def _constant(rows: int, text: bytes) -> _Column:
    return np.broadcast_to(np.frombuffer(text, np.uint8), (rows, len(text)))


def _decimals(values: NDArray[np.float64]) -> _Column:
    """Write numbers from 0 to 1 as ``0.123456789``."""
    rest = np.rint(values * 10**_DECIMALS).astype(np.int64)
    characters = np.empty((len(values), _DECIMALS + 2), np.uint8)
    for position in range(_DECIMALS + 1, 1, -1):
        rest, digit = np.divmod(rest, 10)
        characters[:, position] = digit + ord("0")
    characters[:, 0] = rest + ord("0")
    characters[:, 1] = ord(".")
    return characters


def _joined(columns: Sequence[_Column]) -> bytes:
    characters: _Column = np.hstack(columns).reshape(-1)
    return bytes(characters[characters != 0])
