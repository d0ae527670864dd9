"""Hold the cells of a table to its schema: text cells in, typed rows and defects out; knows no files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from envoy.icd_codes import FAULTS, SOUND, first_faults
from envoy.table_schemas import DIAGNOSES, TEXT, CellType, Mask, TableSchema

Lines = NDArray[np.int64]
MOST_NAMED = 100
"""So many cells of a column with the same fault are named one by one; the others are counted."""


@dataclass(frozen=True)
class Defect:
    """One thing that a hospital must mend in a file, or one kind of it with the number of rows that share it.

    Args:
        file: Path below the data folder, with ``/``.
        column: The column, or None where the whole row or file is meant.
        row: Line in the file (the header is line 1) of the first such row, or None where the whole file is meant.
        kind: Stable word for programs.
        sentence: What is wrong, for a person. May quote a short bad cell, never a row.
        count: How many rows share it.
    """

    file: str
    column: str | None
    row: int | None
    kind: str
    sentence: str
    count: int = 1


@dataclass(frozen=True)
class Cells:
    """One column of some rows: row i holds ``texts[codes[i]]``."""

    codes: NDArray[np.intp]
    texts: "pd.Series[str]"

    @cached_property
    def is_printable(self) -> bool:
        """Whether all texts are free of control characters and undecodable bytes: the usual case, quickly told."""
        return "".join(self.texts).isprintable()


@dataclass(frozen=True)
class Chunk:
    """Some rows of a table: all its columns as text, and the line of each row in the file (the header is line 1)."""

    columns: Mapping[str, Cells]
    lines: Lines


@dataclass(frozen=True)
class TypedRows:
    """The sound rows of a table as typed columns, and the line of each in the file."""

    frame: pd.DataFrame
    lines: Lines


@dataclass
class Findings:
    """The defects of one file, counted by column, kind and reason; the first row of each is named."""

    file: str
    _found: dict[tuple[str | None, str, str], Defect] = field(default_factory=dict)
    _named: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def note(self, kind: str, sentence: str, *, column: str | None = None, row: int | None = None) -> None:
        """Note one defect."""
        self._found.setdefault((column, kind, sentence), Defect(self.file, column, row, kind, sentence))

    def note_rows(self, kind: str, subject: str, says: str, lines: Lines, *, column: str | None = None) -> None:
        """Note the rows at ``lines`` (ascending, one or more): ``subject`` names the first, ``says`` what all are."""
        known = self._found.get((column, kind, says))
        self._found[column, kind, says] = (
            replace(known, count=known.count + len(lines))
            if known
            else Defect(self.file, column, int(lines[0]), kind, f"{subject} {says}.", len(lines))
        )

    def note_each(self, kind: str, says: str, lines: Lines, subject_of: Callable[[int], str], *, column: str) -> None:
        """Note each of the rows at ``lines`` (ascending) for itself, as far as there are not too many of them.

        Args:
            kind: As of a defect.
            says: What all of them are.
            lines: Their lines.
            subject_of: The place in ``lines`` → what names the cell.
            column: The column.
        """
        known = self._named.get((column, kind, says), 0)
        single = min(len(lines), MOST_NAMED - known)
        self._named[column, kind, says] = known + single
        for place in range(single):
            row = int(lines[place])
            sentence = f"{subject_of(place)} {says}."
            self._found[column, kind, f"{says} {row}"] = Defect(self.file, column, row, kind, sentence)
        if len(lines) > single:
            self.note_rows(kind, subject_of(single), says, lines[single:], column=column)

    @property
    def defects(self) -> tuple[Defect, ...]:
        """All defects, those of the whole file first, then in the order of their lines."""
        return tuple(sorted(self._found.values(), key=lambda defect: defect.row or 0))


# Looked for in every column of the file, also in those that aren't read.
_BAD_CHARACTERS = (
    ("line_break", r"[\r\n]", "holds a line break inside quotes"),
    ("undecodable_bytes", r"[\udc80-\udcff]", "holds bytes that are not UTF-8"),
    ("not_text", r"\x00", "holds a zero byte"),
)


_MIMIC_III = frozenset({"icd9_code", "row_id"})
"""Columns that MIMIC-III's tables have and MIMIC-IV's don't."""


def check_header(header: list[str], schema: TableSchema, findings: Findings) -> bool:
    """Note the columns that are missing or there twice; tell whether the rows can be read."""
    known = {name.casefold() for name in header}
    if known & _MIMIC_III:
        said = f"These are MIMIC-III's columns ({', '.join(sorted(known & _MIMIC_III))}); MIMIC-IV's are read"
        findings.note("other_version", f"{said}: {', '.join(schema.columns)}.", row=1)
        return False
    if len(schema.columns) > 1 and not known & set(schema.columns):
        said = "The header is missing, or it is another table's: the first line names none of the columns"
        findings.note("missing_header", f"{said} {', '.join(schema.columns)}.", row=1)
        return False
    for name in schema.columns:
        times = header.count(name)
        if times == 0:
            spelled = next((other for other in header if other.lower() == name), None)
            but = f"; it is spelled {spelled}, write it in small letters" if spelled else ""
            findings.note("missing_column", f"The column {name} is missing{but}.", column=name, row=1)
        elif times > 1:
            findings.note("duplicate_column", f"The column {name} is there {times} times.", column=name, row=1)
    return all(header.count(name) == 1 for name in schema.columns)


def type_rows(chunk: Chunk, schema: TableSchema, findings: Findings) -> TypedRows:
    """Turn the cells of a chunk into typed columns; a row with a bad cell is noted and left out."""
    readable = check_characters(chunk, findings) & ~note_repeated_headers(chunk, list(schema.columns), findings)
    sound = readable.copy()
    typed: dict[str, pd.Series] = {}
    for name, cell_type in schema.columns.items():
        cells = chunk.columns[name]
        values, good_texts = cell_type.parse(cells.texts)
        good = good_texts[cells.codes]
        _note_wrong(cell_type, chunk, name, readable & ~good, findings)
        sound &= good
        column = _category(values, cells.codes) if cell_type is TEXT else values.take(cells.codes)
        typed[name] = column.reset_index(drop=True)
    frame = pd.DataFrame(typed)
    if schema is DIAGNOSES:
        sound &= _check_codes(frame, chunk, readable, findings)
    return TypedRows(frame[sound], chunk.lines[sound])


def check_duplicates(rows: TypedRows, schema: TableSchema, findings: Findings) -> None:
    """Note the rows whose key an earlier row has already."""
    keys = [rows.frame[name].to_numpy() for name in schema.key]
    order = np.lexsort(keys)  # stable, so that of equal keys the first line comes first
    repeats = np.ones(max(len(order) - 1, 0), dtype=bool)
    for key in keys:
        ordered = key[order]
        repeats &= ordered[1:] == ordered[:-1]
    if repeats.any():
        says = f"repeats an earlier row's {', '.join(schema.key)}"
        findings.note_rows("duplicate_row", "The row", says, np.sort(rows.lines[order[1:][repeats]]))


def check_references(
    rows: TypedRows, admissions: pd.DataFrame | None, patients: pd.DataFrame | None, findings: Findings
) -> None:
    """Note the rows of a table that name an admission or a patient that the other table lacks."""
    if patients is not None:
        unknown = ~rows.frame["subject_id"].isin(patients["subject_id"]).to_numpy()
        _note_references("subject_id", "is not in the table patients", rows, unknown, findings)
    if admissions is not None:
        unknown = ~rows.frame["hadm_id"].isin(admissions["hadm_id"]).to_numpy()
        _note_references("hadm_id", "is not in the table admissions", rows, unknown, findings)
        owners = admissions.set_index("hadm_id")["subject_id"]
        owned = owners.reindex(rows.frame["hadm_id"]).to_numpy()
        strange = ~unknown & (owned != rows.frame["subject_id"].to_numpy())
        _note_references("hadm_id", "belongs to another subject_id in the table admissions", rows, strange, findings)


def check_characters(chunk: Chunk, findings: Findings) -> Mask:
    """Note cells that hold what no cell of a table does; tell of each row whether all of its are readable."""
    sound = np.ones(len(chunk.lines), dtype=bool)
    for name, cells in chunk.columns.items():
        if cells.is_printable:
            continue
        for kind, pattern, says in _BAD_CHARACTERS:
            bad = cells.texts.str.contains(pattern).to_numpy(dtype=bool)[cells.codes]
            if bad.any():
                findings.note_rows(kind, "The cell", says, chunk.lines[bad], column=name)
                sound &= ~bad
    return sound


def note_repeated_headers(chunk: Chunk, names: Sequence[str], findings: Findings) -> Mask:
    """Note rows that say the names of their columns once more, as joined exports do; tell which they are."""
    repeats = np.ones(len(chunk.lines), dtype=bool)
    for name in names:
        cells = chunk.columns[name]
        repeats &= (cells.texts.str.strip() == name).to_numpy(dtype=bool)[cells.codes]
    if repeats.any():
        says = "is the header once more: exports were joined. Keep the first header alone"
        findings.note_rows("repeated_header", "The row", says, chunk.lines[repeats])
    return repeats


def _check_codes(frame: pd.DataFrame, chunk: Chunk, readable: Mask, findings: Findings) -> Mask:
    """Hold each code to the form of its row's version; a row without a good version is of neither."""
    codes: pd.Categorical = frame["icd_code"].array
    texts = pd.Series(codes.categories, dtype=object)
    versions = frame["icd_version"].to_numpy()
    good = np.ones(len(frame), dtype=bool)
    for version, faults in FAULTS.items():
        is_of_version = readable & (versions == version)
        used, places = np.unique(codes.codes[is_of_version], return_inverse=True)
        faults_of_used = first_faults(texts.iloc[used], version)
        if (faults_of_used == SOUND).all():
            continue
        fault_of_row = np.full(len(frame), SOUND)
        fault_of_row[is_of_version] = faults_of_used[places]
        for place, fault in enumerate(faults):
            _note_cells(fault.kind, fault.says, chunk, "icd_code", fault_of_row == place, findings)
        good &= fault_of_row == SOUND
    return good


def _note_wrong(cell_type: CellType, chunk: Chunk, name: str, bad: Mask, findings: Findings) -> None:
    """Note cells that are not what their column wants, with what has made them so where that shows."""
    if not bad.any():
        return
    cells = chunk.columns[name]
    for pattern, why in cell_type.mistakes:
        made_so = bad & cells.texts.str.strip().str.fullmatch(pattern).to_numpy(dtype=bool)[cells.codes]
        _note_cells("wrong_type", f"is not {cell_type.wants}: {why}", chunk, name, made_so, findings)
        bad = bad & ~made_so
    _note_cells("wrong_type", f"is not {cell_type.wants}", chunk, name, bad, findings)


def _note_cells(kind: str, says: str, chunk: Chunk, column: str, bad: Mask, findings: Findings) -> None:
    if bad.any():
        cells = chunk.columns[column]
        text = cells.texts.iloc[cells.codes[np.argmax(bad)]].strip()
        findings.note_rows(kind, quoted(text) if text else "The empty cell", says, chunk.lines[bad], column=column)


def _note_references(column: str, says: str, rows: TypedRows, bad: Mask, findings: Findings) -> None:
    if bad.any():
        subject = f"{column} {rows.frame[column].iloc[int(np.argmax(bad))]}"
        findings.note_rows("unknown_reference", subject, says, rows.lines[bad], column=column)


def _category(texts: "pd.Series[str]", codes: NDArray[np.intp]) -> pd.Series:
    places, names = pd.factorize(texts)  # stripped texts may coincide
    return pd.Series(pd.Categorical.from_codes(places[codes], categories=pd.Index(names, dtype=object)))


def quoted(text: str) -> str:
    """Quote a bad cell's text, cut short."""
    return repr(text if len(text) <= 40 else text[:40] + "…")  # repr: no control character reaches the terminal
