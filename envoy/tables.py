"""MIMIC-IV tables where the hospital keeps them → typed tables, or every defect named by file, column and row."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from envoy.errors import DataError
from envoy.table_checks import (
    Defect,
    Findings,
    TypedRows,
    check_duplicates,
    check_header,
    check_references,
    type_rows,
)
from envoy.table_files import TableFileError, find_table, read_chunks, read_header
from envoy.table_schemas import ADMISSIONS, DIAGNOSES, PATIENTS, TableSchema
from envoy.table_sources import FoundTable, TableSource

__all__ = ["Defect", "Tables", "data_error", "inspect_tables", "load_tables", "read_tables"]

_NAMED_DEFECTS = 3
_ALWAYS_NEEDED = frozenset({DIAGNOSES.name})


@dataclass(frozen=True)
class Tables:
    """A hospital's tables, typed.

    Args:
        diagnoses: subject_id, hadm_id, seq_num (int64), icd_code (category of text: leading zeros count), icd_version
            (int8; a code means something only together with it). In the order of the file.
        admissions: subject_id, hadm_id (int64), admittime, dischtime, deathtime (datetime64, deathtime may be NaT),
            admission_type, admission_location, discharge_location (category), hospital_expire_flag (int8). None where
            the file is absent or has defects.
        patients: subject_id (int64), gender (category), anchor_age (float64, years), anchor_year (int64), dod
            (datetime64 or NaT). None where the file is absent or has defects.
    """

    diagnoses: pd.DataFrame
    admissions: pd.DataFrame | None
    patients: pd.DataFrame | None


@dataclass(frozen=True)
class _Table:
    """What was found of one table: its sound rows (None without a readable file) and its defects."""

    rows: TypedRows | None
    findings: Findings

    @property
    def sound_frame(self) -> pd.DataFrame | None:
        return self.rows.frame if self.rows is not None and not self.findings.defects else None


def inspect_tables(source: TableSource | Path) -> tuple[Defect, ...]:
    """Find every defect of every table in a source, or of a folder by its path; reads only.

    ``diagnoses_icd`` must be there; ``admissions`` and ``patients`` are checked where they are. References between
    tables are checked only against a table that is free of defects itself, so that one defect isn't told twice.
    """
    return tuple(defect for table in _load(source) for defect in table.findings.defects)


def read_tables(source: TableSource | Path) -> Tables:
    """Read a hospital's tables, from a source or from a folder by its path.

    Raises:
        DataError: ``diagnoses_icd`` is missing or has a defect; the sentence names the first ones. Defects of the
            other tables leave these None: whoever needs them says so.
        EnvoyError: The bucket that they lie in can't be read.
    """
    diagnoses, admissions, patients = _load(source)
    if diagnoses.rows is None or diagnoses.findings.defects:
        raise data_error(diagnoses.findings.defects, f"fl-envoy check --data {source}")
    return Tables(diagnoses.rows.frame, admissions.sound_frame, patients.sound_frame)


def load_tables(source: TableSource | Path, needed: frozenset[str]) -> tuple[Tables | None, tuple[Defect, ...]]:
    """Read a hospital's tables and name every defect of them; tables only where there is none.

    Args:
        source: Where they lie; of a folder its path.
        needed: The tables that must be there.
    """
    loaded = _load(source, needed)
    defects = tuple(defect for table in loaded for defect in table.findings.defects)
    diagnoses, admissions, patients = (table.sound_frame for table in loaded)
    return (None if defects or diagnoses is None else Tables(diagnoses, admissions, patients)), defects


def _load(source: TableSource | Path, needed: frozenset[str] = _ALWAYS_NEEDED) -> tuple[_Table, _Table, _Table]:
    schemas = (DIAGNOSES, ADMISSIONS, PATIENTS)
    diagnoses, admissions, patients = (_load_table(source, schema, needed) for schema in schemas)
    if admissions.rows is not None:
        check_references(admissions.rows, None, patients.sound_frame, admissions.findings)
    if diagnoses.rows is not None:
        check_references(diagnoses.rows, admissions.sound_frame, patients.sound_frame, diagnoses.findings)
    return diagnoses, admissions, patients


def _load_table(source: TableSource | Path, schema: TableSchema, needed: frozenset[str]) -> _Table:
    findings = Findings(f"hosp/{schema.name}.csv.gz")
    try:
        table = find_table(source, schema.name)
        if table is None:
            if schema.name in needed:
                looked_for = f"hosp/{schema.name}.csv, the same with .gz, or either without hosp"
                findings.note("missing_file", f"There is no {looked_for}.")
            return _Table(None, findings)
        findings.file = table.name
        return _Table(_load_rows(table, schema, findings), findings)
    except TableFileError as error:
        findings.note(error.kind, f"{error.sentence} {error.hint}", row=error.row)
        return _Table(None, findings)


def _load_rows(table: FoundTable, schema: TableSchema, findings: Findings) -> TypedRows | None:
    """Read and check the rows of one table; None where the file can't be read to its end, or has no sound row."""
    header = read_header(table)
    if not check_header(header, schema, findings):
        return None
    parts = [type_rows(chunk, schema, findings) for chunk in read_chunks(table, header)]
    if not any(len(part.lines) for part in parts):
        if not findings.defects:
            findings.note("empty_table", "The table has a header and no rows.")
        return None
    rows = _joined(parts)
    check_duplicates(rows, schema, findings)
    return rows


def _joined(parts: list[TypedRows]) -> TypedRows:
    """Put the chunks of a table together, column by column."""
    columns = {}
    for name, dtype in parts[0].frame.dtypes.items():
        pieces = [part.frame[name].array for part in parts]
        is_category = isinstance(dtype, pd.CategoricalDtype)
        columns[name] = union_categoricals(pieces) if is_category else np.concatenate(pieces)
    return TypedRows(pd.DataFrame(columns, copy=False), np.concatenate([part.lines for part in parts]))


def data_error(defects: tuple[Defect, ...], command: str) -> DataError:
    """Name the first of some defects, one or more, and the command that names them all."""
    named = "; ".join(f"{_place(defect)}: {defect.sentence.rstrip('.')}" for defect in defects[:_NAMED_DEFECTS])
    more = f"; and {len(defects) - _NAMED_DEFECTS} more" if len(defects) > _NAMED_DEFECTS else ""
    first = defects[0]
    return DataError(
        f"{named}{more}.",
        hint=f"{command} names every defect.",
        kind=first.kind,
        file=first.file,
        column=first.column,
        row=first.row,
        defects=len(defects),
    )


def _place(defect: Defect) -> str:
    parts = (defect.file, defect.column and f"column {defect.column}", defect.row and f"row {defect.row}")
    return ", ".join(part for part in parts if part)
