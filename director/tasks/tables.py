"""Tables of patients as CSV: rows × the task's features, in any order of columns, with a label or without."""

import codecs
import io
import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO

import numpy as np

from contract.errors import CallerError, InvalidInputError
from contract.messages.base import MAX_BATCH_ROWS
from contract.network import Matrix
from contract.tasks import Task
from director.errors import MalformedRequestError, TooLargeError
from director.tasks.table_heads import HEAD_BYTES, explained, read_names, require_apart
from director.tasks.table_rows import RowReader, records_of

_BLOCK_BYTES = 64 * 1024
"""So much is read at once: numpy lets no other thread work until it has parsed what it was given."""

_NOT_PLAIN = re.compile(rb'["\x1c-\x1f\x80-\xff]')
"""Quotes, and what numpy takes for spaces though nobody else does: also bytes that are no UTF-8."""

_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True)
class Table:
    """What a CSV holds.

    Args:
        raw: Rows × features of raw numbers in the task's order. Of a row with a fault they mean nothing.
        labels: Each row's label as it stands there; none without one.
        ids: Each row's cell of the column that is passed through, as CSV has it; none without one.
        faults: By its number from 1, what is wrong with a row.
        lines: In which line of the file each row begins; none: each is one line, below the first.
    """

    raw: Matrix
    labels: Sequence[str] = ()
    ids: Sequence[bytes] = ()
    faults: dict[int, CallerError] = field(default_factory=dict)
    lines: Sequence[int] = ()

    def placed(self, error: CallerError) -> CallerError:
        """Add to an error that names a row in which line of the file that is."""
        row = error.facts.get("row")
        if not isinstance(row, int) or "line" in error.facts:
            return error
        line = self.lines[row - 1] if self.lines else row + 1
        sentence = error.sentence.replace(f"Row {row}: ", f"Row {row} (line {line}): ", 1)
        found = InvalidInputError(sentence, hint=error.hint)
        found.facts = {**error.facts, "line": line}
        return found


def read_table(table: bytes | IO[bytes], task: Task, label: str | None = None) -> tuple[Matrix, Sequence[str]]:
    """Read a table all of whose rows are sound: its raw numbers and its labels; else as ``read_rows``."""
    found = read_rows(table, task, label=label)
    return found.raw, found.labels


def read_rows(
    table: bytes | IO[bytes],
    task: Task,
    *,
    label: str | None = None,
    passed: str | None = None,
    outside: float | None = None,
    keeps_bad: bool = False,
) -> Table:
    """Read a CSV (RFC 4180, UTF-8 or UTF-16 with its mark) whose first line names its columns.

    A category is its text, a flag 0 or 1 or true or false; an empty cell, and a column that is not there, is a missing
    value of a feature that may be missing. Holds beside the result no more than a stretch of the table, whatever stands
    in it.

    Args:
        table: The file's bytes, or a file that is open for reading and seeking; it stays the caller's.
        task: Whose features are the columns, in any order.
        label: A further column that must be there; None: there is none.
        passed: A further column whose cells are given back as they stand there; None: there is none.
        outside: What stands for a value that is out of its feature's bounds; None: it is wrong.
        keeps_bad: Whether a wrong row is a fault of the table, beside its sound ones; else it is raised.

    Raises:
        MalformedRequestError: No header, no rows, a row with another number of values, or a line longer than any
            sensible one; the fact ``row`` says where.
        UnsupportedMediaTypeError: It is no CSV but something else that is known.
        TooLargeError: More rows than a batch takes.
        InvalidInputError: A feature is missing or unknown, or a value is not allowed; the fact ``row`` says where, and
            ``line`` in the file.
        InvalidRequestError: What shall be passed is a feature.
    """
    if passed is not None:
        require_apart(task, passed)
    file = io.BytesIO(table) if isinstance(table, bytes) else table
    try:
        found = _read(file, task, label, passed, keeps_bad=keeps_bad)
    except (MalformedRequestError, InvalidInputError) as error:
        if error.facts.get("row") not in (None, 0, 1):
            raise
        file.seek(0)
        told = explained(error, file.read(HEAD_BYTES), task)
        if told is error:
            raise
        raise told from None
    seen = found.raw if outside is None else _mark(found.raw, task, outside)
    if keeps_bad:
        _note_unsound(found, seen, task)
        return found
    try:
        task.check_matrix(seen)
    except InvalidInputError as error:
        raise found.placed(error) from None
    return found


def _read(file: IO[bytes], task: Task, label: str | None, passed: str | None, *, keeps_bad: bool) -> Table:
    file.seek(0)
    encoding = _MARKS.get(file.read(2), "utf-8-sig")
    file.seek(0)
    if label is None and passed is None and encoding == "utf-8-sig":
        matrix = _plain_numbers(file, task)
        if matrix is not None:
            return Table(matrix)
        file.seek(0)
    return _any_values(file, task, encoding, label, passed, keeps_bad=keeps_bad)


def _note_unsound(table: Table, seen: Matrix, task: Task) -> None:
    """Note the rows with values that no feature has, the first of each; sound numbers stand there then."""
    raw = table.raw
    for place, feature in enumerate(task.features):
        for row in np.flatnonzero(~feature.sound(seen[:, place])).tolist():
            if row + 1 in table.faults:
                continue
            try:
                feature.check_column(seen[row : row + 1, place])
            except InvalidInputError as error:
                found = InvalidInputError(error.sentence.replace("Row 1: ", f"Row {row + 1}: ", 1), hint=error.hint)
                found.facts = {**error.facts, "row": row + 1}
                table.faults[row + 1] = table.placed(found)
    bad = np.array(sorted(table.faults), np.intp) - 1
    raw[bad] = [feature.minimum for feature in task.features]


def _mark(matrix: Matrix, task: Task, outside: float) -> Matrix:
    """Put ``outside`` where a value is out of bounds; gives the same with something sound there."""
    lowest, highest = [each.minimum for each in task.features], [each.highest for each in task.features]
    beyond = ((matrix < lowest) | (matrix > highest)) & np.isfinite(matrix)
    beyond &= [each.kind != "flag" for each in task.features]  # neither 0 nor 1 is no flag at all
    sound = np.where(beyond, lowest, matrix)
    matrix[beyond] = outside
    return sound


def _longest_record(task: Task) -> int:
    """Give how long a line may be: names and numbers need far less."""
    return 64 * 1024 + 128 * len(task.features)


def _plain_numbers(file: IO[bytes], task: Task) -> Matrix | None:
    """Read numbers without quotes, fast; None where something else is there, which the careful way then names."""
    longest = _longest_record(task)
    head = file.readline(longest)
    if not head.endswith(b"\n") or head.count(b'"') % 2:
        return None
    with records_of(io.BytesIO(head), longest) as records:
        names = read_names(next(records, (1, [""]))[1], task, ())
    if any(feature.kind == "category" or feature.name not in names for feature in task.features):
        return None
    order = [names.index(feature.name) for feature in task.features]
    may_be_missing = any(feature.may_be_missing for feature in task.features)
    matrices, rows = [], 0
    while block := file.read(_BLOCK_BYTES):
        block += file.readline(longest)
        here = block.count(b"\n") + (not block.endswith(b"\n"))
        rows += here
        if rows > MAX_BATCH_ROWS:
            raise _too_many(rows)
        is_whole = len(block) - block.rfind(b"\n", 0, -1) <= longest
        if not is_whole or not block.strip() or _NOT_PLAIN.search(block):
            return None
        try:
            matrix = np.loadtxt(io.BytesIO(block), delimiter=",", comments=None, ndmin=2, dtype=np.float64)
        except (ValueError, OverflowError):
            return None
        if matrix.shape != (here, len(names)) or (may_be_missing and np.isnan(matrix).any()):
            return None  # a value is missing where nothing stands, not where "nan" does
        matrices.append(matrix[:, order])
    return np.concatenate(matrices) if matrices else None


def _any_values(
    file: IO[bytes], task: Task, encoding: str, label: str | None, passed: str | None, *, keeps_bad: bool
) -> Table:
    """Read row by row, whatever is quoted, and name the first that does not fit, or each.

    In a table with a label, which people write, empty lines are nothing; in a batch each line has its answer.
    """
    rows, values, labels = 0, array("d"), list[str]()
    ids, lines, faults = list[bytes](), array("q"), dict[int, CallerError]()
    with records_of(file, _longest_record(task), encoding) as records:
        apart = [each for each in (label, passed) if each is not None]
        names = read_names(next(records, (1, [""]))[1], task, apart)
        row_of = RowReader(task, names, passed)
        for line, record in records:
            if not record and label is not None:
                continue
            rows += 1
            if rows > MAX_BATCH_ROWS:
                raise _too_many(rows)
            lines.append(line)
            try:
                numbers = row_of(record, rows, line)
            except (MalformedRequestError, InvalidInputError) as error:
                if not keeps_bad:
                    raise
                faults[rows], numbers = error, row_of.blank
            values.extend(numbers)
            if label is not None:
                labels.append(record[names.index(label)])
            if passed is not None:
                ids.append(row_of.id_in(record))
    if not rows:
        raise MalformedRequestError("The CSV holds no rows.", hint="Send at least one.")
    return Table(np.frombuffer(values).reshape(rows, len(task.features)), labels, ids, faults, lines)


def _too_many(rows: int) -> TooLargeError:
    return TooLargeError(
        f"The CSV holds {rows:,} rows or more.", hint=f"Send at most {MAX_BATCH_ROWS:,} at once.", rows=rows
    )
