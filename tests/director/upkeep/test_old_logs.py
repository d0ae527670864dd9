"""Logs go by their age: no line before half of the period is over, and none stays beyond the whole of it."""

import gzip
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from director.retention_settings import NO_PERIODS, RetentionSettings
from director.upkeep.old_logs import OldLogs, let_go, old_logs

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def write(path: Path, *days_ago: float, text: bytes | None = None) -> Path:
    """Write a line of each age, the last one last."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({"at": (NOW - timedelta(days=each)).isoformat(), "event": "e"}) + "\n" for each in days_ago]
    path.write_bytes("".join(lines).encode() if text is None else text)
    last = (NOW - timedelta(days=days_ago[-1])).timestamp()
    os.utime(path, (last, last))
    return path


def pruned(folder: Path, days: int, now: datetime = NOW, **more: int) -> OldLogs:
    found = old_logs(folder, NO_PERIODS.model_copy(update={"log_days": days, **more}), now)
    let_go(folder, found)
    return found


def test_a_log_that_began_long_ago_is_set_aside_and_what_was_written_to_long_ago_goes(tmp_path: Path):
    long, fresh = write(tmp_path / "director.log", 60, 1), write(tmp_path / "inference.log", 49, 1)
    silent = write(tmp_path / "training" / "KNH.log", 300, 51)
    before = write(tmp_path / "director.log.1", 120, 60)
    packed = tmp_path / "access.log-20260101-1.gz"
    packed.write_bytes(gzip.compress(b"{}\n"))
    os.utime(packed, ((NOW - timedelta(days=51)).timestamp(),) * 2)
    newer = write(tmp_path / "access.log-20260501-2", 55, 49)
    found = pruned(tmp_path, 100)
    assert (set(found.gone), found.aside, found.went) == (
        {silent, before, packed},
        (long,),
        {"log_days": 3, "training_logs": 1},
    )
    assert {each.name for each in tmp_path.rglob("*.*") if each.suffix != ".lock"} == {
        "director.log.1", fresh.name, newer.name,
    }  # fmt: skip
    assert pruned(tmp_path, 100) == OldLogs()


def test_a_line_stays_half_of_the_period_and_no_longer_than_the_whole(tmp_path: Path):
    log, days = tmp_path / "director.log", 10
    for day in range(60):
        at = NOW + timedelta(days=day)
        with log.open("a") as file:
            file.write(json.dumps({"at": at.isoformat()}) + "\n")
        os.utime(log, (at.timestamp(),) * 2)
        pruned(tmp_path, days, at + timedelta(hours=1))
        lines = [line for each in tmp_path.glob("director.log*") for line in each.read_text().splitlines()]
        kept = {(at - datetime.fromisoformat(json.loads(line)["at"])).days for line in lines}
        assert set(range(min(day + 1, days // 2))) <= kept
        assert max(kept) < days


@pytest.mark.parametrize("head", [b"no line of ours\n", b'\n{"at":', b"[]\n{}\n", b'{"at": 7}\n'])
def test_a_log_whose_lines_tell_no_moment_is_as_old_as_its_last_one(tmp_path: Path, head: bytes):
    write(tmp_path / "director.log", 1, text=head)
    assert pruned(tmp_path, 100) == OldLogs()
    write(tmp_path / "director.log", 1, text=b'{"cut\n{"at": "2026-01-01T00:00:00"}\n')  # without a zone: UTC
    assert pruned(tmp_path, 100).aside == (tmp_path / "director.log",)


@pytest.mark.parametrize(("days", "of_training"), [(0, 10), (100, 10), (10, 100), (10, 0)])
def test_training_logs_stay_here_no_longer_than_the_uploads_own(tmp_path: Path, days: int, of_training: int):
    general, of_hospital = write(tmp_path / "director.log", 8, 1), write(tmp_path / "training" / "KNH.log", 8, 6)
    found = pruned(tmp_path, days, training_log_days=of_training)
    assert (found.gone, of_hospital.exists()) == ((of_hospital,), False)
    assert found.aside == ((general,) if days == 10 else ())


def test_no_period_no_other_file_and_no_link_to_one_is_touched(tmp_path: Path):
    write(tmp_path / "director.log", 900, 800)
    assert pruned(tmp_path, 0) == OldLogs()
    mine = write(tmp_path / "notes.txt", 900)
    (tmp_path / "director.log.1").symlink_to(mine)
    write(tmp_path / "director.log", 1)
    assert pruned(tmp_path, 10) == OldLogs()
    assert pruned(tmp_path / "nowhere", 10) == OldLogs()
    assert mine.exists()


def test_one_that_is_rotated_at_this_moment_is_left_alone(tmp_path: Path):
    found = old_logs(tmp_path, RetentionSettings(), NOW)
    assert found == OldLogs()
    gone = OldLogs(gone=(tmp_path / "director.log.1",), aside=(tmp_path / "director.log",))
    let_go(tmp_path, gone)
    assert list(tmp_path.glob("director*")) == []
