"""``fl-envoy check``."""

import json
from pathlib import Path

import pytest

from tests.envoy.cli.joining import Run
from tests.envoy.cli.own import own_folder
from tests.envoy.own_table.heart import put


def test_a_check_says_that_there_is_nothing_or_everything_that_there_is(run: Run, tmp_path: Path) -> None:
    assert run("check").stdout == "No defects.\n"
    (tmp_path / "diagnoses_icd.csv").write_text("subject_id,hadm_id,seq_num,icd_code,icd_version\n1,10,1,4.28E+03,9\n")
    found = run("check", "--data", tmp_path, "--json")
    assert (found.exit_code, [each["kind"] for each in json.loads(found.stdout)]) == (5, ["damaged_code"])
    table = run("check", "--data", tmp_path)
    assert (table.exit_code, "scientific notation" in table.stdout) == (5, True)


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
