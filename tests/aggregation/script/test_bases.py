"""Models of several starts: each start found by its name, each model counted as its change about its own."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregation.__main__ import main
from aggregation.errors import AggregationError
from aggregation.script.bases import read_bases
from contract.artifacts.model_file import write_model
from contract.artifacts.scaler_file import write_scaler
from contract.messages.global_models import Card
from contract.names import Digest
from contract.network import State
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT
from tests.hospital_folders import OTHER_SCALER, SCALER, behind_other, last_of, model_of, state_in, write_folder

OLD, NEW = model_of((0, 0, 0)), model_of((10, 20, 30))


def base_of(state: State, scaler: ScalerState | None = SCALER) -> Digest:
    return DIAGNOSIS_COUNT.base(
        Digest.of(write_model(state, DIAGNOSIS_COUNT.layout)),
        None if scaler is None else Digest.of(write_scaler(scaler)),
    )


@pytest.fixture
def starts(tmp_path: Path) -> tuple[str, str]:
    """The older and the newer start."""
    old = write_folder(tmp_path / "start1", OLD, None)
    return str(old), str(write_folder(tmp_path / "start2", NEW, None))


@pytest.fixture
def folders(tmp_path: Path) -> list[str]:
    """KNH is late: it trained from the older start."""
    return [
        str(write_folder(tmp_path / "KNH", model_of((1, 2, 3)), 100, base=base_of(OLD))),
        str(write_folder(tmp_path / "MTRH", model_of((12, 20, 30)), 300, base=base_of(NEW))),
    ]


def averaged(folders: list[str], out: Path, *options: str) -> Path:
    assert main([*folders, *options, "--out", str(out)]) == 0
    return out


def test_a_plain_average_of_different_starts_stays_and_says_so(folders: list[str], tmp_path: Path, capsys):
    out = averaged(folders, tmp_path / "out")
    assert last_of(out) == pytest.approx(np.average([(1, 2, 3), (12, 20, 30)], axis=0, weights=(1, 3)))
    printed = capsys.readouterr()
    note, hint = printed.err.splitlines()
    assert note.startswith("note: The models were trained from different starts: ")
    assert f"KNH from {base_of(OLD)[:12]}, MTRH from {base_of(NEW)[:12]}" in note
    assert "back towards the older start" in note
    assert "--base FOLDER …" in hint
    assert "--plain" in hint
    json.loads(printed.out)


def test_plain_says_that_it_is_meant_and_changes_nothing_else(folders: list[str], tmp_path: Path, capsys):
    one, other = averaged(folders, tmp_path / "one"), averaged(folders, tmp_path / "other", "--plain")
    assert (one / "model.pt").read_bytes() == (other / "model.pt").read_bytes()
    capsys.readouterr()
    averaged(folders, tmp_path / "third", "--plain")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("base", [base_of(OLD), None], ids=["one start", "no start named"])
def test_nothing_is_said_where_the_starts_do_not_differ(base, tmp_path: Path, capsys):
    given = [str(write_folder(tmp_path / f"H{n}", model_of((n, n, 1)), 9, base=base)) for n in range(3)]
    averaged(given, tmp_path / "out")
    assert capsys.readouterr().err == ""


def test_of_many_folders_few_are_named(tmp_path: Path, capsys):
    given = [str(write_folder(tmp_path / f"H{n}", model_of((n, n, 1)), 9, base=base_of(OLD))) for n in range(9)]
    given.append(str(write_folder(tmp_path / "MTRH", NEW, 9, base=base_of(NEW))))
    given.append(str(write_folder(tmp_path / "KNH", model_of((1, 1, 2)), 9)))
    averaged(given, tmp_path / "out")
    said = capsys.readouterr().err
    assert f"H0, H1, H2, H3, H4, H5 and 3 others from {base_of(OLD)[:12]}" in said
    assert "KNH from one not named" in said


def test_each_model_counts_as_its_change_about_its_own_start(folders, starts, tmp_path: Path, capsys):
    out = averaged(folders, tmp_path / "out", "--base", starts[1], starts[0])
    # 10 20 30 moves by a quarter of KNH's (1 2 3) and three quarters of MTRH's (2 0 0)
    assert last_of(out) == pytest.approx((11.75, 20.5, 30.75))
    assert capsys.readouterr().err == ""


def test_the_result_moves_on_from_the_first_start_given(folders, starts, tmp_path: Path):
    out = averaged(folders, tmp_path / "out", "--base", starts[0], starts[1])
    assert last_of(out) == pytest.approx((1.75, 0.5, 0.75))


def test_a_hospital_that_changed_nothing_moves_nothing(starts, tmp_path: Path):
    still = str(write_folder(tmp_path / "KNH", OLD, 300, base=base_of(OLD)))
    mover = str(write_folder(tmp_path / "MTRH", model_of((14, 20, 30)), 100, base=base_of(NEW)))
    out = averaged([still, mover], tmp_path / "out", "--base", starts[1], starts[0])
    assert last_of(out) == pytest.approx((11, 20, 30))


@pytest.mark.parametrize("strategy", ["fedavg", "mean", "clip", "krum", "coordinate_median"])
@settings(max_examples=15)
@given(rows=st.lists(st.tuples(*[st.floats(-50, 50, width=32)] * 3), min_size=5, max_size=6, unique=True))
def test_where_all_trained_from_one_start_the_others_given_change_no_byte(
    strategy, rows, tmp_path_factory: pytest.TempPathFactory
):
    place = tmp_path_factory.mktemp("one-start")
    scalers = [SCALER, OTHER_SCALER]
    given = [
        str(write_folder(place / f"H{n}", model_of(row), n + 1, scalers[n % 2], base_of(NEW)))
        for n, row in enumerate(rows)
    ]
    new, old = (str(write_folder(place / name, state, None)) for name, state in (("new", NEW), ("old", OLD)))
    several = averaged(given, place / "several", "--strategy", strategy, "--base", new, old)
    alone = averaged(given, place / "alone", "--strategy", strategy, "--base", new)
    assert (several / "model.pt").read_bytes() == (alone / "model.pt").read_bytes()
    if strategy != "clip":
        plain = averaged(given, place / "plain", "--strategy", strategy)
        assert (several / "model.pt").read_bytes() == (plain / "model.pt").read_bytes()


def test_starts_and_models_behind_different_scalers_meet_behind_the_results(starts, folders, tmp_path: Path):
    plain = averaged(folders, tmp_path / "one", "--base", starts[1], starts[0], "--scaler", "KNH")
    moved = behind_other(model_of((12, 20, 30)))
    mtrh = write_folder(tmp_path / "far" / "MTRH", moved, 300, OTHER_SCALER, base_of(NEW))
    other = averaged([folders[0], str(mtrh)], tmp_path / "other", "--base", starts[1], starts[0], "--scaler", "KNH")
    for name, numbers in state_in(plain).items():
        assert state_in(other)[name] == pytest.approx(numbers, abs=1e-5)


def test_clipping_shortens_each_change_about_its_own_start(folders, starts, tmp_path: Path):
    far = str(write_folder(tmp_path / "Embu", model_of((0, 0, 1000)), 100, base=base_of(OLD)))
    out = averaged([*folders, far], tmp_path / "out", "--strategy", "clip", "--base", starts[1], starts[0])
    length = np.sqrt(14)  # the median of ‖(2 0 0)‖, ‖(1 2 3)‖ and 1000
    due = np.add((10, 20, 30), np.mean([(1, 2, 3), (2, 0, 0), (0, 0, length)], axis=0))
    assert last_of(out) == pytest.approx(due, rel=1e-6)


def test_a_start_without_a_scaler_stands_behind_each_hospitals_own(tmp_path: Path):
    start = str(write_folder(tmp_path / "start", OLD, None, scaler=None))
    newer = str(write_folder(tmp_path / "newer", NEW, None, SCALER))
    # untrained behind a scaler of its own: as a function it is another, as a change nothing
    still = str(write_folder(tmp_path / "KNH", OLD, 10, OTHER_SCALER, base_of(OLD, None)))
    mover = str(write_folder(tmp_path / "MTRH", model_of((12, 20, 30)), 10, SCALER, base_of(NEW)))
    out = averaged([still, mover], tmp_path / "out", "--base", newer, start, "--scaler", "MTRH")
    assert last_of(out) == pytest.approx((11, 20, 30))
    assert state_in(out)["layers.0.bias"] == pytest.approx(NEW["layers.0.bias"])


def test_a_start_without_a_scaler_that_is_moved_on_from_stands_as_it_is_behind_the_results(tmp_path: Path):
    start = str(write_folder(tmp_path / "start", OLD, None, scaler=None))
    older = str(write_folder(tmp_path / "older", NEW, None))
    still = str(write_folder(tmp_path / "KNH", NEW, 10, base=base_of(NEW)))
    mover = str(write_folder(tmp_path / "MTRH", model_of((2, 0, 0)), 10, OTHER_SCALER, base_of(OLD, None)))
    out = averaged([still, mover], tmp_path / "out", "--base", start, older, "--scaler", "MTRH")
    assert last_of(out) == pytest.approx((1, 0, 0))
    assert state_in(out)["layers.0.bias"] == pytest.approx(OLD["layers.0.bias"])


def refused(arguments: list[str], out: Path, capsys) -> str:
    assert main([*arguments, "--out", str(out)]) == 4
    assert not out.exists()
    error, hint = capsys.readouterr().err.splitlines()
    assert hint.strip()
    return error


def test_a_model_of_a_start_that_is_not_given_is_refused_by_name(folders, starts, tmp_path: Path, capsys):
    error = refused([*folders, "--base", starts[1]], tmp_path / "out", capsys)
    assert error.startswith(f"error: KNH was trained from {base_of(OLD)[:12]}, which is none of the starts given")
    assert f"start2 is {base_of(NEW)[:12]}" in error


def test_a_model_that_names_no_start_is_refused_where_several_are_given(folders, starts, tmp_path: Path, capsys):
    nameless = str(write_folder(tmp_path / "Embu", model_of((1, 1, 1)), 10))
    error = refused([*folders, nameless, "--base", *starts], tmp_path / "out", capsys)
    assert "Embu does not say which of the 2 starts given it was trained from" in error


def test_of_several_starts_that_nobody_names_none_is_guessed(starts, tmp_path: Path, capsys):
    stranger = str(write_folder(tmp_path / "KNH", model_of((1, 1, 1)), 10, base=Digest.of(b"another")))
    error = refused([stranger, "--base", *starts], tmp_path / "out", capsys)
    assert f"KNH was trained from {Digest.of(b'another')[:12]}" in error


def test_a_model_that_names_no_start_is_of_the_only_one_given(folders, starts, tmp_path: Path, capsys):
    nameless = str(write_folder(tmp_path / "Embu", model_of((10, 22, 30)), 300))
    out = averaged([folders[1], nameless], tmp_path / "out", "--strategy", "clip", "--base", starts[1])
    assert last_of(out) == pytest.approx((11, 21, 30))
    assert capsys.readouterr().err == ""


def test_older_folders_that_name_no_start_are_of_the_only_one_given_without_a_word(starts, tmp_path: Path, capsys):
    given = [str(write_folder(tmp_path / f"H{n}", model_of((n, n, 1)), 9)) for n in range(3)]
    averaged(given, tmp_path / "out", "--strategy", "clip", "--base", starts[0])
    assert capsys.readouterr().err == ""


def test_an_only_start_that_nobody_names_is_taken_for_all_and_that_is_said(starts, tmp_path: Path, capsys):
    moved_cuts = Digest.of(b"the same start under other cut points")
    given = [
        str(write_folder(tmp_path / name, model_of(row), 10, base=moved_cuts))
        for name, row in (("KNH", (1, 0, 0)), ("MTRH", (0, 1, 0)))
    ]
    out = averaged(given, tmp_path / "out", "--strategy", "clip", "--base", starts[0])
    assert last_of(out) == pytest.approx((0.5, 0.5, 0))
    note, hint = capsys.readouterr().err.splitlines()
    assert note.startswith(f"note: No model names start1 ({base_of(OLD)[:12]}) as its start: ")
    assert f"KNH and MTRH from {moved_cuts[:12]}" in note
    assert "cut points" in hint


def test_a_start_is_known_by_its_model_and_its_scaler(starts, tmp_path: Path):
    bare = write_folder(tmp_path / "bare", OLD, None, scaler=None)
    with_scaler, without = read_bases([Path(starts[0]), bare], DIAGNOSIS_COUNT)
    assert (with_scaler.digest, without.digest) == (base_of(OLD), base_of(OLD, None))
    assert without.scaler_sha256 is None


def test_a_start_that_can_not_be_read_is_named(starts, tmp_path: Path):
    (Path(starts[0]) / "model.pt").write_bytes(b"")
    with pytest.raises(AggregationError, match=r"^start1: "):
        read_bases([Path(starts[0])], DIAGNOSIS_COUNT)
    with pytest.raises(AggregationError, match=r"^nowhere can't be opened"):
        read_bases([tmp_path / "nowhere"], DIAGNOSIS_COUNT)


def test_the_card_names_the_starts_and_each_inputs_own(folders, starts, tmp_path: Path):
    bare = str(write_folder(tmp_path / "bare", model_of((5, 5, 5)), None, scaler=None))
    nameless = str(write_folder(tmp_path / "Embu", model_of((10, 22, 30)), 300))
    about = json.loads(
        (averaged(folders, tmp_path / "a", "--base", starts[1], starts[0], bare) / "card.json").read_text()
    )
    plain = json.loads((averaged([*folders, nameless], tmp_path / "b") / "card.json").read_text())
    assert [each["base"] for each in plain["inputs"]] == [base_of(OLD), base_of(NEW), None]
    assert plain["bases"] == []
    assert [each["base"] for each in about["inputs"]] == [base_of(OLD), base_of(NEW)]
    assert [each["base"] for each in about["bases"]] == [base_of(NEW), base_of(OLD), base_of(model_of((5, 5, 5)), None)]
    assert about["bases"][0]["model_sha256"] == Digest.of((Path(starts[1]) / "model.pt").read_bytes())
    assert about["bases"][0]["scaler_sha256"] == Digest.of((Path(starts[1]) / "scaler.pkl").read_bytes())
    assert about["bases"][2]["scaler_sha256"] is None


def test_a_card_from_before_is_read():
    digest = "0" * 64
    old = {
        "sha256": digest,
        "scaler_sha256": digest,
        "inputs": [{"model_sha256": digest, "num_examples": 1, "weight": 1}],
    }
    card = Card.model_validate_json(json.dumps(old))
    assert (card.bases, card.inputs[0].base) == ([], None)
