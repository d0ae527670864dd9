"""A log of lines: many write it, it may be moved away, and the disk may refuse."""

import errno
import json
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from director.records.line_log import LineLog

NOW = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)


def note(log: LineLog, said: str) -> None:
    log.write(NOW, json.dumps({"said": said}) + "\n")


def said(path: Path) -> list[str]:
    return [json.loads(line)["said"] for line in path.read_text().splitlines() if line]


def test_nothing_is_opened_before_there_is_something_to_write(tmp_path: Path):
    log = LineLog(tmp_path / "logs" / "some.log")
    assert list(tmp_path.iterdir()) == []
    note(log, "one")
    assert said(tmp_path / "logs" / "some.log") == ["one"]
    log.close()


def test_two_logs_on_one_file_mix_no_lines(tmp_path: Path):
    logs = [LineLog(tmp_path / "some.log") for _ in range(2)]

    def note_many(log: LineLog) -> None:
        for number in range(200):
            note(log, f"r{number}")

    threads = [threading.Thread(target=note_many, args=(log,)) for log in logs for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said(tmp_path / "some.log")) == 800


def test_lines_that_the_disk_did_not_take_are_counted_and_half_a_line_spoils_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    log, write = LineLog(tmp_path / "some.log"), os.write

    def half(descriptor: int, data: bytes) -> int:
        return write(descriptor, data[:12])

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    note(log, "first")
    for refuses in (half, full):
        with monkeypatch.context() as patched:
            patched.setattr("director.records.line_log.os.write", refuses)
            log.write(NOW, '{"said": "lost"}\n{"said": "too"}\n', 2)
    note(log, "last")
    first, cut, lost, last = [line for line in (tmp_path / "some.log").read_text().splitlines() if line]
    assert cut == '{"said": "lo'
    assert json.loads(lost) == {"at": "2026-01-01T08:00:00.000+00:00", "lost_lines": 4}
    assert (json.loads(first)["said"], json.loads(last)["said"]) == ("first", "last")
    log.close()


def test_a_file_that_was_removed_or_renamed_is_opened_anew(tmp_path: Path):
    path = tmp_path / "some.log"
    log = LineLog(path)
    note(log, "one")
    path.rename(tmp_path / "older.log")
    note(log, "two")  # within the second it still goes to the file that was renamed
    log._looked = 0
    note(log, "three")
    path.unlink()
    log._looked = 0
    note(log, "four")
    assert said(tmp_path / "older.log") == ["one", "two"]
    assert said(path) == ["four"]
    log.close()
    log.close()  # again is no error


def test_a_log_with_a_bound_keeps_one_older_file_and_no_more(tmp_path: Path):
    log, path = LineLog(tmp_path / "some.log", max_bytes=100), tmp_path / "some.log"
    for number in range(40):
        log._looked = 0  # a second later
        note(log, f"line {number}")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["some.log", "some.log.1"]
    assert max(each.stat().st_size for each in tmp_path.iterdir()) < 200
    assert [*said(path.with_name("some.log.1")), *said(path)][-1] == "line 39"
    log.close()


def test_a_log_without_a_bound_is_left_to_whoever_rotates_it(tmp_path: Path):
    log = LineLog(tmp_path / "some.log")
    for number in range(40):
        log._looked = 0
        note(log, f"line {number}")
    assert [each.name for each in tmp_path.iterdir()] == ["some.log"]
    log.close()
