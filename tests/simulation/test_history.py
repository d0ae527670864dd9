"""What a run gave: its frame, its figure, its model, and the folder that it is saved in."""

import io
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import torch

from contract.artifacts.model_file import write_model
from contract.errors import ModelFileError
from contract.names import Digest
from contract.tasks import DIAGNOSIS_COUNT
from simulation import Federation, History
from simulation.errors import ExperimentError, PlotsMissingError, SavedRunError
from simulation.round_metrics import COLUMNS, HEADER
from tests.simulation.runs import small_run


def test_the_frame_is_the_table_of_the_command_line():
    history = small_run()
    frame = history.frame
    assert list(frame.columns) == list(HEADER)
    assert len(frame) == 3 * 3 * 2
    assert {frame[column].dtype for column in COLUMNS} == {np.dtype("float64")}
    assert (frame["round"].dtype, frame["num_examples"].dtype) == (np.dtype("int64"), np.dtype("int64"))
    assert frame is not history.frame
    row = frame[(frame["round"] == 3) & (frame["hospital"] == "KNH") & (frame["model"] == "global")].iloc[0]
    assert row["accuracy"] == history.last[-1].metrics["accuracy"]


def test_a_saved_run_is_loaded_with_all_that_it_was(tmp_path: Path):
    history = small_run("fedadam")
    assert history.save(tmp_path / "run") == tmp_path / "run"
    loaded = History.load(tmp_path / "run")
    pd.testing.assert_frame_equal(loaded.frame, history.frame)
    assert loaded.record == history.record
    assert loaded.scaler == history.scaler
    assert all(np.array_equal(loaded.state[name], history.state[name]) for name in history.state)
    assert (loaded.task, loaded.strategy, loaded.rounds, loaded.seed) == (DIAGNOSIS_COUNT, "fedadam", 3, 0)
    assert loaded.parameters == {"server_rate": 0.1, "beta1": 0.9, "beta2": 0.99, "tau": 0.001}
    assert loaded.seconds == history.seconds > 0


def test_the_files_of_a_saved_run_can_be_opened_by_anybody(tmp_path: Path):
    history = small_run()
    history.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["history.json", "model.pt", "rounds.csv", "scaler.pkl"]
    model = torch.load(tmp_path / "model.pt", weights_only=True)
    assert all(np.array_equal(model[name].numpy(), history.state[name]) for name in history.state)
    scaler = joblib.load(tmp_path / "scaler.pkl")
    assert scaler.mean_.tolist() == list(history.scaler.mean)
    rows = pd.read_csv(tmp_path / "rounds.csv")
    pd.testing.assert_frame_equal(rows, history.frame)
    assert json.loads((tmp_path / "history.json").read_text())["sha256"] == history.sha256
    assert Digest.of((tmp_path / "model.pt").read_bytes()) == history.sha256


def test_a_picture_is_saved_where_it_is_wanted(tmp_path: Path):
    small_run().save(tmp_path, picture=True)
    assert (tmp_path / "rounds.png").read_bytes().startswith(b"\x89PNG")
    History.load(tmp_path)


def test_hospitals_by_themselves_have_no_common_model(tmp_path: Path):
    history = Federation.synthetic(hospitals=2, patients=50).run_alone(rounds=2)
    assert (history.served, history.sha256) == ("local", None)
    for asked in (lambda: history.state, lambda: history.scaler):
        with pytest.raises(ExperimentError, match="no common one"):
            asked()
    history.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["history.json", "rounds.csv"]
    pd.testing.assert_frame_equal(History.load(tmp_path).frame, history.frame)


def other_model(history: History) -> bytes:
    state = {name: tensor + 1 for name, tensor in history.state.items()}
    return write_model(state, DIAGNOSIS_COUNT.layout)


def without_last_line(data: bytes) -> bytes:
    return b"".join(data.splitlines(keepends=True)[:-1])


@pytest.mark.parametrize(
    ("name", "spoil", "says"),
    [
        ("model.pt", lambda data: other_model(small_run()), "model.pt is not the file that history.json names"),
        ("scaler.pkl", lambda data: data[:-1], "scaler.pkl is not the file that history.json names"),
        ("scaler.pkl", lambda data: data * 100, "scaler.pkl is larger than"),
        ("rounds.csv", without_last_line, "rounds.csv is not that of the run"),
        ("rounds.csv", lambda data: data + data.splitlines(keepends=True)[-1], "rounds.csv is not that of the run"),
        ("rounds.csv", lambda data: data.replace(b",KNH,", b",Embu,"), "rounds.csv is not that of the run"),
        ("rounds.csv", lambda data: data.replace(b",48,", b",49,"), "rounds.csv is not that of the run"),
        ("rounds.csv", lambda data: data.replace(b"\n3,", b"\n4,"), "rounds.csv is not that of the run"),
        ("rounds.csv", lambda data: data.replace(b"\n1,", b"\n0,"), "rounds.csv is not that of the run"),
        ("rounds.csv", lambda data: data.splitlines(keepends=True)[0], "rounds.csv is not that of the run"),
    ],
)
def test_a_folder_whose_files_do_not_belong_together_is_refused(tmp_path: Path, name: str, spoil, says: str):
    small_run().save(tmp_path)
    (tmp_path / name).write_bytes(spoil((tmp_path / name).read_bytes()))
    with pytest.raises(SavedRunError, match=says):
        History.load(tmp_path)


def test_rows_of_another_kind_of_outcome_are_refused(tmp_path: Path):
    levels, admissions = tmp_path / "levels", tmp_path / "admissions"
    small_run().save(levels)
    Federation.synthetic(hospitals=1, patients=100, task="mortality_in_hospital").run(rounds=1).save(admissions)
    History.load(admissions)
    rows = (levels / "rounds.csv").read_text().splitlines()
    cells = [line.split(",") for line in rows[1:]]
    silent = [",".join([*each[:4], *[""] * 6, each[-1]]) for each in cells]
    head = (admissions / "rounds.csv").read_text().splitlines()[0]
    (levels / "rounds.csv").write_text("\n".join([head, *silent]) + "\n")
    with pytest.raises(SavedRunError, match=r"rounds\.csv is not that of the run"):
        History.load(levels)


def of_one_model(which: str) -> Callable[[bytes], bytes]:
    return lambda data: b"".join(line for line in data.splitlines(keepends=True) if which.encode() not in line)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.replace(b",12.0\n", b",13.0\n"),
        lambda data: data.replace(b",12.0\n", b",\n"),
        of_one_model("global"),
    ],
)
def test_rows_without_the_runs_held_out_patients_or_its_model_are_refused(
    tmp_path: Path, spoil: Callable[[bytes], bytes]
):
    small_run().save(tmp_path)
    rows = (tmp_path / "rounds.csv").read_bytes()
    assert spoil(rows) != rows
    (tmp_path / "rounds.csv").write_bytes(spoil(rows))
    with pytest.raises(SavedRunError, match=r"rounds\.csv is not that of the run"):
        History.load(tmp_path)


def rewrite_record(folder: Path, **facts: object) -> None:
    record = json.loads((folder / "history.json").read_text()) | facts
    (folder / "history.json").write_text(json.dumps(record))


@pytest.mark.parametrize("other_examples", [48, 49])
def test_a_hospital_is_in_a_run_once(tmp_path: Path, other_examples: int):
    small_run().save(tmp_path)
    twice = [{"name": "KNH", "num_examples": number, "held_out": 12} for number in (48, other_examples)]
    rewrite_record(tmp_path, hospitals=twice)
    header, *lines = (tmp_path / "rounds.csv").read_bytes().splitlines(keepends=True)
    ours = [line for line in lines if b",KNH," in line]
    rows = [*ours, *(line.replace(b",48,", b",%d," % other_examples) for line in ours)]
    (tmp_path / "rounds.csv").write_bytes(header + b"".join(rows))
    with pytest.raises(SavedRunError, match=r"rounds\.csv is not that of the run"):
        History.load(tmp_path)


def test_a_folder_that_names_more_than_a_machine_can_hold_is_refused_at_once(tmp_path: Path):
    small_run().save(tmp_path)
    many = 3000
    hospitals = [{"name": f"H{place}", "num_examples": 48, "held_out": 12} for place in range(many)]
    rewrite_record(tmp_path, rounds=many, hospitals=hospitals)
    header, line, *_ = (tmp_path / "rounds.csv").read_text().splitlines()
    of_the_first = line.split(",", 2)[2]
    (tmp_path / "rounds.csv").write_text("\n".join([header, *(f"{n},H0,{of_the_first}" for n in range(1, many + 1))]))
    tracemalloc.start()
    try:
        with pytest.raises(SavedRunError, match=r"rounds\.csv is not that of the run"):
            History.load(tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 30 << 20, "9 million places, of which 3000 have a row"
    finally:
        tracemalloc.stop()


def test_a_model_that_would_run_code_is_refused_and_not_run(tmp_path: Path):
    small_run().save(tmp_path)
    file = io.BytesIO()
    torch.save({"layers.0.weight": Path("/nowhere")}, file)
    (tmp_path / "model.pt").write_bytes(file.getvalue())
    record = json.loads((tmp_path / "history.json").read_text()) | {"sha256": Digest.of(file.getvalue())}
    (tmp_path / "history.json").write_text(json.dumps(record))
    with pytest.raises(ModelFileError):
        History.load(tmp_path)


def test_a_model_that_was_changed_in_its_place_is_not_saved_as_the_runs(tmp_path: Path):
    history = Federation.synthetic(hospitals=1, patients=20).run(rounds=1)
    history.state["layers.0.bias"][0] += 1
    with pytest.raises(ExperimentError, match="not any more the one that this run gave"):
        history.save(tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_a_figure_shows_the_model_that_is_asked_for():
    history = small_run()
    axes = history.plot("loss", "local").axes[0]
    assert axes.get_title(loc="left") == "fedavg, 3 hospitals: the local model after each round"
    drawn = {line.get_label(): np.asarray(line.get_ydata()).tolist() for line in axes.lines}
    frame = history.frame
    assert drawn["KNH"] == frame[(frame["hospital"] == "KNH") & (frame["model"] == "local")]["loss"].tolist()
    assert history.plot().get_supxlabel() == DIAGNOSIS_COUNT.notice


def test_a_wrong_metric_is_told_with_those_that_there_are():
    with pytest.raises(ExperimentError, match="no score 'acc'") as refused:
        small_run().plot("acc")
    scores = "accuracy, macro_f1, f1_low, f1_medium, f1_high, loss, auroc, auprc, brier, calibration_in_the_large"
    assert refused.value.__notes__ == [f"Choose one of: {scores}."]


def test_without_matplotlib_a_run_says_what_to_install_and_can_be_saved(tmp_path: Path):
    script = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "from simulation import Federation\n"
        "history = Federation.synthetic(hospitals=1, patients=20).run(rounds=1)\n"
        f"history.save({str(tmp_path)!r})\n"
        "history.plot()\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert PlotsMissingError.__name__ in result.stderr
    assert result.stderr.endswith("pip install 'fl-director[plots]', or take the numbers from the frame.\n")
    assert (tmp_path / "model.pt").is_file()


def test_a_run_shows_itself_without_a_clock():
    history = small_run()
    accuracies = history.frame.query("round == 3 and model == 'global'")["accuracy"]
    assert repr(history) == (
        f"History(strategy='fedavg', rounds=3, hospitals=3, seed=0, accuracy={np.mean(accuracies):.4f}, "
        f"worst={min(accuracies):.4f}, sha256={history.sha256!r})"
    )
    page = history._repr_html_()
    assert f"<code>{history.sha256}</code>" in page
    assert "Demonstration task, not clinical" in page
    assert [page.index(name) for name in ("KUTRRH", "MTRH", "KNH")] == sorted(
        page.index(name) for name in ("KUTRRH", "MTRH", "KNH")
    )
