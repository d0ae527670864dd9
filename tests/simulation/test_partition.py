import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from contract.names import EnvoyName
from envoy.errors import DataError
from envoy.tables import inspect_tables
from simulation.consortium import write_consortium
from simulation.partition import deal_by_label, partition

NAMES = tuple(EnvoyName(name) for name in ("KUTRRH", "MTRH", "KNH", "Embu", "Mbagathi"))
TABLES = ("patients", "admissions", "diagnoses_icd")

ODD = """\
subject_id,hadm_id,seq_num,icd_code,icd_version,note
1,11,1,0030,9,"a, ""b""
c"
2,12,01,,9,
3,13,1, E8809 ,9,NA
"""


def rows_of(folder: Path, table: str) -> list[list[str]]:
    text = gzip.decompress((folder / f"hosp/{table}.csv.gz").read_bytes()).decode()
    return list(csv.reader(text.splitlines(keepends=True)))


def subjects_of(folder: Path) -> set[str]:
    return {row[0] for row in rows_of(folder, "diagnoses_icd")[1:]}


@pytest.fixture
def source(tmp_path) -> Path:
    return write_consortium(tmp_path / "source", 1, 23)[0]


def test_every_row_goes_to_one_hospital_in_the_order_of_the_source(source, tmp_path) -> None:
    folders = partition(source, NAMES, tmp_path / "out")

    assert folders == tuple(tmp_path / "out" / name for name in NAMES)
    for table in TABLES:
        header, *rows = rows_of(source, table)
        parts = [rows_of(folder, table) for folder in folders]
        assert [part[0] for part in parts] == [header] * 5
        assert sorted(row for part in parts for row in part[1:]) == sorted(rows)
        for part in parts:
            own = {row[0] for row in part[1:]}
            assert part[1:] == [row for row in rows if row[0] in own]


def test_patients_are_dealt_out_in_equal_numbers_up_to_one_and_each_part_is_sound(source, tmp_path) -> None:
    folders = partition(source, NAMES, tmp_path / "out")

    assert sorted(len(subjects_of(folder)) for folder in folders) == [4, 4, 5, 5, 5]
    assert [inspect_tables(folder) for folder in folders] == [()] * 5


def test_the_same_seed_deals_the_same_bytes_and_another_seed_other_patients(source, tmp_path) -> None:
    first, again, other = (
        partition(source, NAMES, tmp_path / out, seed) for out, seed in (("a", 7), ("b", 7), ("c", 8))
    )

    for one, same in zip(first, again, strict=True):
        for table in TABLES:
            file = f"hosp/{table}.csv.gz"
            assert (one / file).read_bytes() == (same / file).read_bytes()
    assert [subjects_of(folder) for folder in first] != [subjects_of(folder) for folder in other]


def test_cells_stay_as_they_were_written(tmp_path) -> None:
    (tmp_path / "diagnoses_icd.csv").write_text(ODD)

    folders = partition(tmp_path, NAMES[:3], tmp_path / "out")

    dealt = [row for folder in folders for row in rows_of(folder, "diagnoses_icd")[1:]]
    assert sorted(dealt) == [
        ["1", "11", "1", "0030", "9", 'a, "b"\nc'],
        ["2", "12", "01", "", "9", ""],
        ["3", "13", "1", " E8809 ", "9", "NA"],
    ]
    assert not (folders[0] / "hosp/patients.csv.gz").exists()


def test_bytes_that_are_no_utf8_stay_as_they_were(tmp_path) -> None:
    (tmp_path / "diagnoses_icd.csv").write_bytes(b"subject_id,note\n1,\xe9t\xe9\n")

    (folder,) = partition(tmp_path, NAMES[:1], tmp_path / "out")

    content = gzip.decompress((folder / "hosp/diagnoses_icd.csv.gz").read_bytes())
    assert content == b"subject_id,note\n1,\xe9t\xe9\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no table diagnoses_icd"),
        ("subject_id,icd_code\n1,A09\n", "1 patients for 5 hospitals"),
        ("patient,icd_code\n1,A09\n", "no column subject_id"),
        ("subject_id;icd_code\n1;A09\n", "separated by semicolons"),
    ],
    ids=["no table", "too few patients", "no subject_id", "semicolons"],
)
def test_a_folder_that_cannot_be_dealt_out_is_refused(tmp_path, content, says) -> None:
    if content is not None:
        (tmp_path / "diagnoses_icd.csv").write_text(content)

    with pytest.raises(DataError, match=says):
        partition(tmp_path, NAMES, tmp_path / "out")


def test_the_real_demo_gives_20_patients_to_each_of_five(mimic_iv_demo, tmp_path) -> None:
    folders = partition(mimic_iv_demo, NAMES, tmp_path)

    assert [len(subjects_of(folder)) for folder in folders] == [20] * 5
    assert [inspect_tables(folder) for folder in folders] == [()] * 5
    assert sum(len(rows_of(folder, "diagnoses_icd")) - 1 for folder in folders) == 4506


LABELS = np.repeat([0, 1, 2], [500, 300, 200])


def dealt(concentration: float, seed: int = 0, least: int = 10) -> np.ndarray:
    return deal_by_label(LABELS, 5, concentration, np.random.default_rng(seed), least)


def test_each_patient_is_dealt_to_one_hospital_and_each_hospital_has_enough() -> None:
    owner = dealt(0.3)

    assert owner.shape == LABELS.shape
    assert set(owner.tolist()) == set(range(5))
    assert np.bincount(owner).min() >= 10
    assert np.array_equal(owner, dealt(0.3))
    assert not np.array_equal(owner, dealt(0.3, seed=1))


def test_the_smaller_the_concentration_the_fewer_labels_a_hospital_sees() -> None:
    def commonest(concentration: float) -> float:
        """Give the share of patients who have the commonest label of their hospital."""
        return float(
            np.mean(
                [
                    sum(np.bincount(LABELS[owner == place]).max() for place in range(5)) / len(LABELS)
                    for owner in (dealt(concentration, seed) for seed in range(10))
                ]
            )
        )

    assert commonest(1000) == pytest.approx(0.5, abs=0.02)
    assert commonest(0.1) > 0.8 > commonest(1)


def test_patients_who_can_not_be_dealt_so_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulation.partition._DEALS", 20)
    with pytest.raises(DataError, match=r"1000 patients .* to 5 hospitals with a concentration of .* of 20 draws did"):
        dealt(0.1, least=200)


def test_too_few_patients_are_refused_before_any_is_dealt() -> None:
    with pytest.raises(DataError, match=r"1000 patients can't be dealt to 5 hospitals so that each has 201\."):
        dealt(0.1, least=201)
