"""``fl-simulate``: it says what it made, and repeats it for a seed."""

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from typer import BadParameter
from typer.testing import CliRunner

from aggregation.errors import TooFewUpdatesError, UnknownStrategyError
from contract.names import EnvoyName
from envoy.tables import inspect_tables
from simulation import Federation, History, cli, compare
from simulation.cli import app, main
from simulation.consortium import consortium_counts
from simulation.errors import SavedRunError
from tests.streams import run_main


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


def test_the_command_prints_what_a_run_gave_and_repeats_it_for_a_seed(capsys: pytest.CaptureFixture[str]):
    first = simulate("--rounds", "2", "--hospitals", "3", "--seed", "5")
    assert set(first) == {"task", "strategy", "rounds", "seconds", "sha256", "hospitals", "pooled"}
    assert [each["name"] for each in first["hospitals"]] == ["KUTRRH", "MTRH", "KNH"]
    assert first["hospitals"][0]["num_examples"] == 80
    again, other = (simulated_here(capsys, seed) for seed in (5, 6))
    assert first["sha256"] == again["sha256"]
    assert first["sha256"] != other["sha256"]


def simulated_here(capsys: pytest.CaptureFixture[str], seed: int) -> dict[str, Any]:
    """Do as the command does, in this process."""
    cli.run(patients=100, rounds=2, hospitals=3, seed=seed, as_json=True)
    return dict(json.loads(capsys.readouterr().out))


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


def test_the_command_runs_a_task_of_admissions_and_keeps_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    run = partial(cli.run, "mortality_in_hospital", hospitals=3, patients=1000, rounds=2, seed=1)
    run(csv=tmp_path / "rounds.csv", out=tmp_path / "run", as_json=True)
    made = json.loads(capsys.readouterr().out)
    kept = History.load(tmp_path / "run")
    assert (kept.task.name, kept.sha256, len(kept.rows)) == (made["task"], made["sha256"], 2 * 3 * 2)
    assert [row.metrics for row in kept.last if row.model == "global"] == [each["global"] for each in made["hospitals"]]
    assert (tmp_path / "run" / "rounds.csv").read_bytes() == (tmp_path / "rounds.csv").read_bytes()
    assert made["pooled"]["auroc"] > 0.5
    assert "auroc=0." in repr(kept)
    run()
    assert "auroc, global" in capsys.readouterr().out


def test_a_bar_is_shown_on_a_terminal_alone():
    shown = subprocess.run(
        [sys.executable, "-m", "simulation.cli", "run", "--patients", "20", "--rounds", "1"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert shown.stderr == ""


def test_a_rule_whose_condition_fails_ends_the_run():
    with pytest.raises(TooFewUpdatesError, match="n = 3"):
        cli.run(patients=20, rounds=1, hospitals=3, strategy="krum")


def test_the_command_keeps_the_whole_run_in_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    cli.run(patients=50, rounds=2, hospitals=3, csv=tmp_path / "rows.csv", out=tmp_path / "run", as_json=True)
    made = json.loads(capsys.readouterr().out)
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        "history.json", "model.pt", "rounds.csv", "rounds.png", "scaler.pkl",
    ]  # fmt: skip
    assert (tmp_path / "run" / "rounds.csv").read_bytes() == (tmp_path / "rows.csv").read_bytes()
    history = History.load(tmp_path / "run")
    assert history.sha256 == made["sha256"]
    assert Federation.synthetic(patients=50, hospitals=3).run(rounds=2).sha256 == made["sha256"]


def test_without_matplotlib_the_command_says_so_in_a_line_and_keeps_the_rest(tmp_path: Path):
    script = "import sys; sys.modules['matplotlib'] = None; from simulation.cli import main; main()"
    arguments = ["run", "--patients", "20", "--rounds", "1", "--out", str(tmp_path / "run")]
    result = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    assert result.stderr == (
        f"{tmp_path / 'run'} has no rounds.png: There is no matplotlib here, so nothing can be drawn. "
        "pip install 'fl-director[plots]', or take the numbers from the frame.\n"
    )
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        "history.json", "model.pt", "rounds.csv", "scaler.pkl",
    ]  # fmt: skip


def test_a_run_is_kept_where_its_picture_can_not_be_drawn(tmp_path: Path):
    (tmp_path / "matplotlibrc").write_text("text.usetex: True\n")  # and there is no LaTeX on this path
    command = [sys.executable, "-m", "simulation.cli", "run", "--hospitals", "1", "--patients", "20", "--rounds", "1"]
    surroundings = {**os.environ, "MATPLOTLIBRC": str(tmp_path), "PATH": ""}
    subprocess.run([*command, "--out", str(tmp_path / "run")], capture_output=True, check=False, env=surroundings)
    assert History.load(tmp_path / "run").rounds == 1


def test_a_folder_with_something_else_is_refused_before_anything_is_trained(tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(SavedRunError, match=r"holds something else than a saved run: thesis.txt"):
        cli.run(strategy="krum", hospitals=3, out=tmp_path)  # three are too few for krum, which training would show


@pytest.mark.parametrize("csv", ["out/rounds.csv", "out/../out/mine.csv"])
def test_rows_that_would_be_written_into_the_runs_own_folder_are_refused_before_anything_is_trained(
    tmp_path: Path, csv: str
):
    (tmp_path / "out").mkdir()
    with pytest.raises(typer.BadParameter, match="leave --csv out"):
        cli.run(strategy="krum", hospitals=3, csv=tmp_path / csv, out=tmp_path / "out")  # as above
    assert list((tmp_path / "out").iterdir()) == []


@pytest.fixture
def two_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    for strategy in ("fedavg", "fedavgm"):
        cli.run(patients=50, rounds=3, hospitals=2, strategy=strategy, out=tmp_path / strategy)
    capsys.readouterr()
    return [str(tmp_path / "fedavg"), str(tmp_path / "fedavgm")]


def test_saved_runs_are_compared(two_runs: list[str], tmp_path: Path):
    shown = CliRunner().invoke(app, ["compare", *two_runs, "--out", str(tmp_path / "runs.png")])
    assert shown.exit_code == 0
    assert [name in shown.stdout for name in ("fedavg", "fedavgm", "not clinical")] == [True] * 3
    assert (tmp_path / "runs.png").read_bytes().startswith(b"\x89PNG")

    said = json.loads(CliRunner().invoke(app, ["compare", *two_runs, "--json", "--metric", "loss"]).stdout)
    found = compare({name: History.load(tmp_path / name) for name in ("fedavg", "fedavgm")}, "loss")
    assert (said["metric"], said["target"], said["same_patients"]) == ("loss", found.target, True)
    assert [each["run"] for each in said["runs"]] == ["fedavg", "fedavgm"]
    assert [each["mean"] for each in said["runs"]] == found.frame["mean"].tolist()

    asked = json.loads(CliRunner().invoke(app, ["compare", *two_runs, "--json", "--target", "1.5"]).stdout)
    assert [each["rounds_to_reach"] for each in asked["runs"]] == [None, None]


def test_runs_in_folders_of_one_name_are_told_apart_by_their_path(tmp_path: Path):
    folders = [tmp_path / "one" / "run", tmp_path / "two" / "run"]
    for folder in folders:
        cli.run(patients=20, rounds=1, hospitals=1, out=folder)
    said = json.loads(CliRunner().invoke(app, ["compare", *map(str, folders), "--json"]).stdout)
    assert [each["run"] for each in said["runs"]] == [str(folder) for folder in folders]


def test_what_is_no_saved_run_ends_the_command_with_what_to_do():
    command = [sys.executable, "-m", "simulation.cli", "compare", "nowhere"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 5
    assert "nowhere is no saved run" in result.stderr
    assert "fl-simulate run --out" in result.stderr


def test_with_json_what_stops_a_command_is_json_too(tmp_path: Path):
    ended = run_main(main, "compare", tmp_path / "größe", "--json", encoding="ascii")
    failed = json.loads(ended.out)["error"]
    assert (ended.code, ended.err, failed["exit_code"], failed["code"]) == (5, "", 5, "saved_run_invalid")
    assert run_main(main, "compare", tmp_path / "größe", encoding="ascii").err.startswith("error: ")


def test_a_score_that_no_hospital_has_is_null(tmp_path: Path):
    cli.run(patients=10, rounds=1, hospitals=1, out=tmp_path / "run")
    missing = [name for name, value in History.load(tmp_path / "run").last[-1].metrics.items() if value is None]
    said = CliRunner().invoke(app, ["compare", str(tmp_path / "run"), "--json", "--metric", missing[0]]).stdout
    assert "NaN" not in said
    found = json.loads(said)
    assert (found["target"], found["runs"][0]["mean"], found["runs"][0]["rounds_to_reach"]) == (None, None, None)
