"""``python -m aggregation`` on plain folders: every strategy, and what it says when it refuses."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from aggregation.__main__ import main
from contract.artifacts.model_file import read_model, write_model
from contract.artifacts.scaler_file import write_scaler
from contract.network import bias_name
from contract.scaler import ScalerState, re_express_first_layer
from contract.tasks import DIAGNOSIS_COUNT
from tests.small_updates import ANSWERS, BASE, COUNTS, ROWS

SCALER = ScalerState.from_moments(10, (3.0,), (40.0,))
OTHER_SCALER = ScalerState.from_moments(90, (8.0,), (4000.0,))
LAST = bias_name(2)
START = DIAGNOSIS_COUNT.initial_state()


def write_folder(
    folder: Path, state: Mapping[str, np.ndarray], num_examples: int, scaler: ScalerState = SCALER
) -> Path:
    folder.mkdir(parents=True)
    (folder / "model.pt").write_bytes(write_model(state, DIAGNOSIS_COUNT.layout))
    (folder / "scaler.pkl").write_bytes(write_scaler(scaler))
    (folder / "metadata.json").write_text(json.dumps({"num_examples": num_examples}))
    return folder


def model_of(row) -> dict[str, np.ndarray]:
    """Give a model of which only the last three numbers are its own."""
    return {**START, LAST: np.array(row, np.float32)}


@pytest.fixture
def folders(tmp_path: Path) -> list[str]:
    return [
        str(write_folder(tmp_path / f"H{place}", model_of(row), count))
        for place, (row, count) in enumerate(zip(ROWS, COUNTS, strict=True))
    ]


@pytest.fixture
def base(tmp_path: Path) -> str:
    """The start, behind another scaler, without a count: what GET /tasks/{task}/start gives."""
    weight, bias = re_express_first_layer(START["layers.0.weight"], START["layers.0.bias"], SCALER, OTHER_SCALER)
    state = {**model_of(BASE), "layers.0.weight": weight.astype(np.float32), "layers.0.bias": bias.astype(np.float32)}
    folder = write_folder(tmp_path / "base", state, 1, OTHER_SCALER)
    (folder / "metadata.json").unlink()
    return str(folder)


def last_of(out: Path) -> np.ndarray:
    return read_model((out / "model.pt").read_bytes(), DIAGNOSIS_COUNT.layout)[LAST]


@pytest.mark.parametrize(("case", "expected"), ANSWERS.items(), ids=lambda case: str(case)[:50])
def test_the_reference_table_comes_out_of_folders(case, expected, folders: list[str], base: str, tmp_path: Path):
    strategy, parameters = case
    options = [word for name, value in parameters for word in (f"--{name}", str(value))]
    needed = ["--base", base] if strategy == "clip" else []
    out = tmp_path / "out"
    assert main([*folders, "--strategy", strategy, *options, *needed, "--out", str(out)]) == 0
    assert last_of(out) == pytest.approx(expected, abs=2e-6)
    card = json.loads((out / "card.json").read_bytes())
    assert (card["strategy"], card["parameters"]) == (strategy, dict(parameters))
    weights = [each["weight"] for each in card["inputs"]]
    if strategy in ("coordinate_median", "trimmed_mean"):
        assert weights == [None] * len(ROWS)
    else:
        assert sum(weights) == pytest.approx(1)


def test_claimed_counts_are_capped_when_asked(folders: list[str], tmp_path: Path):
    assert main([*folders, "--count-ratio", "2", "--out", str(tmp_path / "out")]) == 0
    counts = np.minimum(COUNTS, 2 * np.median(COUNTS))
    assert last_of(tmp_path / "out") == pytest.approx(np.average(ROWS, axis=0, weights=counts), rel=1e-6)
    card = json.loads((tmp_path / "out" / "card.json").read_bytes())
    assert [each["num_examples"] for each in card["inputs"]] == list(COUNTS)
    assert [each["weight"] for each in card["inputs"]] == pytest.approx(counts / counts.sum())
    assert card["count_ratio"] == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["--strategy", "clip"], "does not say what it was trained from", id="clip without a base"),
        pytest.param(["--strategy", "krum", "--f", "3"], "n = 7", id="too few for the rule"),
        pytest.param(["--strategy", "mean", "--f", "1"], "no parameter 'f'", id="a parameter that it has not"),
        pytest.param(["--strategy", "magic"], "no strategy 'magic'", id="an unknown strategy"),
        pytest.param(["--strategy", "clip", "--base", "nowhere"], "nowhere", id="a base that is not there"),
    ],
)
def test_what_can_not_be_done_is_refused_and_nothing_written(arguments, said, folders, tmp_path: Path, capsys):
    assert main([*folders, *arguments, "--out", str(tmp_path / "out")]) == 4
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("ratio", ["0", "-1", "nan", "inf", "many"])
def test_a_count_ratio_that_is_none_is_a_usage_error(ratio: str, folders: list[str], tmp_path: Path):
    with pytest.raises(SystemExit) as end:
        main([*folders, f"--count-ratio={ratio}", "--out", str(tmp_path / "out")])
    assert end.value.code == 2


def test_it_runs_as_a_program(folders: list[str], base: str, tmp_path: Path):
    options = ["--strategy", "clip+trimmed_mean", "--f", "2", "--base", base, "--out", str(tmp_path / "out")]
    command = [sys.executable, "-m", "aggregation", *folders, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["strategy"] == "clip+trimmed_mean"
