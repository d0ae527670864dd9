"""Naming cohorts without saying who is in them."""

import hmac
import stat
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from contract.tasks import DIAGNOSIS_COUNT
from envoy.cohort import Cohort, Split
from envoy.errors import PolicyError
from envoy.participation.cohorts import Cohorts, cohort_name
from envoy.submission import LocalData
from tests.envoy.patients import cohort

KEY = bytes(range(32))
URL = "https://director.example.org"


def data(training: int = 20, held_out: int = 5, first: int = 1) -> LocalData:
    parts = cohort(np.arange(1, training + 1), first), cohort(np.arange(1, held_out + 1), 1000 + first)
    return LocalData(DIAGNOSIS_COUNT, Split(*parts))


def test_the_name_is_an_hmac_of_the_run_and_the_patients_of_both_parts() -> None:
    found = data(training=2, held_out=1)
    told = b"fl-envoy cohort 1\n7\ndiagnosis_count\n2\n" + np.array([1, 2], "<i8").tobytes()
    told += b"1\n" + np.array([1001], "<i8").tobytes()
    assert cohort_name(KEY, 7, found) == hmac.new(KEY, told, sha256).hexdigest()


def test_the_order_of_the_patients_does_not_matter_all_else_does() -> None:
    found = data()
    turned = Split(*(part.take(np.arange(len(part))[::-1]) for part in (found.split.training, found.split.held_out)))
    name = cohort_name(KEY, 1, found)
    assert cohort_name(KEY, 1, LocalData(DIAGNOSIS_COUNT, turned)) == name
    swapped = LocalData(DIAGNOSIS_COUNT, Split(found.split.held_out, found.split.training))
    others = [
        cohort_name(bytes(32), 1, found),
        cohort_name(KEY, 2, found),
        cohort_name(KEY, 1, data(training=21)),
        cohort_name(KEY, 1, data(first=2)),
        cohort_name(KEY, 1, swapped),
    ]
    assert len({name, *others}) == 6


def test_a_run_keeps_the_name_it_began_with_also_for_the_next_start(tmp_path: Path) -> None:
    first, other = data(), data(training=21)
    cohorts = Cohorts(tmp_path, URL)
    began = cohorts.frozen(1, first)
    assert not began.has_changed
    assert cohorts.frozen(1, first) is began, "it is not worked out again for each round"
    assert cohorts.frozen(1, other).has_changed
    again = Cohorts(tmp_path, URL)
    assert again.frozen(1, other).has_changed
    assert again.frozen(1, data()) == began
    assert not again.frozen(2, other).has_changed
    assert again.frozen(2, other).name != cohorts.frozen(1, other).name


def test_another_directors_runs_are_others(tmp_path: Path) -> None:
    Cohorts(tmp_path, URL).frozen(1, data())
    assert not Cohorts(tmp_path, "https://another.example.org").frozen(1, data(training=21)).has_changed


def test_the_key_is_random_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    for home in (tmp_path / "a", tmp_path / "b"):
        Cohorts(home, URL).frozen(1, data())
    one, other = ((tmp_path / home / "cohort.key") for home in "ab")
    assert (len(one.read_bytes()), one.read_bytes() != other.read_bytes()) == (32, True)
    assert stat.S_IMODE(one.stat().st_mode) == 0o600


def test_a_damaged_key_is_never_made_anew_in_silence(tmp_path: Path) -> None:
    (tmp_path / "cohort.key").write_bytes(b"short")
    with pytest.raises(PolicyError, match="is damaged"):
        Cohorts(tmp_path, URL).frozen(1, data())


def test_no_patient_stands_in_what_is_kept(tmp_path: Path) -> None:
    ids = np.arange(10_000_001, 10_000_031)
    part = Cohort(ids, np.ones((30, 1)), np.zeros(30, np.int64))
    Cohorts(tmp_path, URL).frozen(1, LocalData(DIAGNOSIS_COUNT, Split(part, part)))
    kept = (tmp_path / "cohorts.json").read_bytes()
    assert b"10000001" not in kept
    assert ids[:1].astype("<i8").tobytes() not in kept
