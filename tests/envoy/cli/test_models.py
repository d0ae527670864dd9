"""Training and sending."""

import json
from pathlib import Path

from simulation.consortium import write_consortium
from tests.envoy.cli.joining import Run


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
