"""A run's folder: what does not fit is refused; test_coordinator, which writes and goes on with it, holds the rest."""

from pathlib import Path

import pytest

from flower_apps.errors import PlanError
from flower_apps.plan_folder import Plan
from flower_apps.result_folder import ResultFolder
from tests.flower_apps.consortium import START, virtual, write_plan


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan.read(write_plan(tmp_path / "plan", virtual(2)))


def test_where_nothing_is_it_begins_from_the_plans_start(plan: Plan, tmp_path: Path):
    folder = ResultFolder(tmp_path / "out")
    progress = folder.progress(plan)
    state, memory = folder.resumed(plan, progress)
    assert progress.rounds == ()
    assert all((state[name] == START[name]).all() for name in START)
    assert memory == {}


def test_what_can_not_be_read_is_never_written_over(plan: Plan, tmp_path: Path):
    (tmp_path / "rounds.json").write_text("{")
    with pytest.raises(PlanError, match="can't be read"):
        ResultFolder(tmp_path).progress(plan)
    assert (tmp_path / "rounds.json").read_text() == "{"
