"""A task over a hospital's own table, from its file to a cohort."""

from pathlib import Path

import numpy as np
import pytest

from envoy.errors import DataError
from envoy.inspection import Inspection
from envoy.reading import inspect, read_cohort, reader_of, signatures
from envoy.submission import read_patients
from tests.envoy.own_table.heart import HEADER, HEART, heart, put, rows, table


def kinds(found: Inspection) -> list[tuple[str | None, str]]:
    return [(defect.column, defect.kind) for defect in found.defects]


def test_a_cohort_is_in_the_order_of_its_patients_whatever_the_files_order(tmp_path: Path) -> None:
    lines = rows(100)
    found = read_cohort(HEART, put(tmp_path, table(*lines)))
    again = read_cohort(HEART, put(tmp_path, table(*lines[::-1])))
    assert (np.diff(found.subject_ids) > 0).all()
    assert found.features.shape == (100, len(HEART.columns))
    for name in ("subject_ids", "features", "labels"):
        np.testing.assert_array_equal(getattr(found, name), getattr(again, name))


def test_all_rows_of_a_patient_are_in_one_part_of_the_split(tmp_path: Path) -> None:
    path = put(tmp_path, table(*rows(300, patients=40)))
    for task in (
        HEART,
        heart(**{"[split]\nvalidation = 0.1\ntest = 0.2\n": "[split]\nvalidation = 0.2\ntest = 0.4\n"}),
    ):
        data = read_patients(task, path, seed=3, held_out_share=0.2)
        parts = [set(part.subject_ids.tolist()) for part in data.split.parts]
        assert sum(map(len, parts)) == len(set.union(*parts)) == data.patients == 40
        assert sum(map(len, data.split.parts)) == 300


def test_a_defect_stops_a_cohort_and_names_the_command_that_names_all(tmp_path: Path) -> None:
    path = put(tmp_path, table(*rows(20), "X,300,male,,,1,0"))
    with pytest.raises(DataError, match=r"heart\.csv, column age, row 22: '300' is outside 18 to 110 years") as refused:
        read_cohort(HEART, path)
    assert refused.value.hint.startswith(f"fl-envoy check --task heart --data {path}")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"holds none of heart\.csv"):
        read_cohort(HEART, tmp_path / "empty")
    with pytest.raises(DataError, match=r"There is no folder .*nowhere\."):
        read_cohort(HEART, tmp_path / "nowhere")
    with pytest.raises(DataError, match=r"There is no file .*gone\.csv\."):
        read_cohort(HEART, tmp_path / "gone.csv")


def test_one_patient_under_two_keys_is_a_leak(tmp_path: Path) -> None:
    path = put(tmp_path, table(*rows(50), "p7,40,male,,,1,0"))
    assert kinds(inspect(HEART, path)) == [("patient", "leak")]
    with pytest.raises(DataError, match="one patient in two parts"):
        read_cohort(HEART, path)


def test_a_column_that_separates_the_outcomes_is_a_leak(tmp_path: Path) -> None:
    task = heart(**{"[outcome]": '[[features]]\nname = "ward"\nkind = "category"\ncategories = ["a", "b", "c", "d"]\n'
                    'availability = "static"\n\n[outcome]'})  # fmt: skip
    wards = {"0": "ab", "1": "cd"}
    lines = [f"{row},{wards[row[-1]][number % 2]}" for number, row in enumerate(rows(300))]
    found = inspect(task, put(tmp_path, table(*lines, header=f"{HEADER},ward")))
    assert kinds(found) == [("ward", "leak")]
    assert "ward tells the outcome by itself (its value: AUROC 1.000" in found.defects[0].sentence


def test_an_honest_table_has_a_summary_and_remarks(tmp_path: Path) -> None:
    lines = rows(200, patients=150)
    found = inspect(HEART, put(tmp_path, table(*lines, lines[0], "Y,12,male,,,0,1")))
    assert (found.defects, found.summary is not None) == ((), True)
    assert found.summary is not None
    events = sum(row.endswith(",1") for row in [*lines, lines[0]])
    assert (found.summary.rows, found.summary.patients, found.summary.events) == (201, 150, events)
    missing = sum(row.split(",")[3] == "" for row in [*lines, lines[0]]) / 201
    assert found.summary.missing["creatinine"] == pytest.approx(missing)
    assert [(each.kind, each.count) for each in found.remarks] == [("left_out", 1), ("repeated_rows", 1)]


def test_too_few_outcomes_are_said_to_be_too_few(tmp_path: Path) -> None:
    lines = [row[:-1] + ("1" if number < 10 else "0") for number, row in enumerate(rows(100))]
    found = inspect(HEART, put(tmp_path, table(*lines)))
    assert [(each.kind, each.count) for each in found.remarks] == [("too_few_outcomes", 10)]
    assert "Too few outcomes to judge" in found.remarks[0].sentence


def test_the_table_and_its_map_are_looked_at_for_changes(tmp_path: Path) -> None:
    assert signatures(HEART, tmp_path) == ()
    path = put(tmp_path, table(*rows(20)))
    first = signatures(HEART, path)
    assert first == signatures(HEART, path)
    put(tmp_path, "", "heart.map.toml")
    assert signatures(HEART, path)[0] == first[0]
    assert signatures(HEART, path)[1] is not None
    put(tmp_path, table(*rows(21)))
    assert signatures(HEART, path)[0] != first[0]


def test_a_map_with_mistakes_is_a_defect_of_the_map(tmp_path: Path) -> None:
    put(tmp_path, "[columns]\nheight = 'h'\n", "heart.map.toml")
    found = inspect(HEART, put(tmp_path, table(*rows(20))))
    assert [(each.file, each.kind) for each in found.defects] == [("heart.map.toml", "map")]
    assert found.summary is None


def test_another_hospitals_export_becomes_the_same_cohort_through_its_map(tmp_path: Path) -> None:
    lines = [row.split(",") for row in rows(50)]
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    put(here, table(*map(",".join, lines)))
    turned = [
        [key, age, {"male": "m", "female": "w"}[sex], c and f"{float(c) * 100:.4f}".replace(".", ","), k, v, d]
        for key, age, sex, c, k, v, d in lines
    ]
    header = "patnr;alter;geschlecht;krea;smoker;visits;died"
    put(there, table(*(";".join(each) for each in turned), header=header))
    put(
        there,
        'patient = "patnr"\nseparator = ";"\ndecimal = ","\n[columns]\nage = "alter"\n'
        'creatinine = {column = "krea", factor = 0.01}\n'
        'sex = {column = "geschlecht", values = {m = "male", w = "female"}}\n',
        "heart.map.toml",
    )
    one, other = read_cohort(HEART, here), read_cohort(HEART, there)
    np.testing.assert_allclose(one.features, other.features)
    np.testing.assert_array_equal(one.subject_ids, other.subject_ids)


def test_rows_to_predict_keep_the_order_of_the_file_and_every_key(tmp_path: Path) -> None:
    header = HEADER.removesuffix(",died")
    path = put(tmp_path, table("B,40,male,1,1,1", "A,12,male,1,1,1", "B,200,male,1,1,1", header=header))
    reader = reader_of(HEART)
    from envoy.own_table.reader import OwnTables
    from envoy.reading import as_source

    assert isinstance(reader, OwnTables)
    found = reader.to_predict(HEART, as_source(path))
    assert found.keys == {"patient": ["B", "A", "B"]}
    assert found.why_not == ["", "left out: age < 18", "age is out of bounds"]
    assert found.columns.shape == (3, len(HEART.columns))
