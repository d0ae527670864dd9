"""Typed tables → one row per patient: features and label of a task, and the split by patient; knows no files.

A task's builder is registered by its name here: a new task adds one function.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contract.names import TaskName
from contract.tasks import DIAGNOSIS_COUNT, Task
from envoy.errors import PolicyError
from envoy.tables import Tables


@dataclass(frozen=True)
class Cohort:
    """The patients of a task, in ascending order of ``subject_ids``.

    Args:
        subject_ids: n patients, each once.
        features: n × features in the task's order and units.
        labels: n risk levels: 0 low, 1 medium, 2 high.
    """

    subject_ids: NDArray[np.int64]
    features: NDArray[np.float64]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.subject_ids)

    def take(self, indices: NDArray[np.intp]) -> "Cohort":
        """Pick patients by their place."""
        return Cohort(self.subject_ids[indices], self.features[indices], self.labels[indices])


@dataclass(frozen=True)
class Split:
    """A cohort in two parts that share no patient."""

    training: Cohort
    held_out: Cohort


def build_cohort(task: Task, tables: Tables) -> Cohort:
    """Make the cohort of a task.

    Raises:
        PolicyError: This envoy can't build the task's cohort.
        InvalidInputError: A patient's value is outside of the task's bounds.
    """
    builder = _BUILDERS.get(task.name)
    if builder is None:
        raise PolicyError(
            f"This envoy can't build a cohort for the task {task.name}.",
            hint=f"It can for {', '.join(sorted(_BUILDERS))}; a newer version may know more.",
            task=task.name,
        )
    cohort = builder(task, tables)
    task.check_matrix(cohort.features)
    return cohort


def split_by_patient(cohort: Cohort, seed: int, held_out_share: float = 0.2) -> Split:
    """Hold out a share of the patients, chosen by a seeded hash of each ``subject_id``.

    The patients with the smallest hashes are held out, so the choice depends on no order, no machine and no library's
    random generator, and patients who join or leave change it only at the margin.

    Args:
        cohort: At least one patient.
        seed: Any whole number.
        held_out_share: Between 0 and 1; rounded to whole patients, at least one in each part where there are two.
    """
    held_out_count = round(held_out_share * len(cohort))
    if len(cohort) >= 2:
        held_out_count = min(max(held_out_count, 1), len(cohort) - 1)
    order = np.lexsort((cohort.subject_ids, _hashes(cohort.subject_ids, seed)))
    held_out, training = np.split(order, [held_out_count])
    return Split(cohort.take(np.sort(training)), cohort.take(np.sort(held_out)))


def _diagnosis_counts(task: Task, tables: Tables) -> Cohort:
    """Count the rows of diagnoses_icd per patient; the label is the level of that count."""
    subject_ids, counts = np.unique(tables.diagnoses["subject_id"].to_numpy(dtype=np.int64), return_counts=True)
    features = counts.astype(np.float64)
    return Cohort(subject_ids, features[:, np.newaxis], task.level_indices(features))


_BUILDERS: Mapping[TaskName, Callable[[Task, Tables], Cohort]] = {DIAGNOSIS_COUNT.name: _diagnosis_counts}


def _hashes(subject_ids: NDArray[np.int64], seed: int) -> NDArray[np.uint64]:
    seed_hash = _mix(np.array([seed % 2**64], dtype=np.uint64))
    return _mix(subject_ids.astype(np.uint64) ^ seed_hash)


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter 64-bit values evenly: splitmix64 (Steele, Lea and Flood 2014, section 5)."""
    mixed = values + np.uint64(0x9E3779B97F4A7C15)  # unsigned arithmetic wraps around, as it should
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
