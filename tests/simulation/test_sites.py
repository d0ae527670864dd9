"""Whose patients the experiments with few hospitals train on."""

import numpy as np
import pytest

from simulation.sites import sites_of


def test_a_validation_table_is_of_patients_whom_no_hospital_has():
    task, sites, table = sites_of("breast_cancer", 3, 0)
    theirs = {
        tuple(row)
        for site in sites
        for cohort in (site.split.training, site.split.held_out)
        for row in cohort.features.round(6)
    }
    assert not theirs & {tuple(row) for row in table.features.round(6)}
    assert len(task.features) == table.features.shape[1]


@pytest.mark.parametrize("hospitals", [2, 5])
def test_no_patient_is_trained_on_and_held_out(hospitals: int):
    _, sites, _ = sites_of("standard", hospitals, 1)
    for site in sites:
        assert not np.intersect1d(site.split.training.subject_ids, site.split.held_out.subject_ids).size
    assert len({site.name for site in sites}) == hospitals
