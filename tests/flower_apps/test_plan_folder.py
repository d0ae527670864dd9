"""A plan's folder: read whole, held to its own digests, or refused with what to do."""

import json
from pathlib import Path

import pytest

from aggregation.errors import UnknownStrategyError
from aggregation.screening import Bounds
from flower_apps.errors import PlanError
from flower_apps.plan_folder import Plan
from tests.flower_apps.consortium import START, TASK, virtual, write_plan


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_plan(tmp_path / "plan", virtual(3), strategy="clip+fedavg", seed=5)


def test_it_is_read_whole(folder: Path):
    plan = Plan.read(folder)
    assert plan.task == TASK
    assert plan.strategy.name == "clip+fedavg"
    assert plan.bounds == Bounds()
    assert plan.described.seed == 5
    assert [str(name) for name in plan.hospitals] == ["KUTRRH", "MTRH", "KNH"]
    assert all((plan.start[name] == START[name]).all() for name in START)


@pytest.mark.parametrize("name", ["plan.json", "model.pt", "scaler.pkl"])
def test_a_file_that_is_missing_is_named(folder: Path, name: str):
    (folder / name).unlink()
    with pytest.raises(PlanError, match=name) as refused:
        Plan.read(folder)
    assert "fl-director run plan" in (refused.value.hint or "")


@pytest.mark.parametrize("name", ["model.pt", "scaler.pkl"])
def test_a_file_of_another_plan_is_refused(folder: Path, name: str):
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    with pytest.raises(PlanError, match=f"{name} is not the file that plan.json names"):
        Plan.read(folder)


def test_a_plan_that_does_not_fit_together_is_refused(folder: Path):
    said = json.loads((folder / "plan.json").read_text())
    said["start"]["base"] = "0" * 64
    (folder / "plan.json").write_text(json.dumps(said))
    with pytest.raises(PlanError, match="does not fit together"):
        Plan.read(folder)


@pytest.mark.parametrize("changed", [{"bounds": {"taste": 1.0}}, {"rounds": 0}, {"more": 1}])
def test_a_plan_of_another_version_is_refused(folder: Path, changed: dict):
    said = {**json.loads((folder / "plan.json").read_text()), **changed}
    (folder / "plan.json").write_text(json.dumps(said))
    with pytest.raises(PlanError, match="no plan of this version's"):
        Plan.read(folder)


def test_a_strategy_that_nobody_knows_here_is_refused(tmp_path: Path):
    with pytest.raises(UnknownStrategyError):
        Plan.read(write_plan(tmp_path / "other", virtual(2), strategy="magic"))
