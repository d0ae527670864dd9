"""The rows that a task is learned from, and which of their patients are kept out of training; knows no files."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contract.tasks import Shares, Task


@dataclass(frozen=True)
class Cohort:
    """The rows of a task, a patient each or an admission each, in ascending order of ``subject_ids``.

    Args:
        subject_ids: Of n rows the patient.
        features: n × columns of the task, before its scaler.
        labels: n labels: 0 low, 1 medium, 2 high; of a binary outcome 1 where it happened.
    """

    subject_ids: NDArray[np.int64]
    features: NDArray[np.float64]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.subject_ids)

    @property
    def patients(self) -> int:
        """How many patients' the rows are."""
        return len(np.unique(self.subject_ids))

    def take(self, indices: NDArray[np.intp]) -> "Cohort":
        """Pick rows by their place."""
        return Cohort(self.subject_ids[indices], self.features[indices], self.labels[indices])


@dataclass(frozen=True)
class Split:
    """A cohort in parts that share no patient.

    Args:
        training: What is trained on.
        held_out: What is reported by: the test patients.
        own_validation: The part for stopping and choosing; None: the task has none.
    """

    training: Cohort
    held_out: Cohort
    own_validation: Cohort | None = None

    @property
    def validation(self) -> Cohort:
        """What stopping and choosing look at: ``held_out`` where the task has no part for it."""
        return self.held_out if self.own_validation is None else self.own_validation

    @property
    def parts(self) -> tuple[Cohort, ...]:
        """All rows, each once."""
        own = () if self.own_validation is None else (self.own_validation,)
        return (self.training, *own, self.held_out)


def split_of(task: Task, cohort: Cohort, seed: int, held_out_share: float = 0.2) -> Split:
    """Split by the task's shares; where it has none, hold out the share that the hospital set."""
    if task.shares is not None:
        return split_by_shares(cohort, seed, task.shares)
    return split_by_patient(cohort, seed, held_out_share)


def split_by_patient(cohort: Cohort, seed: int, held_out_share: float = 0.2) -> Split:
    """Hold out a share of the patients, chosen by a seeded hash of each ``subject_id``.

    The patients with the smallest hashes are held out, so the choice depends on no order, no machine and no library's
    random generator, and patients who join or leave change it only at the margin.

    Args:
        cohort: At least one patient; all rows of a patient are in one part.
        seed: Any whole number.
        held_out_share: Between 0 and 1; rounded to whole patients, at least one in each part where there are two.
    """
    patients = np.unique(cohort.subject_ids)
    held_out_count = round(held_out_share * len(patients))
    if len(patients) >= 2:
        held_out_count = min(max(held_out_count, 1), len(patients) - 1)
    order = np.lexsort((patients, _hashes(patients, seed)))
    is_held_out = np.isin(cohort.subject_ids, patients[order[:held_out_count]])
    return Split(cohort.take(np.flatnonzero(~is_held_out)), cohort.take(np.flatnonzero(is_held_out)))


def split_by_shares(cohort: Cohort, seed: int, shares: Shares) -> Split:
    """Split by where the seeded hash of each ``subject_id`` falls between 0 and 1: below the test share, in the next.

    A patient stays in the same part whoever else comes and goes, so nobody who was trained on is ever tested on.

    Args:
        cohort: Any rows.
        seed: Any whole number: the key of the hash.
        shares: The parts' sizes, which chance makes a little larger or smaller.
    """
    place = _hashes(cohort.subject_ids, seed) / 2.0**64
    is_test = place < shares.test
    is_validation = ~is_test & (place < shares.test + shares.validation)
    training, validation, test = (
        cohort.take(np.flatnonzero(part)) for part in (~(is_test | is_validation), is_validation, is_test)
    )
    return Split(training, test, validation)


def _hashes(subject_ids: NDArray[np.int64], seed: int) -> NDArray[np.uint64]:
    seed_hash = _mix(np.array([seed % 2**64], dtype=np.uint64))
    return _mix(subject_ids.astype(np.uint64) ^ seed_hash)


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter 64-bit values evenly: splitmix64 (Steele, Lea and Flood 2014, section 5)."""
    mixed = values + np.uint64(0x9E3779B97F4A7C15)  # unsigned arithmetic wraps around, as it should
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
