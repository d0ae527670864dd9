"""The log of questions: who asked which model when, and never an input."""

import errno
import json
from datetime import UTC, datetime
from pathlib import Path

from director.inference.log import InferenceLog
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_the_log_of_inferences_holds_no_input(asked: FederationSimulator):
    asked.infer_global({"inputs": {"diagnosis_count": 73219}})
    line = asked.file("logs", "inference.log").read_text().splitlines()[-1]
    assert json.loads(line)["model"]["scope"] == "global"
    assert json.loads(line)["caller"].startswith("analyst:")
    assert "73219" not in line
    assert "diagnosis_count" in line  # the task's name, so that the absence above means something


def test_the_log_of_inferences_follows_its_rotation(federation: FederationSimulator, hospital: SimulatedHospital):
    hospital.train_and_upload()
    log = federation.file("logs", "inference.log")
    hospital.infer({"diagnosis_count": 1})
    log.rename(log.with_suffix(".1"))
    federation.director._inference_log._lines._looked = 0  # a second later
    hospital.infer({"diagnosis_count": 2})
    assert [len(path.read_text().splitlines()) for path in (log.with_suffix(".1"), log)] == [1, 1]


# --- by itself --------------------------------------------------------------------------------------------------------


def test_a_line_says_who_asked_which_model_when_and_how_many_rows(tmp_path: Path):
    log = InferenceLog(tmp_path / "logs" / "inference.log")
    assert list(tmp_path.iterdir()) == []  # nothing is opened before there is something to write
    log.note(datetime(2026, 1, 1, 8, 0, tzinfo=UTC), "r1", "analyst:t1", 7, '"task":"t","model":{"version":3}')
    assert [json.loads(line) for line in (tmp_path / "logs" / "inference.log").read_text().splitlines()] == [
        {
            "at": "2026-01-01T08:00:00.000+00:00",
            "request_id": "r1",
            "caller": "analyst:t1",
            "rows": 7,
            "task": "t",
            "model": {"version": 3},
        }
    ]
    log.close()


def test_inferences_are_answered_while_their_log_takes_no_line(
    federation: FederationSimulator, hospital: SimulatedHospital, monkeypatch
):
    hospital.train_and_upload()

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("director.records.line_log.os.write", full)
        assert [hospital.infer({"diagnosis_count": 3}).status_code for _ in range(2)] == [200, 200]
    assert hospital.infer({"diagnosis_count": 3}).status_code == 200
    logged = [json.loads(line) for line in federation.file("logs", "inference.log").read_text().split("\n") if line]
    assert logged[-2]["lost_lines"] == 2
    assert logged[-1]["rows"] == 1
