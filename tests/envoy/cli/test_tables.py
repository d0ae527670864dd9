"""``fl-envoy check``."""

import gzip
import json
from pathlib import Path

import pytest

from envoy.cli import main
from tests.envoy.cli.joining import Run
from tests.envoy.cli.own import own_folder
from tests.envoy.own_table.heart import put
from tests.streams import ENCODINGS, run_main

HEADER = "subject_id,hadm_id,seq_num,icd_code,icd_version\n"


def diagnoses(patients: int, codes: int = 3) -> str:
    return HEADER + "".join(
        f"{10000000 + who},{20000000 + who},{number},A09,10\n"
        for who in range(patients)
        for number in range(1, codes + 1)
    )


def test_a_check_says_that_there_is_nothing_or_everything_that_there_is(run: Run, tmp_path: Path) -> None:
    assert run("check").stdout.endswith("No defects.\n")
    put(tmp_path, HEADER + "1,10,1,4.28E+03,9\n", "diagnoses_icd.csv")
    found = run("check", "--data", tmp_path, "--json")
    assert (found.exit_code, [each["kind"] for each in json.loads(found.stdout)["defects"]]) == (5, ["damaged_code"])
    table = run("check", "--data", tmp_path)
    assert (table.exit_code, "scientific notation" in table.stdout) == (5, True)


def test_a_check_says_which_files_it_read_with_rows_patients_and_classes(run: Run, tmp_path: Path) -> None:
    put(
        tmp_path,
        diagnoses(12) + diagnoses(20, codes=1).replace("1000", "1001").removeprefix(HEADER),
        "diagnoses_icd.csv",
    )
    said = run("check", "--data", tmp_path)
    assert (said.exit_code, said.stdout.splitlines()) == (
        0,
        [
            f"Tables in {tmp_path}:",
            "  diagnoses_icd.csv: 56 rows of 32 patients",
            "  admissions: not found, so not checked.",
            "  patients: not found, so not checked.",
            "Task diagnosis_count: Risk level from the number of recorded diagnoses",
            "32 rows of 32 patients.",
            "Patients by class: low 32, medium 0, high 0.",
            "Enough to train: 26 rows to train on, and 10 are needed.",
            "No defects.",
        ],
    )
    assert said.stderr == "Read diagnoses_icd.csv: 56 rows.\n"
    told = run("check", "--data", tmp_path, "--json")
    assert told.stderr == "", "beside JSON nothing is shown"
    facts = json.loads(told.stdout)
    assert facts["tables"] == [
        {"table": "diagnoses_icd", "file": "diagnoses_icd.csv", "rows": 56, "patients": 32, "copies": []}
    ]
    assert facts["not_checked"] == ["admissions", "patients"]
    assert facts["summary"]["classes"] == {"low": 32, "medium": 0, "high": 0}
    assert facts["training"] == {"rows": 26, "needed": 10, "is_enough": True, "why_not": None}


def test_too_few_to_train_are_told_by_check_in_the_words_of_train(run: Run, tmp_path: Path) -> None:
    put(tmp_path, diagnoses(6), "diagnoses_icd.csv")
    said = run("check", "--data", tmp_path)
    assert said.exit_code == 6
    refused = run("train", "--offline", "parcel", "--data", tmp_path)
    assert refused.exit_code == 6
    sentence = refused.stderr.split("error: ")[1].splitlines()[0]
    assert said.stdout.splitlines()[-1].startswith(f"Not enough to train: {sentence}")
    facts = json.loads(run("check", "--data", tmp_path, "--json").stdout)
    assert facts["training"] == {"rows": 5, "needed": 10, "is_enough": False, "why_not": sentence}


def test_a_tasks_admissions_are_counted_by_class_too(run: Run, tables: Path) -> None:
    facts = json.loads(run("check", "--data", tables, "--task", "long_stay_7d", "--json").stdout)
    assert [each["table"] for each in facts["tables"]] == ["diagnoses_icd", "admissions", "patients"]
    assert facts["tables"][2]["rows"] == facts["tables"][2]["patients"] == 30
    assert set(facts["summary"]["classes"]) == {"without the outcome", "with the outcome"}
    assert max(facts["summary"]["classes"].values()) <= 30 <= sum(facts["summary"]["classes"].values())


@pytest.mark.parametrize("width", ["80", "20"])
def test_no_file_column_or_row_is_cut_however_narrow_the_terminal_is(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    name = "x" * 60
    (tmp_path / name).mkdir()
    put(tmp_path / name, diagnoses(12).replace("A09,10", "4.28E+03,9", 1), "diagnoses_icd.csv")
    (tmp_path / name / "hosp").mkdir()
    found = run("check", "--data", tmp_path / name)
    assert f"Tables in {tmp_path / name}:\n" in found.stdout
    assert "  diagnoses_icd.csv, column icd_code, row 2: '4.28E+03' is a number in scientific" in found.stdout


def test_one_table_twice_is_told_by_name_unless_both_say_the_same(run: Run, tmp_path: Path) -> None:
    put(tmp_path, diagnoses(20), "diagnoses_icd.csv")
    put(tmp_path, gzip.compress(diagnoses(20).encode()), "diagnoses_icd.csv.gz")
    same = run("check", "--data", tmp_path)
    assert (same.exit_code, "    diagnoses_icd.csv.gz says the same, and is not read\n" in same.stdout) == (0, True)
    put(tmp_path, gzip.compress(diagnoses(30).encode()), "diagnoses_icd.csv.gz")
    for command in (("check",), ("train", "--offline", "parcel")):
        other = run(*command, "--data", tmp_path)
        assert other.exit_code == 5
        assert "The table is there twice: diagnoses_icd.csv and diagnoses_icd.csv.gz; the two differ." in other.output


@pytest.mark.parametrize("shell", ["~/tables", '"~/tables"', "~/tables/ "])
def test_a_tilde_stands_for_the_home_in_every_path(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    (tmp_path / "me").mkdir()
    own_folder(tmp_path / "me" / "tables")
    put(tmp_path / "me", 'separator = ","\n', "a.map.toml")
    task, map_file = "~/tables/heart.toml", "~/a.map.toml"
    assert run("check", f"--task={task}", f"--data={shell}", f"--map={map_file}").exit_code == 0
    put(tmp_path, f"data = '{shell}'\nmap = '{map_file}'\ntask = '{task}'\n", "envoy.toml")
    monkeypatch.delenv("ENVOY_DATA")
    assert run("check").exit_code == 0
    assert run("task", "template", task, "--out=~/heart.csv").exit_code == 0
    assert (tmp_path / "me" / "heart.csv").exists()
    assert not (tmp_path / "~").exists()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("gone", "There is no folder gone."),
        ("gone/heart.csv", "There is no file gone/heart.csv."),
        ("", "path is empty"),
    ],
)
def test_tables_that_are_not_where_they_are_said_to_be_are_named_so(run: Run, data: str, sentence: str) -> None:
    ended = run("check", "--data", data)
    assert (ended.exit_code != 0, ended.stdout) == (True, "")
    assert sentence in ended.stderr


@pytest.mark.parametrize("columns", [80, 60, None])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_defect_names_its_file_whole_on_every_stream(
    run: Run, tmp_path: Path, encoding: str, columns: int | None
) -> None:
    (tmp_path / "diagnoses_icd.csv").write_text("subject_id,hadm_id,seq_num,icd_code,icd_version\n1,10,1,4.28E+03,9\n")
    found = run_main(main, "check", "--data", tmp_path, encoding=encoding, columns=columns)
    assert found.code == 5
    for word in ("diagnoses_icd.csv", "icd_code", "scientific"):
        assert word in found.out


def test_with_a_tasks_file_a_hospital_checks_its_own_table_before_it_joins(run: Run, tmp_path: Path) -> None:
    own = own_folder(tmp_path / "own", "P300,12,male,,,0,1")
    checked = run("check", "--task", own / "heart.toml", "--data", own)
    assert checked.exit_code == 0, checked.stdout
    for said in (
        "Task heart: Death",
        "300 rows of 300 patients; the outcome happened in",
        "Missing: creatinine 19.7%, smoker 13.0%.",
    ):
        assert said in checked.stdout
    assert "1 rows are left out by the task: age < 18." in checked.stdout
    assert checked.stdout.endswith("No defects.\n")
    facts = json.loads(run("check", "--task", own / "heart.toml", "--data", own / "heart.csv", "--json").stdout)
    assert (facts["task"], facts["summary"]["rows"], facts["defects"]) == ("heart", 300, [])
    assert set(facts["summary"]["missing"]) == {"creatinine", "smoker"}
    assert facts["remarks"] == [
        {"kind": "left_out", "sentence": "1 rows are left out by the task: age < 18.", "count": 1}
    ]


def test_everything_that_does_not_fit_is_named(run: Run, tmp_path: Path) -> None:
    own = own_folder(tmp_path / "own", "P300,200,male,,,0,1", "p5,50,Male,,,0,1", "p5,50,male,,,0,1")
    checked = run("check", "--task", own / "heart.toml", "--data", own, "--json")
    found = [(each["column"], each["row"], each["kind"]) for each in json.loads(checked.stdout)["defects"]]
    assert checked.exit_code == 5
    assert found == [("age", 302, "out_of_bounds"), ("sex", 303, "unknown_category"), ("patient", 304, "leak")]
    table = run("check", "--task", own / "heart.toml", "--data", own).stdout
    assert "'200' is outside 18 to 110 years" in table


def test_a_map_is_found_beside_the_table_or_named(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = own_folder(tmp_path / "own")
    (own / "heart.csv").write_text((own / "heart.csv").read_text().replace("patient,age", "nr,years"))
    check = ("check", "--task", own / "heart.toml", "--data", own)
    assert run(*check).exit_code == 5
    named = put(tmp_path, 'patient = "nr"\n[columns]\nage = "years"\n', "named.toml")
    assert run(*check, "--map", named).exit_code == 0
    monkeypatch.setenv("ENVOY_MAP", str(named))
    assert run(*check).exit_code == 0
    monkeypatch.delenv("ENVOY_MAP")
    put(own, named.read_text(), "heart.map.toml")
    assert run(*check).exit_code == 0
    gone = run(*check, "--map", "gone.toml")
    assert (gone.exit_code, "There is no map file gone.toml" in gone.stderr) == (2, True)


@pytest.mark.parametrize(
    ("task", "code", "sentence"),
    [
        ("heart", 5, "This envoy knows no task heart"),
        ("wrong.toml", 5, "This is no task"),
        ("gone.toml", 5, "gone.toml: No such file"),
        ("No Such", 2, "No Such"),
    ],
)
def test_a_task_that_is_none_is_named(run: Run, tmp_path: Path, task: str, code: int, sentence: str) -> None:
    put(tmp_path, 'name = "wrong"', "wrong.toml")
    ended = run("check", "--task", task)
    assert (ended.exit_code, sentence in ended.stderr) == (code, True), ended.stderr


def test_the_demonstration_task_is_checked_by_its_name_too(run: Run) -> None:
    facts = json.loads(run("check", "--task", "diagnosis_count", "--json").stdout)
    assert (facts["task"], facts["defects"]) == ("diagnosis_count", [])


def test_a_task_of_the_settings_is_checked_without_being_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = own_folder(tmp_path / "own")
    monkeypatch.setenv("ENVOY_TASK", str(own / "heart.toml"))
    assert json.loads(run("check", "--data", own, "--json").stdout)["task"] == "heart"
