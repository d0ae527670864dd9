"""Training and sending."""

import json
from dataclasses import replace
from pathlib import Path

from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT
from simulation.consortium import write_consortium
from tests.envoy.cli.joining import Run, join
from tests.envoy.playing import PlayedDirector, playing
from tests.envoy.test_room import files_of_at_most


def test_a_parcel_is_trained_without_a_link_and_shown_before_it_is_sent(run: Run, tmp_path: Path) -> None:
    trained = run("train", "--offline", tmp_path / "parcel", "--json")
    assert (trained.exit_code, json.loads(trained.stdout)["submission"]) == (0, None)
    assert f"fl-envoy send {tmp_path / 'parcel'}" in trained.stderr
    shown = json.loads(run("send", tmp_path / "parcel", "--dry-run", "--json").stdout)
    assert shown["bytes"]["model"] == (tmp_path / "parcel" / "model.pt").stat().st_size
    assert shown["metadata"]["num_examples"] == 24
    as_text = run("send", tmp_path / "parcel", "--dry-run").stdout
    assert as_text.endswith("Nothing was sent.\n")
    assert (tmp_path / "parcel" / "training.log").read_text() in as_text


def test_too_few_patients_end_a_command_with_6(run: Run, tmp_path: Path) -> None:
    (few,) = write_consortium(tmp_path, hospitals=1, patients=5, seed=1)
    assert run("train", "--offline", tmp_path / "parcel", "--data", few).exit_code == 6


def test_statistics_go_before_the_start_is_fetched_and_only_when_their_number_changed(run: Run, tmp_path: Path) -> None:
    merged = ScalerState.from_moments(100, (9.0,), (9000.0,))
    with playing(PlayedDirector(after_statistics=merged)) as director:
        join(run, director.url)
        trained = json.loads(run("train", "--json").stdout)
        order = [each.path.split("?")[0] for each in director.asked if "start" in each.path or each.method == "POST"]
        assert order == ["/join", "/statistics/KNH", "/tasks/diagnosis_count/start", "/upload/KNH"]
        assert trained["statistics"]["num_examples"] == 24
        assert trained["start"] is not None, "it trained behind the scaler that its own statistics made"
        assert json.loads(run("train", "--json").stdout)["statistics"] is None
        (more,) = write_consortium(tmp_path / "more", hospitals=1, patients=35, seed=1)
        assert "Statistics of 28 patients are with the director" in run("train", "--data", more).stdout
        assert director.paths("POST").count("/statistics/KNH") == 2


def test_what_was_sent_by_its_own_command_is_not_sent_again(run: Run) -> None:
    with playing() as director:
        join(run, director.url)
        run("statistics")
        run("train")
        assert director.paths("POST") == ["/join", "/statistics/KNH", "/upload/KNH"]


def test_a_dry_run_shows_the_statistics_that_would_go_first(run: Run) -> None:
    with playing() as director:
        join(run, director.url)
        shown = json.loads(run("train", "--dry-run", "--json").stdout)
        assert shown["statistics"]["num_examples"] == 24
        assert str(shown["statistics"]["mean"][0]) in run("train", "--dry-run").stdout
        assert director.paths("POST") == ["/join"]
        run("train")
        assert json.loads(run("train", "--dry-run", "--json").stdout)["statistics"] is None
        assert json.loads(director.only("/statistics/KNH").body) == shown["statistics"]


def test_a_wrong_option_is_told_before_anything_left(run: Run) -> None:
    with playing() as director:
        join(run, director.url)
        assert run("train", "--scaler", "mine").exit_code == 2
        assert director.paths("POST") == ["/join"]


def test_what_a_folder_holds_beside_the_label_stays_at_the_hospital(run: Run, tmp_path: Path) -> None:
    run("train", "--offline", tmp_path / "parcel")
    file = tmp_path / "parcel" / "metadata.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "patients": [10000032]}))
    shown = run("send", tmp_path / "parcel", "--dry-run")
    assert (shown.exit_code, "10000032" in shown.stdout) == (0, False)
    with playing() as director:
        join(run, director.url)
        assert run("send", tmp_path / "parcel").exit_code == 0
        assert b"10000032" not in director.only("/upload/KNH").body


def test_a_parcel_that_the_director_would_refuse_is_not_sent(run: Run, tmp_path: Path) -> None:
    run("train", "--offline", tmp_path / "parcel")
    (tmp_path / "parcel" / "training.log").write_bytes(b"\x80")
    with playing() as director:
        join(run, director.url)
        for options in ([], ["--dry-run"]):
            assert run("send", tmp_path / "parcel", *options).exit_code == 5
        director.task = replace(DIAGNOSIS_COUNT, cut_points=(3.0, 9.0))
        assert run("send", tmp_path / "parcel").exit_code == 6
        assert director.paths("POST") == ["/join"]


def test_training_over_a_parcel_that_was_not_sent_asks(run: Run, tmp_path: Path) -> None:
    parcel = tmp_path / "parcel"
    run("train", "--offline", parcel)
    first = (parcel / "model.pt").read_bytes()
    asked = run("train", "--offline", parcel, "--seed", "3")
    assert (asked.exit_code, "was not sent" in asked.stderr, "--yes" in asked.stderr) == (2, True, True)
    assert (parcel / "model.pt").read_bytes() == first
    assert run("train", "--offline", parcel, "--seed", "3", "--yes").exit_code == 0
    assert (parcel / "model.pt").read_bytes() != first
    with playing() as director:
        join(run, director.url)
        run("send", parcel)
    assert run("train", "--offline", parcel).exit_code == 0, "what was sent is not lost"


def test_training_into_a_folder_of_others_is_refused_before_anything_is_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "letter.txt").write_text("Dear all")
    ended = run("train", "--offline", tmp_path / "letters", "--data", "nowhere", "--yes")
    assert (ended.exit_code, "letter.txt" in ended.stderr) == (2, True)
    assert [each.name for each in (tmp_path / "letters").iterdir()] == ["letter.txt"]


def test_a_home_without_room_is_told_before_anything_is_trained(run: Run, tmp_path: Path) -> None:
    with playing() as director:
        join(run, director.url)
        with files_of_at_most(80_000):
            ended = run("train")
    assert (ended.exit_code, "ENVOY_HOME names" in ended.stderr, "nothing can be kept" in ended.stderr) == (
        2,
        True,
        True,
    )
    assert director.paths("POST") == ["/join"]
