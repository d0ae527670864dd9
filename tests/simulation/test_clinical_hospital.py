"""Hospitals whose deaths follow the published truth."""

import numpy as np
import pytest

from contract.clinical.stays import ending_before_they_begin, overlapping
from envoy.evaluation import auroc
from simulation.clinical_consortium import TASK, hospital_of

HOSPITAL = hospital_of(1, seed=0, admissions=6000)


def test_it_has_exactly_its_admissions_and_none_overlap() -> None:
    assert len(HOSPITAL.stays) == 6000
    assert not overlapping(HOSPITAL.stays).any()
    assert not ending_before_they_begin(HOSPITAL.stays).any()


def test_whoever_died_comes_no_more() -> None:
    patients, died = HOSPITAL.stays.patients, HOSPITAL.died
    is_last = np.append(patients[1:] != patients[:-1], True)
    assert died.sum() > 100
    assert not (died & ~is_last).any()


def test_deaths_are_as_frequent_as_the_law_says() -> None:
    expected = 1 / (1 + np.exp(-HOSPITAL.log_odds))
    spread = np.sqrt((expected * (1 - expected)).sum())
    assert abs(HOSPITAL.died.sum() - expected.sum()) < 4 * spread
    assert auroc(HOSPITAL.died.astype(np.int64), HOSPITAL.log_odds) > 0.7


def test_the_same_seed_gives_the_same_hospital_and_fresh_patients_are_others() -> None:
    again, fresh = hospital_of(1, seed=0, admissions=6000), hospital_of(1, seed=0, admissions=6000, is_fresh=True)
    assert np.array_equal(again.log_odds, HOSPITAL.log_odds)
    assert not np.array_equal(fresh.log_odds, HOSPITAL.log_odds)


def test_hospitals_code_with_an_intensity_three_apart() -> None:
    most, least = (np.mean(hospital_of(place, seed=0, admissions=3000).stays.diagnoses) for place in (0, 3))
    assert most / least == pytest.approx(3, rel=0.35)


def test_its_rows_are_the_tasks() -> None:
    cohort = HOSPITAL.cohort(TASK)
    assert cohort.features.shape == (6000, len(TASK.columns))
    assert cohort.labels.tolist() == HOSPITAL.died.astype(int).tolist()
