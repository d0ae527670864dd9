"""``fl-simulate``: it says what it made, and repeats it for a seed."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer import BadParameter
from typer.testing import CliRunner

from aggregation.errors import TooFewUpdatesError, UnknownStrategyError
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


def test_the_command_takes_any_parameter_of_a_strategy(capsys: pytest.CaptureFixture[str]):
    digests = set()
    for parameter in (None, ["momentum=0.5"], ["momentum=0.5", "server_rate=0.5"]):
        cli.run(patients=50, rounds=2, hospitals=2, strategy="fedavgm", parameter=parameter, as_json=True)
        digests.add(json.loads(capsys.readouterr().out)["sha256"])
    assert len(digests) == 3
    with pytest.raises(UnknownStrategyError, match="no parameter 'tau'"):
        cli.run(strategy="fedavgm", parameter=["tau=1"])


def test_the_command_deals_the_patients_out_anew(capsys: pytest.CaptureFixture[str]):
    cli.run(patients=200, rounds=1, partition="dirichlet:0.3", as_json=True)
    made = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in made["hospitals"]] == [f"Hospital0{place}" for place in range(1, 6)]
    assert len({each["num_examples"] for each in made["hospitals"]}) > 1
    assert sum(each["num_examples"] for each in made["hospitals"]) == pytest.approx(800, abs=5)


@pytest.mark.parametrize("partition", ["dirichlet", "dirichlet:", "dirichlet:0", "dirichlet:nan", "label:1", ""])
def test_what_is_no_partition_is_a_usage_error(partition: str):
    with pytest.raises(BadParameter, match="is no partition; write dirichlet:X"):
        cli.run(patients=20, partition=partition)


def test_the_command_writes_each_rounds_metrics_where_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    cli.run(patients=50, rounds=2, hospitals=3, csv=tmp_path / "rounds.csv", as_json=True)
    made = json.loads(capsys.readouterr().out)
    *_, last = (tmp_path / "rounds.csv").read_text().splitlines()
    assert last.startswith(f"2,KNH,40,global,{made['hospitals'][-1]['global']['accuracy']},")
    assert (tmp_path / "rounds.csv").read_text().count("\n") == 1 + 2 * 3 * 2


def test_a_bar_is_shown_on_a_terminal_alone():
    shown = subprocess.run(
        [sys.executable, "-m", "simulation.cli", "run", "--patients", "20", "--rounds", "1"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert shown.stderr == ""


def test_a_rule_whose_condition_fails_ends_the_run():
    with pytest.raises(TooFewUpdatesError, match="n = 3"):
        cli.run(patients=20, rounds=1, hospitals=3, strategy="krum")
