from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.tasks import DIAGNOSIS_COUNT, Shares
from envoy.cohort import Cohort, _mix, split_by_patient, split_by_shares, split_of

SUBJECTS = st.lists(st.integers(0, 2**62), min_size=2, max_size=60, unique=True)


def cohort_of(subject_ids: list[int]) -> Cohort:
    subjects = np.sort(np.array(subject_ids, dtype=np.int64))
    counts = np.arange(1.0, len(subjects) + 1)
    return Cohort(subjects, counts[:, np.newaxis], DIAGNOSIS_COUNT.level_indices(counts))


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


def test_by_shares_a_patient_stays_in_its_part_whoever_else_comes() -> None:
    shares = Shares(validation=0.1, test=0.2)
    few, many = (split_by_shares(cohort_of(list(range(n))), 5, shares) for n in (500, 20_000))

    for part, larger in zip(few.parts, many.parts, strict=True):
        assert np.isin(part.subject_ids, larger.subject_ids).all()
    assert [len(part) / 20_000 for part in many.parts] == pytest.approx([0.7, 0.1, 0.2], abs=0.01)
    assert sorted(np.concatenate([part.subject_ids for part in many.parts])) == list(range(20_000))


@given(SUBJECTS, st.integers(0, 2**63))
def test_by_shares_no_patient_is_in_two_parts_however_many_rows_it_has(subjects, seed) -> None:
    rows = cohort_of(subjects).take(np.repeat(np.arange(len(subjects)), 3))

    parts = split_by_shares(rows, seed, Shares(0.3, 0.3)).parts

    assert sum(part.patients for part in parts) == len(subjects)
    assert sum(map(len, parts)) == len(rows)


def test_without_a_part_of_its_own_validation_looks_at_the_held_out() -> None:
    split = split_by_patient(cohort_of([1, 2, 3]), 0)

    assert split.validation is split.held_out
    assert len(split.parts) == 2


@given(st.integers(2, 40), st.integers(1, 6), st.integers(0, 100), st.floats(0.05, 0.95))
def test_no_patient_of_several_rows_is_in_both_parts(patients: int, rows: int, seed: int, share: float) -> None:
    ids = np.sort(np.arange(patients * rows) % patients)
    cohort = Cohort(ids, ids[:, None].astype(float), ids)
    split = split_by_patient(cohort, seed, share)
    training, held_out = set(split.training.subject_ids.tolist()), set(split.held_out.subject_ids.tolist())
    assert training | held_out == set(range(patients))
    assert not training & held_out
    assert len(held_out) == min(max(round(share * patients), 1), patients - 1)
    assert len(split.training) + len(split.held_out) == len(cohort)


def test_a_tasks_shares_come_before_the_hospitals_own() -> None:
    cohort = cohort_of(list(range(500)))
    shares = Shares(0.1, 0.3)

    by_task = split_of(replace(DIAGNOSIS_COUNT, shares=shares), cohort, 3)

    assert [len(part) for part in by_task.parts] == [len(part) for part in split_by_shares(cohort, 3, shares).parts]
    assert len(split_of(DIAGNOSIS_COUNT, cohort, 3, 0.4).held_out) == 200
