"""Each built-in task on the real tables, dealt out to five hospitals: it builds, trains, federates and reports."""

import json
import math
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure
from typer.testing import CliRunner

from contract.names import EnvoyName
from contract.small_counts import may_be_told
from contract.tasks import BUILT_IN_TASKS
from simulation import Federation, History, compare
from simulation.cli import app
from simulation.partition import partition
from simulation.round_metrics import BINARY_COLUMNS, TOO_FEW

NAMES = tuple(map(EnvoyName, ("KUTRRH", "MTRH", "KNH", "Embu", "Mbagathi")))
OF_ADMISSIONS = [name for name, task in BUILT_IN_TASKS.items() if task.is_binary]


@pytest.fixture
def hospitals(mimic_iv_demo: Path, tmp_path: Path) -> tuple[Path, ...]:
    return partition(mimic_iv_demo, NAMES, tmp_path / "hospitals")


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_every_kind_of_admission_is_asked_about() -> None:
    assert {"mortality_in_hospital", "readmission_30d", "long_stay_7d", "mortality_1y"} <= set(OF_ADMISSIONS)


@pytest.mark.parametrize("name", OF_ADMISSIONS)
def test_a_task_of_admissions_goes_from_the_real_tables_to_a_report(
    hospitals: tuple[Path, ...], tmp_path: Path, name: str
) -> None:
    federation = Federation.from_folders(hospitals, task=name)
    history = federation.run(rounds=3, progress=False)

    assert federation.frame["num_examples"].gt(0).all()
    assert len(history.rows) == 3 * len(NAMES) * 2
    for row in history.rows:  # at none of these are there eleven events and eleven others to judge by
        assert row.metrics == dict.fromkeys(BINARY_COLUMNS)
    assert not any(may_be_told(int(each.split.held_out.labels.sum())) for each in federation.hospitals)
    assert any(history.state[tensor].any() for tensor in history.state)

    assert f"auroc: {TOO_FEW}" in repr(history)
    assert history._repr_html_().count(TOO_FEW) == len(NAMES) * 2
    assert texts(history.plot()) == [TOO_FEW]

    compared = compare([history, federation.run_pooled(1), federation.run_alone(1)])
    assert (compared.metric, [math.isnan(each.mean) for each in compared.runs]) == ("auroc", [True] * 3)
    assert f"target={TOO_FEW}" in repr(compared)
    assert texts(compared.plot()) == [TOO_FEW]

    loaded = History.load(history.save(tmp_path / "run"))
    assert loaded.task == BUILT_IN_TASKS[history.task.name]
    assert loaded.sha256 == history.sha256
    pd.testing.assert_frame_equal(loaded.frame, history.frame)


def test_saved_runs_of_too_few_outcomes_are_compared_by_the_command_line(
    hospitals: tuple[Path, ...], tmp_path: Path
) -> None:
    run = Federation.from_folders(hospitals, task="readmission_30d").run(rounds=1).save(tmp_path / "run")
    said = json.loads(CliRunner().invoke(app, ["compare", str(run), "--json"]).stdout)
    assert (said["metric"], said["target"], said["runs"][0]["mean"]) == ("auroc", None, None)
    shown = CliRunner().invoke(app, ["compare", str(run)]).stdout
    assert "too few" in shown
    assert "nan" not in shown
