"""Many rows at once: CSV or JSON in, answers out in the same order, in blocks of bytes and without a loop over rows."""

import io
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from contract.errors import InvalidInputError
from contract.messages import MAX_BATCH_ROWS, BatchPrediction
from contract.network import Matrix
from contract.tasks import RISK_LEVELS, Task
from director.errors import MalformedRequestError, TooLargeError
from director.inference.answers import Bundle

_BLOCK_ROWS = 8192
_DECIMALS = 9
_CSV_HINT = "The first line names the features, each further line holds their values, separated by commas."


def read_csv(data: bytes, task: Task) -> Matrix:
    """Read rows × features from CSV whose first line names the features, in any order.

    Raises:
        MalformedRequestError: No header, no rows, or a line that is no row of numbers.
        TooLargeError: More rows than a batch takes.
        InvalidInputError: A feature is missing or unknown, or a value is not allowed; the fact ``row`` says where.
    """
    head, _, body = data.partition(b"\n")
    try:
        names = [name.strip().strip('"') for name in head.decode("utf-8-sig").strip("\r").split(",")]
    except UnicodeDecodeError:
        raise MalformedRequestError("The CSV is not UTF-8.", hint=_CSV_HINT) from None
    if len(set(names)) != len(names):
        raise MalformedRequestError("The CSV's first line names a feature twice.", hint=_CSV_HINT)
    task.require_features(names)
    rows = body.count(b"\n") + (not body.endswith(b"\n"))
    require_row_count(rows if body.strip() else 0)
    try:
        matrix = np.loadtxt(io.BytesIO(body), delimiter=",", comments=None, ndmin=2, dtype=np.float64)
    except (ValueError, OverflowError):
        raise _first_bad_line(body, names) from None
    if matrix.shape != (rows, len(names)):
        raise _first_bad_line(body, names)
    matrix = matrix[:, [names.index(feature.name) for feature in task.features]]
    task.check_matrix(matrix)
    return matrix


def require_row_count(rows: int) -> None:
    """Refuse an empty batch and one that is too long."""
    if rows < 1:
        raise MalformedRequestError("The batch holds no rows.", hint="Send at least one.")
    if rows > MAX_BATCH_ROWS:
        raise TooLargeError(
            f"The batch holds {rows:,} rows.", hint=f"Send at most {MAX_BATCH_ROWS:,} at once.", rows=rows
        )


def csv_answers(bundle: Bundle, matrix: Matrix, *, with_probabilities: bool) -> Iterator[bytes]:
    """Give the answers as CSV: risk_level, and the probabilities with nine decimals."""
    names = ["risk_level", *(RISK_LEVELS if with_probabilities else ())]
    yield ",".join(names).encode() + b"\n"
    texts = [level.encode() for level in RISK_LEVELS]
    for level, probabilities in _blocks(bundle, matrix):
        columns = [_texts(level, texts)]
        if with_probabilities:
            for column in range(len(RISK_LEVELS)):
                columns += [_constant(len(level), b","), _decimals(probabilities[:, column])]
        yield _joined([*columns, _constant(len(level), b"\n")])


def json_answers(bundle: Bundle, matrix: Matrix, request_id: str, *, with_probabilities: bool) -> Iterator[bytes]:
    """Give the answers as one JSON object in the form of ``BatchPrediction``, its items first."""
    yield b'{"items":['
    texts = [b'{"risk_level":"%s","probabilities":' % name.encode() for name in RISK_LEVELS]
    for start, (level, probabilities) in enumerate(_blocks(bundle, matrix)):
        columns = [_texts(level, texts)]
        if with_probabilities:
            for column, name in enumerate(RISK_LEVELS):
                opening = b"{" if column == 0 else b","
                columns += [
                    _constant(len(level), opening + b'"%s":' % name.encode()),
                    _decimals(probabilities[:, column]),
                ]
            columns.append(_constant(len(level), b"}}"))
        else:
            columns.append(_constant(len(level), b"null}"))
        block = _joined([*columns, _constant(len(level), b",")])
        yield (b"," if start else b"") + block[:-1]
    task = bundle.task
    empty = BatchPrediction(
        items=[],
        task=task.name,
        cut_points=task.cut_points,
        notice=task.notice,
        model=bundle.model,
        request_id=request_id,
    )
    yield empty.model_dump_json().encode().removeprefix(b'{"items":[')


def _blocks(bundle: Bundle, matrix: Matrix) -> Iterator[tuple[NDArray[np.intp], Matrix]]:
    for start in range(0, len(matrix), _BLOCK_ROWS):
        probabilities = bundle.probabilities(matrix[start : start + _BLOCK_ROWS])
        yield probabilities.argmax(axis=1), probabilities


# A text of many rows is built as a matrix of characters, one row of the batch a line, 0 where there is none: numpy
# fills it column by column, and dropping the zeros leaves the text.


def _texts(choice: NDArray[np.intp], texts: Sequence[bytes]) -> NDArray[np.uint8]:
    width = max(map(len, texts))
    table = np.frombuffer(b"".join(text.ljust(width, b"\0") for text in texts), np.uint8).reshape(len(texts), width)
    return table[choice]


def _constant(rows: int, text: bytes) -> NDArray[np.uint8]:
    return np.broadcast_to(np.frombuffer(text, np.uint8), (rows, len(text)))


def _decimals(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Write numbers from 0 to 1 as ``0.123456789``."""
    rest = np.rint(values * 10**_DECIMALS).astype(np.int64)
    characters = np.empty((len(values), _DECIMALS + 2), np.uint8)
    for position in range(_DECIMALS + 1, 1, -1):
        rest, digit = np.divmod(rest, 10)
        characters[:, position] = digit + ord("0")
    characters[:, 0] = rest + ord("0")
    characters[:, 1] = ord(".")
    return characters


def _joined(columns: Sequence[NDArray[np.uint8]]) -> bytes:
    characters: NDArray[np.uint8] = np.hstack(columns).reshape(-1)
    return bytes(characters[characters != 0])


def _first_bad_line(body: bytes, names: Sequence[str]) -> MalformedRequestError | InvalidInputError:
    """Find the line that is no row of numbers: slow, and only on the way to a refusal."""
    for row, line in enumerate(body.split(b"\n"), start=1):
        cells = line.strip().split(b",")
        if len(cells) != len(names):
            return MalformedRequestError(
                f"Row {row} has {len(cells) if line.strip() else 0} values, the first line names {len(names)}.",
                hint=_CSV_HINT,
                row=row,
            )
        for cell, name in zip(cells, names, strict=True):
            try:
                float(cell)
            except ValueError:
                return InvalidInputError(
                    f"Row {row}: feature {name} is not a number.", hint=_CSV_HINT, row=row, feature=name
                )
    return MalformedRequestError("The CSV can't be read.", hint=_CSV_HINT)
