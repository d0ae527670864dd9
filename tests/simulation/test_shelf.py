"""Hospitals' patients in files: each comes back as it was put down, and only when it is looked at."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from contract.names import EnvoyName
from contract.tasks import DIAGNOSIS_COUNT
from envoy.cohort import Cohort, Split
from simulation.in_process import Hospital, synthetic_hospitals
from simulation.shelf import Shelf


def are_same(one: Hospital, other: Hospital) -> bool:
    parts = list(zip(one.split.parts, other.split.parts, strict=True))
    return one.name == other.name and all(
        np.array_equal(getattr(ours, column), getattr(theirs, column))
        and getattr(ours, column).dtype == getattr(theirs, column).dtype
        for ours, theirs in parts
        for column in ("subject_ids", "features", "labels")
    )


def test_every_hospital_comes_back_as_it_was(tmp_path: Path):
    hospitals = synthetic_hospitals(DIAGNOSIS_COUNT, hospitals=7, patients=30, seed=3)
    shelf = Shelf.filled(tmp_path, hospitals)
    assert all(are_same(shelf.hospital(place), hospital) for place, hospital in enumerate(hospitals))


def test_a_part_for_stopping_comes_back_and_an_empty_one_stays_one(tmp_path: Path):
    first, second, third = synthetic_hospitals(DIAGNOSIS_COUNT, hospitals=3, patients=30, seed=3)
    split = second.split
    validating = replace(second, split=replace(split, own_validation=split.held_out))
    nobody = replace(third, split=replace(third.split, own_validation=split.held_out.take(np.arange(0))))
    hospitals = [first, validating, nobody]
    shelf = Shelf.filled(tmp_path, hospitals)
    assert all(are_same(shelf.hospital(place), hospital) for place, hospital in enumerate(hospitals))
    assert shelf.hospital(0).split.own_validation is None


@given(
    sizes=st.lists(st.tuples(st.integers(1, 4), st.integers(0, 4)), min_size=1, max_size=6), features=st.integers(1, 3)
)
def test_whatever_the_sizes_no_hospital_gets_anothers_row(tmp_path_factory, sizes, features):
    def cohort(place: int, rows: int, part: int) -> Cohort:
        numbers = np.arange(rows) + 10 * part + 1000 * place
        return Cohort(numbers, np.repeat(numbers[:, np.newaxis] / 3, features, axis=1), numbers % 3)

    hospitals = [
        Hospital(EnvoyName(f"H{place}"), Split(cohort(place, training, 0), cohort(place, held_out, 1)))
        for place, (training, held_out) in enumerate(sizes)
    ]
    shelf = Shelf.filled(tmp_path_factory.mktemp("shelf"), hospitals)
    assert all(are_same(shelf.hospital(place), hospital) for place, hospital in enumerate(hospitals))
