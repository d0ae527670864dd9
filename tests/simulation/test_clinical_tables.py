"""Hospitals of a known law, as tables: an envoy that reads them has the very rows that the law was drawn over."""

from pathlib import Path

import numpy as np

from envoy.reading import inspect, read_cohort
from simulation.clinical_consortium import CLINICAL_HOSPITALS, TASK, hospital_of, write_clinical_consortium


def test_an_envoy_reads_what_was_drawn_to_the_last_bit(tmp_path: Path) -> None:
    folders = write_clinical_consortium(tmp_path, 2, 400, seed=5)
    for place, folder in enumerate(folders):
        drawn, found = hospital_of(place, 5, 400).cohort(TASK), read_cohort(TASK, folder)
        order = np.lexsort((drawn.features[:, 0], drawn.subject_ids))
        again = np.lexsort((found.features[:, 0], found.subject_ids))
        assert np.array_equal(drawn.subject_ids[order], found.subject_ids[again])
        assert np.array_equal(drawn.features[order], found.features[again])
        assert np.array_equal(drawn.labels[order], found.labels[again])


def test_the_tables_have_no_defect_and_nobody_is_left_out(tmp_path: Path) -> None:
    (folder,) = write_clinical_consortium(tmp_path, 1, 300, seed=0)
    found = inspect(TASK, folder)
    assert folder.name == CLINICAL_HOSPITALS[0].name
    assert found.defects == ()
    assert found.summary is not None
    assert found.summary.rows == 300
