"""Five hospitals whose deaths follow one published truth."""

from pathlib import Path

import numpy as np
import pytest

from simulation.clinical_consortium import CLINICAL_HOSPITALS, clinical_hospitals, write_clinical_consortium
from tests.simulation.written import bytes_of


def test_their_sizes_and_their_coding_lie_far_apart() -> None:
    coding = [each.coding for each in CLINICAL_HOSPITALS]
    assert max(coding) / min(coding) == 3
    assert [each.admissions for each in CLINICAL_HOSPITALS] == [20_000, 10_000, 6_000, 3_000, 1_000]


def test_no_patient_is_in_two_parts_or_in_two_hospitals() -> None:
    hospitals = clinical_hospitals(0, 300)
    parts = [set(part.subject_ids.tolist()) for each in hospitals for part in each.split.parts]
    assert sum(map(len, parts)) == len(set().union(*parts))
    assert sum(len(part) for each in hospitals for part in each.split.parts) == 5 * 300


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    first, again, other = (tmp_path / name for name in ("first", "again", "other"))
    for folder, seed in ((first, 1), (again, 1), (other, 2)):
        folders = write_clinical_consortium(folder, 2, 100, seed)
    assert [each.name for each in folders] == ["KUTRRH", "MTRH"]
    assert bytes_of(first) == bytes_of(again) != bytes_of(other)


@pytest.mark.parametrize("hospitals", [0, 6])
def test_there_are_one_to_five(tmp_path: Path, hospitals: int) -> None:
    with pytest.raises(ValueError, match="1 to 5"):
        write_clinical_consortium(tmp_path, hospitals)


def test_deaths_are_about_eight_in_a_hundred() -> None:
    large = clinical_hospitals(3)
    labels = np.concatenate([part.labels for each in large for part in each.split.parts])
    assert labels.mean() == pytest.approx(0.08, abs=0.006)
