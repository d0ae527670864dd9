"""Files of the home, written whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from envoy.kept_files import write_whole


def test_a_file_takes_the_place_of_the_one_before_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "home" / "a.json"
    write_whole(path, b"one")
    write_whole(path, b"two", lasting=False)
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["a.json"]


def test_one_that_could_not_be_written_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    write_whole(path, b"one")

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"two")
    assert path.read_bytes() == b"one"
