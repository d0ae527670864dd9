"""A task's own table → its rows as raw numbers, and every defect of it by file, column and row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from contract.network import Matrix
from contract.tasks import Feature, Task
from contract.tasks.exclusions import left_out
from envoy.own_table.cells import SOUND, outcome_of, read_texts
from envoy.own_table.patient_keys import Keys, note_look_alikes
from envoy.own_table.place import OwnFiles, read_map_of
from envoy.own_table.table_map import MapError, TableMap, Told
from envoy.own_table.text_cells import OwnFile
from envoy.table_checks import Chunk, Findings, Lines, check_characters, note_repeated_headers, quoted
from envoy.table_files import TableFileError
from envoy.table_schemas import Mask

Purpose = Literal["learn", "predict"]
_IN_SCIENTIFIC_NOTATION = r"[0-9]+(?:[.,][0-9]+)?[eE]\+[0-9]+"
_NO_LONGER_A_KEY = (
    "is a patient's key in scientific notation: a spreadsheet has changed it, and many patients may share it now; "
    "export it as text"
)


@dataclass(frozen=True)
class OwnRows:
    """The sound rows of a table.

    Args:
        keys: Of n rows the patient's, without spaces around it.
        raw: n × features of raw numbers.
        outcomes: Of n rows; NaN, of all, where they are to be predicted.
        lines: Of n rows the number in the file.
        left_out: Exclusion → how many rows it left out.
        why_not: Of n rows why nothing is predicted; "": something is.
        of: How many rows the table has, sound or not.
    """

    keys: Keys
    raw: Matrix
    outcomes: NDArray[np.float64]
    lines: Lines
    left_out: Mapping[str, int]
    why_not: Keys
    of: int

    def __len__(self) -> int:
        return len(self.keys)


def read_own_rows(task: Task, files: OwnFiles, findings: Findings, purpose: Purpose = "learn") -> OwnRows | None:
    """Read the rows of a table; None where there is none to be read, which is noted then.

    To learn from, rows that an exclusion leaves out are left out. To predict, they and, where the task abstains, those
    with values out of bounds stay, with the reason why nothing is predicted; and nobody looks for the outcome.

    Raises:
        EnvoyError: A bucket can't be read.
    """
    try:
        table_map = read_map_of(files, task)
    except MapError as error:
        findings.file = files.map_file.name if files.map_file else findings.file
        for mistake in error.mistakes:
            findings.note("map", f"{mistake[:1].upper()}{mistake[1:]}.")
        return None
    try:
        return _Reading(task, table_map, findings, purpose).rows_of(OwnFile(files.table, table_map.separator))
    except TableFileError as error:
        findings.note(error.kind, f"{error.sentence} {error.hint}", row=error.row)
        return None


@dataclass(frozen=True)
class _Typed:
    """Rows of a chunk, with the patient's key as it is written."""

    written: Keys
    rows: OwnRows


@dataclass(frozen=True)
class _Reading:
    task: Task
    table_map: TableMap
    findings: Findings
    purpose: Purpose

    def rows_of(self, file: OwnFile) -> OwnRows | None:
        header = file.header()
        wanted = self._columns()
        if not self._check_header(header, wanted, file.header_line):
            return None
        parts = [self._typed(chunk) for chunk in file.chunks(header, wanted)]
        if not any(len(part.rows) or part.rows.left_out for part in parts):
            if not self.findings.defects:
                self.findings.note("empty_table", "The table has columns and no rows.")
            return None
        rows = _joined([part.rows for part in parts])
        if self.purpose == "learn":
            written = np.concatenate([part.written for part in parts])
            note_look_alikes(written, rows.lines, self.table_map.patient, self.findings)
        return rows

    @property
    def _read(self) -> Sequence[tuple[Feature, Told]]:
        """What is read of each row: the features, then the outcome where it is to be learned."""
        outcome = [outcome_of(self.task)] if self.purpose == "learn" else []
        return [(feature, self.table_map.told[feature.source]) for feature in (*self.task.features, *outcome)]

    def _columns(self) -> list[str]:
        return list(dict.fromkeys([self.table_map.patient, *(told.column for _, told in self._read)]))

    def _check_header(self, header: list[str], wanted: list[str], line: int | None) -> bool:
        for name in wanted:
            times = header.count(name)
            if times > 1:
                self.findings.note("duplicate_column", f"The column {name} is there {times} times.", column=name)
            elif times == 0:
                spelled = next((other for other in header if other.casefold() == name.casefold()), None)
                but = f"; it is spelled {quoted(spelled)} there" if spelled else ""
                says = f"The column {name} is missing{but}. Rename it in the export, or name it in the map file."
                self.findings.note("missing_column", says, column=name, row=line)
        return all(header.count(name) == 1 for name in wanted)

    def _typed(self, chunk: Chunk) -> _Typed:
        count, read = len(chunk.lines), self._read
        readable = check_characters(chunk, self.findings)
        readable &= ~note_repeated_headers(chunk, self._columns(), self.findings)
        values, faults = np.full((count, len(read)), np.nan), np.full((count, len(read)), SOUND, np.int8)
        known = []
        for place, (feature, told) in enumerate(read):
            cells = chunk.columns[told.column]
            found = read_texts(feature, told, cells.texts)
            values[:, place], faults[:, place] = found.values[cells.codes], found.faults[cells.codes]
            known.append(found.known)
        features = len(self.task.features)
        why_not = np.full(count, "", dtype=object)
        excluded = np.zeros(count, bool)
        counts = {}
        for text, holds in left_out(self.task.comparisons, values[:, :features]).items():
            counts[text] = int((holds & readable & ~excluded).sum())
            why_not[holds & ~excluded] = f"left out: {text}"
            excluded |= holds
        sound = readable.copy()
        for place, (feature, told) in enumerate(read):
            for number, fault in enumerate(known[place], start=1):
                bad = readable & ~excluded & (faults[:, place] == number)
                if not bad.any():
                    continue
                if fault.is_out_of_bounds and self.purpose == "predict" and self.task.out_of_bounds == "abstain":
                    why_not[bad & (why_not == "")] = f"{feature.name} is out of bounds"
                    continue
                self._note(chunk, told.column, fault.kind, fault.says, bad)
                sound &= ~bad
        keys = chunk.columns[self.table_map.patient]
        is_empty = (keys.texts.str.strip() == "").to_numpy(bool)[keys.codes] & readable & ~excluded
        if is_empty.any():
            self._note(chunk, self.table_map.patient, "missing_value", "is no patient's key", is_empty)
        is_number = keys.texts.str.strip().str.fullmatch(_IN_SCIENTIFIC_NOTATION).to_numpy(bool)[keys.codes]
        is_number &= readable & ~excluded
        if is_number.any():
            self._note(chunk, self.table_map.patient, "wrong_type", _NO_LONGER_A_KEY, is_number)
        kept = sound & ~is_empty & ~is_number
        if self.purpose == "learn":
            kept &= ~excluded
        return _Typed(
            keys.texts.to_numpy(object)[keys.codes][kept],
            OwnRows(
                keys.texts.str.strip().to_numpy(object)[keys.codes][kept],
                values[kept, :features],
                values[kept, features] if self.purpose == "learn" else np.full(int(kept.sum()), np.nan),
                chunk.lines[kept],
                {text: each for text, each in counts.items() if each},
                why_not[kept],
                count,
            ),
        )

    def _note(self, chunk: Chunk, column: str, kind: str, says: str, bad: Mask) -> None:
        cells, rows = chunk.columns[column], np.flatnonzero(bad)

        def subject_of(place: int) -> str:
            text = cells.texts.iloc[cells.codes[rows[place]]].strip()
            return quoted(text) if text else "The empty cell"

        self.findings.note_each(kind, says, chunk.lines[rows], subject_of, column=column)


def _joined(parts: Sequence[OwnRows]) -> OwnRows:
    counts: dict[str, int] = {}
    for part in parts:
        for text, count in part.left_out.items():
            counts[text] = counts.get(text, 0) + count
    return OwnRows(
        np.concatenate([part.keys for part in parts]),
        np.concatenate([part.raw for part in parts]),
        np.concatenate([part.outcomes for part in parts]),
        np.concatenate([part.lines for part in parts]),
        counts,
        np.concatenate([part.why_not for part in parts]),
        sum(part.of for part in parts),
    )
