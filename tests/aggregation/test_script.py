"""``python -m aggregation`` on plain folders: every strategy, and what it says when it refuses."""

import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation.__main__ import main
from contract.artifacts.model_file import write_model
from contract.artifacts.scaler_file import write_scaler
from contract.scaler import ScalerState
from tests.hospital_folders import OTHER_SCALER, behind_other, contents, last_of, model_of, write_folder
from tests.small_updates import ANSWERS, BASE, COUNTS, ROWS
from tests.table_task import TEXT, table_task


@pytest.fixture
def folders(tmp_path: Path) -> list[str]:
    return [
        str(write_folder(tmp_path / f"H{place}", model_of(row), count))
        for place, (row, count) in enumerate(zip(ROWS, COUNTS, strict=True))
    ]


@pytest.fixture
def base(tmp_path: Path) -> str:
    """The start, behind another scaler, without a count: what GET /tasks/{task}/start gives."""
    return str(write_folder(tmp_path / "base", behind_other(model_of(BASE)), None, OTHER_SCALER))


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


def test_a_strategy_with_a_memory_begins_anew(folders: list[str], base: str, tmp_path: Path):
    options = ["--strategy", "fedavgm", "--parameter", "server_rate=0.5", "--base", base]
    assert main([*folders, *options, "--out", str(tmp_path / "out")]) == 0
    average = np.average(ROWS, axis=0, weights=COUNTS)
    assert last_of(tmp_path / "out") == pytest.approx((average + BASE) / 2, rel=1e-5)
    card = json.loads((tmp_path / "out" / "card.json").read_bytes())
    assert card["parameters"] == {"server_rate": 0.5, "momentum": 0.9}


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
        pytest.param(["--strategy", "fedadam"], "does not say what it was trained from", id="a step without a start"),
        pytest.param(["--strategy", "fedadam", "--parameter", "tau=9"], "tau = 9", id="a parameter out of bounds"),
        pytest.param(["--strategy", "krum", "--f", "3"], "n = 7", id="too few for the rule"),
        pytest.param(["--strategy", "mean", "--f", "1"], "no parameter 'f'", id="a parameter that it has not"),
        pytest.param(["--strategy", "magic"], "no strategy 'magic'", id="an unknown strategy"),
        pytest.param(["--scaler", "\x1b" * 300], r"No folder is named '\x1b\x1b", id="a scaler of nobody"),
        pytest.param(["--f=-99999999999", "--strategy", "krum"], "can't have f = ", id="an absurd f"),
        pytest.param(["--m", "999999999999", "--strategy", "multi_krum"], "999999999999", id="an absurd m"),
        pytest.param(["--task", "\x1b[2J"], r"'\x1b[2J' is not a task's name", id="a task of no name"),
        pytest.param(["--weights", "1", "2"], "7 folders but 2 weights", id="too few weights"),
        pytest.param(["--weights", *"1234560"], "H6: 0 is no number of examples", id="a weight of 0"),
        pytest.param(["--strategy", "clip", "--base", "nowhere"], "nowhere", id="a base that is not there"),
    ],
)
def test_what_can_not_be_done_is_refused_and_nothing_written(arguments, said, folders, tmp_path: Path, capsys):
    assert main([*folders, *arguments, "--out", str(tmp_path / "out")]) == 4
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.out == ""
    error, hint = printed.err.splitlines()
    assert error.startswith("error: ")
    assert hint.startswith("  ")
    assert not (tmp_path / "out").exists()


def test_a_run_that_fails_leaves_the_result_before_whole(folders: list[str], tmp_path: Path, capsys):
    out = tmp_path / "out"
    assert main([*folders, "--out", str(out)]) == 0
    before = contents(out)
    (Path(folders[3]) / "metadata.json").write_bytes(b"{}")
    assert main([*folders, "--out", str(out)]) == 4
    assert "error: H3: metadata: num_examples: Field required." in capsys.readouterr().err
    assert contents(out) == before
    assert set(before) == {"model.pt", "scaler.pkl", "card.json"}


def test_a_result_never_takes_the_place_of_a_hospitals_model(folders: list[str], capsys):
    assert main([*folders, "--out", folders[2]]) == 4
    assert "its model would be lost" in capsys.readouterr().err
    assert contents(Path(folders[2])).keys() == {"model.pt", "scaler.pkl", "metadata.json"}


@pytest.mark.filterwarnings("error")
def test_scalers_that_make_absurd_numbers_of_honest_ones_are_refused_without_a_warning(tmp_path: Path):
    wide = ScalerState.from_moments(10, (0.0,), (1e81,))
    narrow = ScalerState.from_moments(10, (0.0,), (1e-80,))
    honest = {"A": (model_of((1, 2, 3)), wide), "B": (model_of((3, 2, 1)), narrow)}
    given = [str(write_folder(tmp_path / name, state, 10, scaler)) for name, (state, scaler) in honest.items()]
    assert main([*given, "--out", str(tmp_path / "out")]) == 4


CLAIMS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
OPTIONS = [
    "--parameter",
    "--weights",
    "--base",
    "--strategy",
    "--f",
    "--m",
    "--scaler",
    "--count-ratio",
    "--out",
    "--plain",
    "--",
]
NUMBERS = ["1", "0", "-1", "1e400", "9" * 400, "nan", "inf", "2.5"]
NAMES = ["", "tau=0.1", "fedadam", "krum", "clip+mean", "clip+clip", "KNH", "MTRH", "merged"]
WORDS = st.sampled_from([*OPTIONS, *NUMBERS, *NAMES]) | st.text(st.characters(exclude_categories=()), max_size=8)


@given(
    claims=CLAIMS | st.fixed_dictionaries({"num_examples": CLAIMS, "base": CLAIMS}), words=st.lists(WORDS, max_size=6)
)
def test_whatever_it_is_given_it_ends_with_one_of_its_codes(claims, words, tmp_path_factory: pytest.TempPathFactory):
    place = tmp_path_factory.mktemp("any")
    knh = write_folder(place / "KNH", model_of((1, 2, 3)), None)
    (knh / "metadata.json").write_text(json.dumps(claims))
    mtrh = write_folder(place / "MTRH", model_of((3, 2, 1)), 7)
    out = place / "out"
    with pytest.MonkeyPatch.context() as patched, redirect_stderr(StringIO()) as said, redirect_stdout(StringIO()):
        patched.chdir(place)
        code = main([str(knh), str(mtrh), "--out", str(out), *words])
    assert code in (0, 2, 4)
    assert said.getvalue().replace("\n", "").isprintable()
    if code:
        assert contents(out) == {}


@pytest.mark.parametrize("ratio", ["0", "-1", "nan", "inf", "1e400", "many", "9" * 400])
def test_a_count_ratio_that_is_none_is_a_usage_error(ratio: str, folders: list[str], tmp_path: Path, capsys):
    assert main([*folders, f"--count-ratio={ratio}", "--out", str(tmp_path / "out")]) == 2
    assert "is no ratio" in capsys.readouterr().err


def test_a_count_ratio_that_caps_nothing_is_taken_however_large(folders: list[str], tmp_path: Path):
    assert main([*folders, "--count-ratio", "1e308", "--out", str(tmp_path / "capped")]) == 0
    assert main([*folders, "--out", str(tmp_path / "plain")]) == 0
    assert (tmp_path / "capped" / "model.pt").read_bytes() == (tmp_path / "plain" / "model.pt").read_bytes()


def test_it_runs_as_a_program(folders: list[str], base: str, tmp_path: Path):
    options = ["--strategy", "clip+trimmed_mean", "--f", "2", "--base", base, "--out", str(tmp_path / "out")]
    command = [sys.executable, "-m", "aggregation", *folders, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["strategy"] == "clip+trimmed_mean"


def nobody() -> int:
    read_end, write_end = os.pipe()
    os.close(read_end)
    return write_end


def full_disk() -> int:
    return os.open("/dev/full", os.O_WRONLY)


@pytest.mark.parametrize("reader", [nobody, full_disk])
def test_a_card_that_nobody_reads_is_said_and_the_result_is_whole(reader, folders: list[str], tmp_path: Path):
    out = tmp_path / "out"
    command = [sys.executable, "-m", "aggregation", *folders, "--out", str(out)]
    write_end = reader()
    done = subprocess.run(command, stdout=write_end, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write_end)
    assert done.returncode == 4
    assert done.stderr.startswith("error: The card can't be printed (")
    assert len(done.stderr.splitlines()) == 2
    assert contents(out).keys() == {"model.pt", "scaler.pkl", "card.json"}


def test_a_name_in_any_script_is_printed_by_a_terminal_that_knows_ascii_alone(folders: list[str], tmp_path: Path):
    named = Path(folders[0]).rename(tmp_path / "Kölnस\x1b")
    command = [sys.executable, "-m", "aggregation", *folders[1:], str(named), "--out", str(tmp_path / "out")]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert json.loads(done.stdout)["inputs"][-1]["envoy_name"] == "Kölnस\\x1b"
    assert json.loads((tmp_path / "out" / "card.json").read_bytes()) == json.loads(done.stdout)


def test_a_task_may_be_named_by_its_file(tmp_path: Path, capsys):
    task, random, out = table_task(), np.random.default_rng(1), tmp_path / "out"
    (tmp_path / "falls.toml").write_text(TEXT)
    columns = len(task.columns)
    for name in ("A", "B"):
        (tmp_path / name).mkdir()
        state = {each.name: random.normal(0, 1, each.shape).astype(np.float32) for each in task.layout}
        scaler = ScalerState.from_moments(40, (0.0,) * columns, (40.0,) * columns)
        (tmp_path / name / "model.pt").write_bytes(write_model(state, task.layout))
        (tmp_path / name / "scaler.pkl").write_bytes(write_scaler(scaler))
    folders = [str(tmp_path / name) for name in ("A", "B")]
    more = ["--weights", "40", "60", "--task"]
    assert main([*folders, "--out", str(out), *more, str(tmp_path / "falls.toml")]) == 0
    card = json.loads((out / "card.json").read_bytes())
    assert (card["task"], card["notice"]) == ("falls", task.notice)
    (tmp_path / "falls.toml").write_text("name =")
    for file in ("falls.toml", "nowhere.toml"):
        assert main([*folders, "--out", str(tmp_path / "other"), *more, str(tmp_path / file)]) == 4
        assert file in capsys.readouterr().err
