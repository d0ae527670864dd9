"""The beginning of a table: which columns it names; and what it is, where it is no table that is read here.

What is wrong is looked for only after reading failed, so that a sound table pays nothing for it.
"""

import codecs
import csv
import re
from collections.abc import Sequence
from contextlib import suppress

from contract.errors import CallerError, InvalidInputError
from contract.tasks import Task
from director.errors import InvalidRequestError, MalformedRequestError, UnsupportedMediaTypeError

HINT = "The first line names the columns, each further line holds their values, separated by commas."

HEAD_BYTES = 64 * 1024
"""So much of a table is looked at to say what it is."""

_KINDS = (
    (b"PK\x03\x04", "a workbook or an archive (.xlsx, .zip)", "Save it as CSV UTF-8, and send that."),
    (b"\xd0\xcf\x11\xe0", "an old workbook (.xls)", "Save it as CSV UTF-8, and send that."),
    (b"\x1f\x8b", "compressed with gzip", "Send it as it is, not compressed."),
    (b"PAR1", "a Parquet file", "Write it as CSV, and send that."),
    (b"%PDF", "a PDF", "Send the table that it was made from, as CSV."),
    (b"--", "a form", "Send the file itself: curl --data-binary @FILE -H 'Content-Type: text/csv'."),
    (b"{", "JSON", "Send it with the header Content-Type: application/json."),
    (b"[", "JSON", 'Send {"inputs": [...]} with the header Content-Type: application/json.'),
    (b"<", "HTML or XML", "Write the table as CSV, and send that."),
)
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
_COMMAS = (
    "Separate them with commas, with a point in decimals: in R write.csv, not write.csv2; in pandas to_csv "
    "without sep; in Excel the list separator of the region decides."
)
_ROW_NAMES = (
    "If these are R's row names or pandas' index, leave them out (row.names = FALSE, index=False); or give the column "
    "a name, and name it as id."
)
_POINTS = "Decimals have a point (1.5, not 1,5), thousands nothing between; a text with a comma stands in quotes."
_UNNAMED = re.compile(r"(Unnamed: \d+)?")
_NUMBER = re.compile(r"\s*[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?\s*")


def read_names(first: Sequence[str], task: Task, apart: Sequence[str]) -> list[str]:
    """Read a table's names.

    Args:
        first: Its first line.
        task: Whose features the others are.
        apart: Columns that must be there beside the features.

    Raises:
        MalformedRequestError, InvalidInputError: They are not the task's features and these.
    """
    names = [name.strip() for name in first] or [""]
    for name in (each for each in names if names.count(each) > 1 and each):
        places = [str(place) for place, each in enumerate(names, start=1) if each == name]
        raise MalformedRequestError(
            f"The first line names {_shown(name)} more than once (columns {', '.join(places)}).",
            hint="Name each column once.",
        )
    for name in (each for each in apart if each not in names):
        raise MalformedRequestError(f"The first line names no column {_shown(name)}.", hint=HINT)
    task.require_features([name for name in names if name not in apart])
    return names


def require_apart(task: Task, passed: str) -> None:
    """Refuse to pass a feature through: a column is asked about, or is passed.

    Raises:
        InvalidRequestError: It is one.
    """
    if passed in [feature.name for feature in task.features]:
        raise InvalidRequestError(
            f"id: {_shown(passed)} is a feature of task {task.name}, and is asked about.",
            hint="Name a column that is none, or leave id out.",
            field="id",
        )


def explained(error: CallerError, head: bytes, task: Task) -> CallerError:
    """Say what a table is that was not read, as far as its beginning tells; else give the error as it is.

    Args:
        error: Why it was not.
        head: Its first bytes.
        task: Whose features it should hold.
    """
    for mark, what, hint in _KINDS:
        if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(mark):
            return UnsupportedMediaTypeError(f"The body is {what}, no CSV.", hint=hint)
    is_marked = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = head.decode("utf-16" if is_marked else "utf-8-sig", "replace")
    if not text.strip():
        return MalformedRequestError("The body is empty.", hint=HINT)
    if "\0" in text[:64]:
        return MalformedRequestError("The CSV is no text in UTF-8; UTF-16 needs its mark.", hint="Save it as UTF-8.")
    lines = text.splitlines()
    return _of_lines(lines, task) or error


def _of_lines(lines: Sequence[str], task: Task) -> CallerError | None:
    first, expected = lines[0], {feature.name for feature in task.features}
    if first.strip().strip('"').lower().startswith("sep="):
        return MalformedRequestError(
            'The first line is "sep=", which tells Excel alone how columns are separated.', hint=f"Remove it. {HINT}"
        )
    names = _cells(first, ",")
    for separator, called in _SEPARATORS.items():
        if not expected & set(names) and len(cells := _cells(first, separator)) > 1 and expected & set(cells):
            return MalformedRequestError(f"The columns are separated by {called}, not by commas.", hint=_COMMAS)
    if not first.strip():
        return MalformedRequestError("The first line is empty, and should name the columns.", hint=HINT)
    if not expected & set(names) and any(_NUMBER.fullmatch(name) for each in names for name in each.split(";")):
        return MalformedRequestError(
            "The first line holds values, not names: the table has no header.",
            hint=f"Begin with a line that names the columns: {','.join(feature.name for feature in task.features)}",
        )
    unnamed = [str(place) for place, name in enumerate(names, start=1) if _UNNAMED.fullmatch(name)]
    if unnamed and len(names) > 1:
        called = "Columns {} have no name" if len(unnamed) > 1 else "Column {} has no name"
        return InvalidInputError(called.format(", ".join(unnamed)) + ".", hint=_ROW_NAMES)
    return None


def of_width(found: int, named: int, row: int, line: int) -> MalformedRequestError:
    """Say that a row has another number of values than there are columns.

    Args:
        found: How many it has.
        named: How many columns are named.
        row: Its number.
        line: Where it stands.
    """
    hint = HINT
    if found == named + 1 and row == 1:
        hint = f"{_POINTS} {_ROW_NAMES}"
    elif found > named:
        hint = _POINTS
    elif found == 1:
        hint = _COMMAS
    return MalformedRequestError(
        f"Row {row} (line {line}) has another number of values than the first line names: {found} instead of {named}.",
        hint=hint,
        row=row,
        line=line,
    )


def why_no_number(text: str) -> tuple[str, str]:
    """Say what a cell is that is no number, without what stands in it: an end for the sentence, and a hint."""
    bare = text.strip()
    if not bare:
        return "is empty", "It may not be missing: give a number."
    if bare.lower() in ("na", "n/a", "nan", "null", "none", ".", "-", "?"):
        return "is not a number", "Where a value may be missing, the cell is empty."
    if _NUMBER.fullmatch(bare) and "," in bare:
        return "is not a number: it has a decimal comma", "Write decimals with a point."
    if '"' in bare:
        return "is not a number: a quote stands within it", "Quotes begin right behind the comma, and double within."
    if ";" in bare or "\t" in bare:
        return "is not a number", _COMMAS
    return "is not a number", "Write digits alone, with a point in decimals and no unit."


def _cells(line: str, separator: str) -> list[str]:
    with suppress(csv.Error):
        return [cell.strip().strip('"') for cell in next(csv.reader([line], delimiter=separator), [])]
    return []


def _shown(name: str) -> str:
    return name[:60]
