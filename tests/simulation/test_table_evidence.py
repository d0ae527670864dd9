"""What sharing would bring on hospitals' own tables: the example's."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from contract.tasks import DIAGNOSIS_COUNT
from contract.tasks.task_file import read_task_file
from simulation.cli import app
from simulation.errors import ExperimentError
from simulation.table_evidence import read_hospitals

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "own_question"
TASK = EXAMPLE / "oxygen.toml"
FILES = {name: EXAMPLE / "tables" / f"{name}.csv" for name in ("KUTRRH", "MTRH", "Embu", "Mbagathi")}


def test_the_examples_tables_are_those_that_its_program_makes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, EXAMPLE / "make_tables.py", tmp_path], check=True)
    for path in FILES.values():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_a_hospital_with_its_own_words_is_read_like_the_others() -> None:
    cohorts = read_hospitals(read_task_file(TASK.read_bytes()), FILES)
    assert {str(name): len(rows) for name, rows in cohorts.items()} == {
        "KUTRRH": 900,
        "MTRH": 420,
        "Embu": 170,
        "Mbagathi": 90,
    }
    temperatures = [rows.features[:, 5].mean() for rows in cohorts.values()]
    assert max(temperatures) - min(temperatures) < 0.5


def test_the_command_shows_every_way_at_every_hospital(tmp_path: Path) -> None:
    named = [f"{name}={path}" for name, path in FILES.items()]
    options = ["--rounds", "10", "--seeds", "2", "--out", str(tmp_path / "evidence.md"), "--json"]
    found = json.loads(CliRunner().invoke(app, ["evidence", str(TASK), *named, *options]).stdout)
    by_name = {(row["hospital"], row["way"]): row["auroc"] for row in found["rows"]}
    assert by_name["KUTRRH", "federated"] > 0.7
    assert by_name["Mbagathi", "federated"] is None
    assert len(by_name) == 5 * 4
    assert (tmp_path / "evidence.md").read_text().count("too few outcomes to judge") >= 4


@pytest.mark.parametrize("tables", [["KUTRRH"], ["=x.csv"], ["A=x.csv", "A=y.csv"]])
def test_tables_without_a_hospital_or_twice_are_refused(tables: list[str]) -> None:
    assert CliRunner().invoke(app, ["evidence", str(TASK), *tables]).exit_code == 2


def test_one_hospital_shares_with_nobody_and_levels_have_other_figures() -> None:
    task = read_task_file(TASK.read_bytes())
    with pytest.raises(ExperimentError, match="two hospitals"):
        read_hospitals(task, {"KUTRRH": FILES["KUTRRH"]})
    with pytest.raises(ExperimentError, match="has levels"):
        read_hospitals(DIAGNOSIS_COUNT, FILES)
