"""``fl-simulate``: it says what it made, and repeats it for a seed."""

import json
import subprocess
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from aggregation.errors import TooFewUpdatesError
from contract.names import EnvoyName
from envoy.tables import inspect_tables
from simulation import cli
from simulation.cli import app
from simulation.consortium import consortium_counts


def test_the_command_writes_and_tells_what_it_made(tmp_path) -> None:
    arguments = ["data", "--out", str(tmp_path / "made"), "--hospitals", "2", "--patients", "20", "--seed", "5"]

    result = CliRunner().invoke(app, [*arguments, "--json"])

    counts = consortium_counts(2, 20, 5)
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "out": str(tmp_path / "made"),
        "seed": 5,
        "hospitals": [
            {
                "name": name,
                "folder": str(tmp_path / "made" / name),
                "patients": 20,
                "diagnoses": int(counts[EnvoyName(name)].sum()),
                "median_diagnoses": float(np.median(counts[EnvoyName(name)])),
            }
            for name in ("KUTRRH", "MTRH")
        ],
    }
    assert inspect_tables(tmp_path / "made" / "MTRH") == ()


def test_the_command_refuses_a_folder_that_is_not_empty_unless_forced(tmp_path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    arguments = ["data", "--out", str(tmp_path), "--hospitals", "1", "--patients", "5"]

    refused = CliRunner().invoke(app, arguments)
    assert refused.exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]

    forced = CliRunner().invoke(app, [*arguments, "--force"])
    assert forced.exit_code == 0
    assert "KUTRRH" in forced.stdout
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def simulate(*arguments: str) -> dict:
    command = [sys.executable, "-m", "simulation.cli", "run", "--patients", "100", "--json", *arguments]
    return dict(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))


def test_the_command_prints_what_a_run_gave_and_repeats_it_for_a_seed():
    first, again = (simulate("--rounds", "2", "--hospitals", "3", "--seed", "5") for _ in range(2))
    assert set(first) == {"task", "strategy", "rounds", "seconds", "sha256", "hospitals", "pooled"}
    assert [each["name"] for each in first["hospitals"]] == ["KUTRRH", "MTRH", "KNH"]
    assert first["hospitals"][0]["num_examples"] == 80
    assert first["sha256"] == again["sha256"]
    assert first["sha256"] != simulate("--rounds", "2", "--hospitals", "3", "--seed", "6")["sha256"]


def test_the_command_takes_a_strategy_with_its_f(capsys: pytest.CaptureFixture[str]):
    runs = []
    for f in (1, 2):
        cli.run(patients=100, rounds=1, strategy="clip+trimmed_mean", f=f, as_json=True)
        runs.append(json.loads(capsys.readouterr().out))
    assert [run["strategy"] for run in runs] == ["clip+trimmed_mean"] * 2
    assert runs[0]["sha256"] != runs[1]["sha256"]


def test_a_rule_whose_condition_fails_ends_the_run():
    with pytest.raises(TooFewUpdatesError, match="n = 3"):
        cli.run(patients=20, rounds=1, hospitals=3, strategy="krum")
