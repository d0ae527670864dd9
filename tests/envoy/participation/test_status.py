"""The status file."""

from datetime import UTC, datetime
from pathlib import Path

from envoy.participation.status import Status, read_status, write_status

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    status = Status(state="training", since=NOW, run=1, round=7, number=2, rounds=10, closes_at=NOW, last_error="No.")
    write_status(tmp_path / "home", status)
    assert read_status(tmp_path / "home") == status
    assert [each.name for each in (tmp_path / "home").iterdir()] == ["status.json"]


def test_none_and_one_of_another_version_say_nothing(tmp_path: Path) -> None:
    assert read_status(tmp_path) is None
    (tmp_path / "status.json").write_text('{"state": "dancing"}')
    assert read_status(tmp_path) is None
