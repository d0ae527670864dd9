"""The patients' keys."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoy.own_table.patient_keys import note_look_alikes, subject_ids_of
from envoy.table_checks import Findings


def keys(*texts: str) -> np.ndarray:
    return np.array(texts, dtype=object)


def leaks(*texts: str) -> list[tuple[int | None, int]]:
    findings = Findings("x.csv")
    note_look_alikes(keys(*texts), np.arange(2, len(texts) + 2), "patient", findings)
    assert all(each.kind == "leak" and each.column == "patient" for each in findings.defects)
    return [(each.row, each.count) for each in findings.defects]


@given(st.lists(st.text(min_size=1), min_size=1))
def test_equal_keys_have_one_number_and_others_another(texts: list[str]) -> None:
    found = subject_ids_of(keys(*texts))
    assert found.dtype == np.int64
    assert dict(zip(texts, found.tolist(), strict=True)) == {text: int(subject_ids_of(keys(text))[0]) for text in texts}
    assert len(set(found.tolist())) == len(set(texts))


def test_a_key_has_the_same_number_on_every_machine() -> None:
    assert subject_ids_of(keys("P1", "")).tolist() == [3094033440673219996, -5426141060434712860]


@pytest.mark.parametrize("other", ["p1", " P1", "P1 ", "0P1", "00p1 "])
def test_keys_that_could_be_one_patient_are_named_at_the_later(other: str) -> None:
    assert leaks("P1", "P2", other, "P1", other) == [(4, 1), (6, 1)]


def test_numbers_that_a_spreadsheet_wrote_otherwise_are_named() -> None:
    assert leaks("7", "07", "7.0", "8") == [(3, 1), (4, 1)]
    assert leaks("0", "00") == [(3, 1)]


def test_keys_of_their_own_are_fine_however_often_they_are_there() -> None:
    assert leaks("A1", "A1", "A10", "10", "100", "A-1") == []
