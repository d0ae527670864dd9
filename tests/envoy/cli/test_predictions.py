"""``fl-envoy predict``: without a link, for the hospital's own eyes."""

import csv
import json
import socket
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT, Task
from tests.envoy.cli.joining import Run, join
from tests.envoy.cli.own import own_folder
from tests.envoy.own_table.heart import HEART, put, table
from tests.envoy.playing import PlayedDirector, playing

HEADER = "patient,age,sex,creatinine,smoker,visits"


def published(task: Task, version: int | None = 3) -> PlayedDirector:
    """Give a director whose start is a published model."""
    middle = [(column.minimum + min(column.maximum, 100)) / 2 for column in task.columns]
    made = np.random.default_rng(0).normal(middle, 20, (50, len(task.columns)))
    director = PlayedDirector(task=task, scaler=task.fit_scaler(made))
    director.said[f"/tasks/{task.name}/start"] = lambda asked: (200, {**director.start(), "global_version": version})
    return director


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def unplugged(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Take the network away: whoever opens a socket fails."""

    def pull() -> None:
        def refuse(*arguments: object, **options: object) -> None:
            raise AssertionError("something was sent")

        monkeypatch.setattr(socket, "socket", refuse)
        monkeypatch.setattr(socket, "create_connection", refuse)

    return pull


def test_both_models_say_what_they_expect_of_rows_without_an_outcome(run: Run, tmp_path: Path, unplugged: Any) -> None:
    own = own_folder(tmp_path / "own")
    with playing(published(HEART)) as director:
        join(run, director.url)
        run("task", "accept", "heart")
        assert run("train", "--task", "heart", "--data", own).exit_code == 0
    unplugged()
    ledger = run("ledger", "--json").stdout
    new = put(tmp_path, table("=A1,70,male,2.5,1,3", "B,200,male,,,0", "C,12,male,,,0", header=HEADER), "new.csv")
    ended = run("predict", "--task", "heart", "--data", new, "--out", "out.csv")
    assert ended.exit_code == 0, ended.stderr
    assert "3 rows, 2 of them abstained from, by the local and the global model." in ended.stdout
    first, second, third = read(tmp_path / "out.csv")
    assert list(first) == [
        *("patient", "probability_local", "risk_level_local"),
        *("probability_global", "risk_level_global", "abstained"),
    ]
    assert (first["patient"], first["abstained"]) == ("'=A1", "")
    assert 0.5 < float(first["probability_local"]) < 1
    assert (first["probability_global"], first["risk_level_global"]) == ("0.500000", "high")
    assert [each["abstained"] for each in (second, third)] == ["age is out of bounds", "left out: age < 18"]
    assert {second[name] for name in list(second)[1:5]} == {""}
    assert run("ledger", "--json").stdout == ledger


@pytest.mark.parametrize("model", ["local", "global"])
def test_one_model_alone_is_asked(run: Run, tmp_path: Path, model: str) -> None:
    own = own_folder(tmp_path / "own")
    with playing(published(HEART)) as director:
        join(run, director.url)
        run("task", "accept", "heart")
        run("train", "--task", "heart", "--data", own)
    facts = run("predict", "--task", "heart", "--data", own, "--model", model, "--out", "out.csv", "--json")
    assert json.loads(facts.stdout) == {"task": "heart", "rows": 300, "abstained": 0, "models": [model]}
    assert set(read(tmp_path / "out.csv")[0]) == {"patient", f"probability_{model}", f"risk_level_{model}", "abstained"}


def test_what_is_not_there_is_said_and_how_it_comes(run: Run, tmp_path: Path) -> None:
    own = own_folder(tmp_path / "own")
    with playing(published(HEART, version=None)) as director:
        join(run, director.url)
        run("task", "accept", "heart")
        run("evaluate", "--task", "heart", "--data", own)  # a start, and no model yet
        nothing = run("predict", "--task", "heart", "--data", own, "--out", "out.csv")
        assert (nothing.exit_code, "keeps no model of task heart" in nothing.stderr) == (6, True)
        assert not (tmp_path / "out.csv").exists()
        run("train", "--task", "heart", "--data", own, "--dry-run")  # keeps none either
        assert run("predict", "--task", "heart", "--data", own, "--out", "out.csv").exit_code == 6
        run("train", "--task", "heart", "--data", own)
    half = run("predict", "--task", "heart", "--data", own, "--out", "out.csv")
    assert "There is no global model here yet: fl-envoy evaluate fetches it" in half.stdout
    assert read(tmp_path / "out.csv")[0]["probability_global"] == ""


def test_a_value_that_does_not_fit_ends_it_where_the_task_does_not_abstain(run: Run, tmp_path: Path) -> None:
    own = own_folder(tmp_path / "own")
    with playing(published(HEART)) as director:
        join(run, director.url)
        run("task", "accept", "heart")
        run("train", "--task", "heart", "--data", own)
    new = put(tmp_path, table("A,forty,male,2.5,1,3", header=HEADER), "new.csv")
    ended = run("predict", "--task", "heart", "--data", new, "--out", "out.csv")
    assert (ended.exit_code, "new.csv, column age, row 2" in ended.stderr) == (5, True)


def test_a_task_of_levels_over_mimic_ivs_tables_has_three_probabilities(run: Run, tmp_path: Path) -> None:
    director = published(DIAGNOSIS_COUNT)
    director.scaler = ScalerState.from_moments(100, (9.0,), (9000.0,))
    with playing(director):
        join(run, director.url)
        assert run("train", "--offline", "parcel").exit_code == 0
    assert run("predict", "--out", "out.csv").exit_code == 0
    rows = read(tmp_path / "out.csv")
    assert len(rows) == 30
    assert rows[0]["subject_id"].isdigit()
    assert sum(float(rows[0][f"probability_{level}_local"]) for level in ("low", "medium", "high")) == pytest.approx(
        1, abs=2e-6
    )
    assert rows[0]["risk_level_global"] == ""
