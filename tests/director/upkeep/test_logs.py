"""The logs: one JSON object a line, whatever stands in it, and nothing of a patient's."""

import errno
import json
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from contract.file_lock import locks
from contract.names import Digest, EnvoyName, TaskName
from contract.tasks import DIAGNOSIS_COUNT
from director.errors import StorageFullError
from director.records.blobs import BlobStore
from director.records.events import Event, Told, UnreadEvent
from director.submissions.events import UploadAdmitted, UploadQuarantined, UploadRejected
from director.upkeep.events import BackupRestored
from director.upkeep.logs import DIRECTOR_LOG, EventLog, JsonLines, TrainingLogs, bound_logs, logging_to
from tests.federation_simulator import FederationSimulator, SimulatedHospital

NOW = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)
NO_ROWS = Session()
SECOND_LINE = 'x\n{"event": "token.issue", "actor": "admin:forged"}\r\x1b[2J\u2028'


def told(event: Event, seq: int = 7, actor: str = "hospital:KNH:t1") -> Told:
    return Told(seq, NOW, actor, event)


def lines_of(folder: Path, *events: Told) -> list[dict]:
    EventLog(folder).read(NO_ROWS, events)
    written = (folder / DIRECTOR_LOG).read_bytes()
    assert written.endswith(b"\n")
    return [json.loads(line) for line in written.decode().splitlines()]


def admitted(version: int, **files: Digest) -> UploadAdmitted:
    return UploadAdmitted(
        envoy=EnvoyName("KNH"), submission="5ab0", task=DIAGNOSIS_COUNT.name, version=version, files=files
    )


def test_an_act_is_one_line_that_says_when_what_and_who(tmp_path: Path):
    (line,) = lines_of(tmp_path, told(admitted(3, model=Digest("a" * 64))))
    assert line == {
        "at": "2026-01-01T08:00:00.000+00:00",
        "level": "info",
        "logger": "director.acts",
        "event": "upload.admit",
        "seq": 7,
        "actor": "hospital:KNH:t1",
        "envoy": "KNH",
        "submission": "5ab0",
        "task": "diagnosis_count",
        "version": 3,
        "files": {"model": "a" * 64},
    }


def test_every_line_of_a_federations_life_has_the_same_five_members(
    federation: FederationSimulator, liar: SimulatedHospital
):
    federation.aggregate()
    spoilt = liar.parcel(9)
    spoilt.model = b"x"
    assert liar.upload(spoilt).status_code == 422
    lines = federation.log_lines()
    assert all({"at", "level", "event", "seq", "actor"} < set(line) for line in lines)
    assert {line["event"] for line in lines if line["level"] == "warning"} == {"upload.reject", "upload.quarantine"}
    assert {line["level"] for line in lines} == {"info", "warning"}


def test_what_is_refused_or_held_back_is_a_warning(tmp_path: Path):
    rejected = UploadRejected(envoy=EnvoyName("KNH"), submission="5ab0", code="layout_mismatch")
    held = UploadQuarantined(
        envoy=EnvoyName("KNH"), submission="5ab0", task=TaskName("t"), version=1, failed=("update_norm",)
    )
    lines = lines_of(tmp_path, told(rejected), told(held), told(admitted(1)))
    assert [line["level"] for line in lines] == ["warning", "warning", "info"]


def test_lines_are_appended_and_never_written_anew(tmp_path: Path):
    lines_of(tmp_path / "logs", told(admitted(1), seq=1))
    assert [line["seq"] for line in lines_of(tmp_path / "logs", told(admitted(2), seq=2))] == [1, 2]


def test_no_text_in_an_event_begins_a_line_of_its_own(tmp_path: Path):
    unread = UnreadEvent(name=SECOND_LINE, of=SECOND_LINE, said={SECOND_LINE: SECOND_LINE})
    (line,) = lines_of(tmp_path, told(unread, actor=SECOND_LINE))
    assert (line["event"], line["subject"], line["actor"], line[SECOND_LINE]) == (SECOND_LINE,) * 4
    assert (tmp_path / DIRECTOR_LOG).read_text().rstrip("\n").isprintable()


@pytest.mark.parametrize(
    "event",
    [
        UnreadEvent(name="token.suspend", of="x", said={"seq": 1, "actor": "forged", "at": 0, "level": "debug"}),
        BackupRestored(seq=3, digest=Digest("a" * 64)),
    ],
    ids=["an unknown act", "a restored backup, which has a seq of its own"],
)
def test_an_events_facts_do_not_take_the_place_of_its_own_seq_and_actor(tmp_path: Path, event: Event):
    (line,) = lines_of(tmp_path, told(event))
    assert (line["seq"], line["actor"], line["level"]) == (7, "hospital:KNH:t1", "info")
    assert line["at"].startswith("2026-01-01T08:00")


# --- what a hospital's training said ----------------------------------------------------------------------------------


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    store = BlobStore(tmp_path / "blobs")
    store.prepare()
    return store


def test_a_training_log_stands_under_a_line_that_names_its_version(tmp_path: Path, blobs: BlobStore):
    log, _ = blobs.keep(b'{"epoch": 1}\n{"epoch": 2}')  # the last line not ended
    uploads = [told(admitted(1, log=log)), told(admitted(2)), told(admitted(3, log=log))]
    TrainingLogs(tmp_path, blobs).read(NO_ROWS, uploads)
    lines = [json.loads(line) for line in (tmp_path / "training" / "KNH.log").read_text().splitlines()]
    assert [line.get("version", line.get("epoch")) for line in lines] == [1, 1, 2, 2, 3, 1, 2]
    assert lines[0] == {
        "event": "admitted", "at": "2026-01-01 08:00:00+00:00", "task": "diagnosis_count", "version": 1,
        "submission": "5ab0",
    }  # fmt: skip


def test_only_what_was_admitted_has_a_training_log(tmp_path: Path, blobs: BlobStore):
    rejected = UploadRejected(envoy=EnvoyName("KNH"), submission="5ab0", code="layout_mismatch")
    TrainingLogs(tmp_path, blobs).read(NO_ROWS, [told(rejected)])
    assert not (tmp_path / "training").exists()


def test_a_damaged_training_log_is_not_appended_and_holds_up_no_other(tmp_path: Path, blobs: BlobStore):
    whole = admitted(2, log=blobs.keep(b"{}\n")[0])
    logs = TrainingLogs(tmp_path, blobs)
    assert logs.read(NO_ROWS, [told(admitted(1, log=Digest("a" * 64)), seq=1), told(whole, seq=2)]) == 2
    headings = [json.loads(line).get("version") for line in (tmp_path / "training" / "KNH.log").open()]
    assert headings == [2, None]


def test_what_the_disk_takes_of_several_training_logs_is_not_written_again(
    tmp_path: Path, blobs: BlobStore, monkeypatch: pytest.MonkeyPatch
):
    logs, open_it = TrainingLogs(tmp_path, blobs), Path.open
    batch = [told(admitted(version, log=blobs.keep(b"{}\n")[0]), seq=version) for version in (1, 2, 3)]
    opened = []

    def full_at_the_second(path: Path, *arguments: Any, **more: Any):
        if path.parent.name == "training":
            opened.append(path)
            if len(opened) == 2:
                raise OSError(errno.ENOSPC, "No space left on device")
        return open_it(path, *arguments, **more)

    monkeypatch.setattr(Path, "open", full_at_the_second)
    assert logs.read(NO_ROWS, batch) == 1  # the place from where it is told again
    assert logs.read(NO_ROWS, batch[1:]) == 3
    opened.clear()
    opened.append(Path())
    with pytest.raises(StorageFullError):
        logs.read(NO_ROWS, batch)
    headings = [json.loads(line).get("version") for line in open_it(tmp_path / "training" / "KNH.log")]
    assert headings == [1, None, 2, None, 3, None]


# --- what the program itself says -------------------------------------------------------------------------------------


def test_the_programs_own_lines_hold_their_facts_and_a_traceback_in_one_line(tmp_path: Path):
    try:
        raise ValueError(SECOND_LINE)
    except ValueError:
        record = logging.LogRecord("director.x", logging.ERROR, "x.py", 1, SECOND_LINE, None, sys.exc_info())
    record.facts = {"file": SECOND_LINE}
    text = JsonLines().format(record)
    assert text.isprintable()
    line = json.loads(text)
    assert (line["level"], line["logger"], line["event"], line["file"]) == (
        "error", "director.x", SECOND_LINE, SECOND_LINE,
    )  # fmt: skip
    assert "ValueError" in line["traceback"]


def test_the_program_writes_to_the_log_while_the_block_runs_and_follows_its_rotation(tmp_path: Path):
    logger = logging.getLogger("director.somewhere")
    with logging_to(tmp_path / "logs"):
        logger.info("one")
        (tmp_path / "logs" / DIRECTOR_LOG).rename(tmp_path / "logs" / "older.log")
        logger.info("two")
    logger.info("three")
    assert [
        [json.loads(line)["event"] for line in (tmp_path / "logs" / name).read_text().splitlines()]
        for name in ("older.log", DIRECTOR_LOG)
    ] == [["one"], ["two"]]


def test_a_log_that_is_too_large_is_set_aside_and_begun_anew_without_a_line_lost(tmp_path: Path):
    (tmp_path / "training").mkdir()
    large, small, training = tmp_path / DIRECTOR_LOG, tmp_path / "inference.log", tmp_path / "training" / "KNH.log"
    large.write_bytes(b"x" * 101)
    small.write_bytes(b"y" * 100)
    training.write_bytes(b"z" * 500)
    bound_logs(tmp_path, 100)
    assert (tmp_path / f"{DIRECTOR_LOG}.1").read_bytes() == b"x" * 101
    assert (tmp_path / "training" / "KNH.log.1").read_bytes() == b"z" * 500
    assert small.read_bytes() == b"y" * 100
    assert not large.exists()
    assert len(lines_of(tmp_path, told(admitted(3)))) == 1
    large.write_bytes(b"w" * 101)
    bound_logs(tmp_path, 100)
    assert (tmp_path / f"{DIRECTOR_LOG}.1").read_bytes() == b"w" * 101  # one is kept


def test_two_workers_do_not_set_a_log_aside_twice(tmp_path: Path):
    large = tmp_path / DIRECTOR_LOG
    large.write_bytes(b"x" * 101)
    with (tmp_path / "turning.lock").open("ab") as of_another:
        assert locks(of_another)
        bound_logs(tmp_path, 100)
        assert large.stat().st_size == 101
    bound_logs(tmp_path, 100)
    assert not large.exists()
