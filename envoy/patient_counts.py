"""Tasks whose rows are patients: of each the number of its diagnoses, and the level that it lies in."""

import numpy as np

from contract.errors import InvalidInputError
from contract.tasks import Task
from envoy.cohort import Cohort
from envoy.found_tables import signatures_of
from envoy.inspection import Inspection, Summary
from envoy.table_checks import Defect
from envoy.table_sources import Signatures, TableSource
from envoy.tables import Tables, look_at_tables, read_tables

TABLES = ("diagnoses_icd", "admissions", "patients")


def count_diagnoses(task: Task, tables: Tables) -> Cohort:
    """Count the rows of diagnoses_icd per patient; the label is the level of that count.

    Raises:
        InvalidInputError: A patient's count is outside of the task's bounds.
    """
    subject_ids, counts = np.unique(tables.diagnoses["subject_id"].to_numpy(dtype=np.int64), return_counts=True)
    raw = counts.astype(np.float64)[:, np.newaxis]
    task.check_matrix(raw)
    return Cohort(subject_ids, task.encode(raw), task.level_indices(raw[:, 0]))


class PatientCounts:
    """Reads such a task's cohort from MIMIC-IV's tables."""

    def signatures(self, task: Task, source: TableSource) -> Signatures:
        """Give what changes with the tables that it looks at."""
        del task
        return signatures_of(source, TABLES)

    def read(self, task: Task, source: TableSource) -> Cohort:
        """Read the tables; raises as ``read_tables`` and ``count_diagnoses``."""
        return count_diagnoses(task, read_tables(source))

    def inspect(self, task: Task, source: TableSource) -> Inspection:
        """Find every defect of the tables; of sound diagnoses also say what they would be learned from."""
        found = look_at_tables(source)
        if found.tables is None:
            return Inspection(found.defects, read=found.read, missing=found.missing)
        try:
            cohort = count_diagnoses(task, found.tables)
        except InvalidInputError as error:
            odd = Defect(found.read[0].file, None, None, "out_of_bounds", error.sentence)
            return Inspection((*found.defects, odd), read=found.read, missing=found.missing)
        summary = Summary.of(task, cohort, {})
        return Inspection(found.defects, (), summary, cohort, found.read, found.missing)
