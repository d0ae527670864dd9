"""Tasks whose source is a hospital's own table: their cohort, what is wrong with it, and its rows to be predicted."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from contract.tasks import Task
from envoy.cohort import Cohort
from envoy.inspection import Inspection, Remark, Summary, TableRead, leaks_of
from envoy.own_table.patient_keys import subject_ids_of
from envoy.own_table.place import find_own
from envoy.own_table.rows import OwnRows, Purpose, read_own_rows
from envoy.prediction import RowsToPredict
from envoy.table_checks import Defect, Findings
from envoy.table_files import TableFileError
from envoy.table_sources import Signatures, TableSource
from envoy.tables import data_error


class OwnTables:
    """Reads such a task's cohort from one file."""

    def signatures(self, task: Task, source: TableSource) -> Signatures:
        """Give what changes with the table or its map."""
        try:
            files = find_own(task, source)
        except TableFileError:
            return ()
        return files.table.signature, files.map_file.signature if files.map_file else None

    def read(self, task: Task, source: TableSource) -> Cohort:
        """Read the table.

        Raises:
            DataError: It has a defect.
            EnvoyError: The bucket that it lies in can't be read.
        """
        return _cohort(task, _sound_rows(task, source, "learn"))

    def inspect(self, task: Task, source: TableSource) -> Inspection:
        """Find every defect, and what should be known."""
        rows, defects, file = _look(task, source, "learn")
        if rows is None:
            return Inspection(defects)
        read = (TableRead(task.name, file, rows.of, len(np.unique(rows.keys.astype(str)))),)
        if not len(rows):
            return Inspection(defects, tuple(_remarks(rows)), read=read)
        cohort = _cohort(task, rows)
        leaks, unjudged = leaks_of(task, cohort, file)
        summary = Summary.of(task, cohort, _missing(task, rows))
        return Inspection((*defects, *leaks), (*_remarks(rows), *unjudged), summary, cohort, read)

    def to_predict(self, task: Task, source: TableSource) -> RowsToPredict:
        """Read the rows for which a model is asked: those to learn from, without the outcome.

        Raises:
            DataError: The table has a defect.
            EnvoyError: The bucket that it lies in can't be read.
        """
        rows = _sound_rows(task, source, "predict")
        return RowsToPredict({"patient": list(rows.keys)}, task.encode(rows.raw), list(rows.why_not))


def _sound_rows(task: Task, source: TableSource, purpose: Purpose) -> OwnRows:
    rows, defects, _ = _look(task, source, purpose)
    if rows is None or defects:
        raise data_error(defects, f"fl-envoy check --task {task.name} --data {source}")
    return rows


def _look(task: Task, source: TableSource, purpose: Purpose) -> tuple[OwnRows | None, tuple[Defect, ...], str]:
    findings = Findings(f"{task.name}.csv")
    try:
        files = find_own(task, source)
    except TableFileError as error:
        findings.note(error.kind, f"{error.sentence} {error.hint}", row=error.row)
        return None, findings.defects, findings.file
    findings.file = files.table.name
    return read_own_rows(task, files, findings, purpose), findings.defects, findings.file


def _cohort(task: Task, rows: OwnRows) -> Cohort:
    ids = subject_ids_of(rows.keys)
    order = np.argsort(ids, kind="stable")
    raw, outcomes = rows.raw[order], rows.outcomes[order]
    labels = outcomes.astype(np.int64) if task.is_binary else task.level_indices(outcomes)
    return Cohort(ids[order], task.encode(raw), labels)


def _missing(task: Task, rows: OwnRows) -> Mapping[str, float]:
    shares = np.isnan(rows.raw).mean(axis=0)
    return {each.name: float(share) for each, share in zip(task.features, shares, strict=True) if each.may_be_missing}


def _remarks(rows: OwnRows) -> Iterator[Remark]:
    for text, count in rows.left_out.items():
        yield Remark("left_out", f"{count:,} rows are left out by the task: {text}.", count)
    told = pd.DataFrame({"key": rows.keys, "outcome": rows.outcomes}).join(pd.DataFrame(rows.raw))
    repeats = int(told.duplicated().sum())
    if repeats:
        yield Remark("repeated_rows", f"{repeats:,} rows say in each column what an earlier one says.", repeats)
