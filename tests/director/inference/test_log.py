"""The log of questions: who asked which model when, and never an input."""

import errno
import json
import os
import threading
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
    federation.director._inference_log._looked = 0  # a second later
    hospital.infer({"diagnosis_count": 2})
    assert [len(path.read_text().splitlines()) for path in (log.with_suffix(".1"), log)] == [1, 1]


# --- by itself --------------------------------------------------------------------------------------------------------

NOW = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)


def note(log: InferenceLog, request: str = "r1", rows: int = 1) -> None:
    log.note(NOW, request, "analyst:t1", rows, '"task":"t","model":{"version":3}')


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines() if line]


def test_a_line_says_who_asked_which_model_when_and_how_many_rows(tmp_path: Path):
    log = InferenceLog(tmp_path / "logs" / "inference.log")
    assert list(tmp_path.iterdir()) == []  # nothing is opened before there is something to write
    note(log, rows=7)
    assert lines(tmp_path / "logs" / "inference.log") == [
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


def test_two_logs_on_one_file_mix_no_lines(tmp_path: Path):
    logs = [InferenceLog(tmp_path / "inference.log") for _ in range(2)]

    def note_many(log: InferenceLog) -> None:
        for number in range(200):
            note(log, f"r{number}")

    threads = [threading.Thread(target=note_many, args=(log,)) for log in logs for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lines(tmp_path / "inference.log")) == 800


def test_lines_that_the_disk_did_not_take_are_counted_and_half_a_line_spoils_no_other(tmp_path: Path, monkeypatch):
    log, write = InferenceLog(tmp_path / "inference.log"), os.write

    def half(descriptor: int, data: bytes) -> int:
        return write(descriptor, data[:20])

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    note(log, "first")
    for refuses in (half, full):
        with monkeypatch.context() as patched:
            patched.setattr("director.inference.log.os.write", refuses)
            note(log, "lost")
    note(log, "last")
    first, cut, lost, last = [line for line in (tmp_path / "inference.log").read_text().splitlines() if line]
    assert cut == '{"at":"2026-01-01T08'
    assert json.loads(lost)["lost_lines"] == 2
    assert (json.loads(first)["request_id"], json.loads(last)["request_id"]) == ("first", "last")
    log.close()


def test_a_file_that_was_removed_or_renamed_is_opened_anew(tmp_path: Path):
    path = tmp_path / "inference.log"
    log = InferenceLog(path)
    note(log, "one")
    path.rename(tmp_path / "older.log")
    note(log, "two")  # within the second it still goes to the file that was renamed
    log._looked = 0
    note(log, "three")
    path.unlink()
    log._looked = 0
    note(log, "four")
    assert [line["request_id"] for line in lines(tmp_path / "older.log")] == ["one", "two"]
    assert [line["request_id"] for line in lines(path)] == ["four"]
    log.close()
    log.close()  # again is no error


def test_inferences_are_answered_while_their_log_takes_no_line(
    federation: FederationSimulator, hospital: SimulatedHospital, monkeypatch
):
    hospital.train_and_upload()

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("director.inference.log.os.write", full)
        assert [hospital.infer({"diagnosis_count": 3}).status_code for _ in range(2)] == [200, 200]
    assert hospital.infer({"diagnosis_count": 3}).status_code == 200
    logged = [json.loads(line) for line in federation.file("logs", "inference.log").read_text().split("\n") if line]
    assert logged[-2]["lost_lines"] == 2
    assert logged[-1]["rows"] == 1
