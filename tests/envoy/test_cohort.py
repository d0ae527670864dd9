from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from contract.tasks import DIAGNOSIS_COUNT
from envoy.cohort import Cohort, _mix, split_by_patient
from envoy.patient_counts import count_diagnoses
from envoy.tables import Tables, read_tables

SUBJECTS = st.lists(st.integers(0, 2**62), min_size=2, max_size=60, unique=True)


def cohort_of(subject_ids: list[int]) -> Cohort:
    subjects = np.sort(np.array(subject_ids, dtype=np.int64))
    counts = np.arange(1.0, len(subjects) + 1)
    return Cohort(subjects, counts[:, np.newaxis], DIAGNOSIS_COUNT.level_indices(counts))


def test_diagnoses_are_counted_per_patient_and_labelled_by_the_cut_points() -> None:
    rows = {13: 4, 11: 5, 12: 14, 10: 15}
    diagnoses = pd.DataFrame({"subject_id": np.repeat(list(rows), list(rows.values()))})

    cohort = count_diagnoses(DIAGNOSIS_COUNT, Tables(diagnoses, None, None))

    assert cohort.subject_ids.tolist() == [10, 11, 12, 13]
    assert cohort.features.tolist() == [[15.0], [5.0], [14.0], [4.0]]
    assert cohort.labels.tolist() == [2, 1, 1, 0]
    dtypes = [str(each.dtype) for each in (cohort.subject_ids, cohort.features, cohort.labels)]
    assert dtypes == ["int64", "float64", "int64"]


def test_labels_follow_moved_cut_points() -> None:
    diagnoses = pd.DataFrame({"subject_id": [1, 1, 2]})

    cohort = count_diagnoses(replace(DIAGNOSIS_COUNT, cut_points=(2.0, 3.0)), Tables(diagnoses, None, None))

    assert cohort.labels.tolist() == [1, 0]


def test_taking_patients_keeps_their_rows_together() -> None:
    taken = cohort_of([5, 6, 7]).take(np.array([2, 0]))

    assert taken.subject_ids.tolist() == [7, 5]
    assert taken.features.tolist() == [[3.0], [1.0]]
    assert len(taken) == 2


@given(SUBJECTS, st.integers(-(2**70), 2**70), st.floats(0, 1))
def test_a_split_shares_no_patient_loses_none_and_leaves_neither_part_empty(subjects, seed, share) -> None:
    cohort = cohort_of(subjects)

    split = split_by_patient(cohort, seed, share)

    training, held_out = split.training.subject_ids, split.held_out.subject_ids
    assert np.array_equal(np.union1d(training, held_out), cohort.subject_ids)
    assert len(training) + len(held_out) == len(cohort)
    assert len(held_out) == min(max(round(share * len(cohort)), 1), len(cohort) - 1)
    assert (np.diff(training) > 0).all()
    assert (np.diff(held_out) > 0).all()


@given(SUBJECTS, st.integers(0, 100))
def test_one_more_patient_changes_the_held_out_ones_by_two_at_most(subjects, seed) -> None:
    before = split_by_patient(cohort_of([*subjects[1:], 2**62 + 1]), seed).held_out.subject_ids
    after = split_by_patient(cohort_of([*subjects, 2**62 + 1]), seed).held_out.subject_ids

    assert len(np.setxor1d(before, after)) <= 2


def test_the_split_is_the_same_on_every_machine() -> None:
    cohort = cohort_of(list(range(10_000_000, 10_000_020)))

    assert split_by_patient(cohort, 0).held_out.subject_ids.tolist() == [10000001, 10000010, 10000011, 10000018]
    assert split_by_patient(cohort, 1).held_out.subject_ids.tolist() == [10000009, 10000010, 10000011, 10000017]


def test_the_hash_is_splitmix64() -> None:
    # The first two numbers of the reference generator started at 0: its state grows by the same odd constant.
    assert _mix(np.array([0, 0x9E3779B97F4A7C15], dtype=np.uint64)).tolist() == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4]


def test_a_single_patient_is_for_training() -> None:
    split = split_by_patient(cohort_of([7]), 0)

    assert (len(split.training), len(split.held_out)) == (1, 0)


def test_held_out_patients_are_a_fair_sample() -> None:
    cohort = cohort_of(list(range(20_000)))

    split = split_by_patient(cohort, 3)

    assert len(split.held_out) == 4000
    assert abs(split.held_out.features.mean() / cohort.features.mean() - 1) < 0.02


def test_the_real_demo_has_100_patients_with_22_diagnoses_in_the_median(mimic_iv_demo) -> None:
    cohort = count_diagnoses(DIAGNOSIS_COUNT, read_tables(mimic_iv_demo))

    assert len(cohort) == 100
    assert cohort.features.sum() == 4506
    assert np.median(cohort.features) == 22
    assert (cohort.features.min(), cohort.features.max()) == (3, 447)
