"""Files that appear whole or not at all, and the disk's faults in words."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from director.errors import StorageError, StorageFullError
from director.records.files import half_written_below, half_written_name, replace_whole, storage_faults_named


def failing(*parts: bytes) -> Iterator[bytes]:
    yield from parts
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_file_is_replaced_whole(tmp_path: Path):
    path = tmp_path / "model.pt"
    for text in (b"the first", b"2nd"):
        replace_whole(path, [text[:2], text[2:]])
        assert path.read_bytes() == text
    assert list(tmp_path.iterdir()) == [path]


def test_whoever_reads_the_old_file_reads_it_to_its_end(tmp_path: Path):
    path = tmp_path / "model.pt"
    replace_whole(path, [b"the old one"])
    with path.open("rb", buffering=0) as reader:
        assert reader.read(4) == b"the "
        replace_whole(path, [b"another"])
        assert reader.read() == b"old one"
    assert path.read_bytes() == b"another"


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path):
    path = tmp_path / "model.pt"
    path.write_bytes(b"the old one")
    with pytest.raises(OSError, match="No space"):
        replace_whole(path, failing(b"half of the n"))
    assert path.read_bytes() == b"the old one"
    assert list(tmp_path.iterdir()) == [path]


def test_the_bytes_are_synced_before_they_have_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path, fsync = tmp_path / "model.pt", os.fsync
    synced: list[bool] = []

    def noted(descriptor: int) -> None:
        synced.append(path.exists())
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    replace_whole(path, [b"new"])
    assert synced == [False]


def test_what_a_killed_process_left_is_found_below_a_folder_and_nothing_else(tmp_path: Path):
    (tmp_path / "KNH").mkdir()
    whole = tmp_path / "KNH" / "model.pt"
    left = [half_written_name(whole), half_written_name(whole), half_written_name(tmp_path / "audit.head")]
    assert len(set(left)) == 3
    for path in (whole, tmp_path / ".model.pt", tmp_path / "arriving", *left):
        path.write_bytes(b"")
    assert half_written_below(tmp_path) == sorted(left)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, StorageFullError),
        (errno.EDQUOT, StorageFullError),
        (errno.EIO, StorageError),
        (errno.EACCES, StorageError),
        (errno.EROFS, StorageError),
    ],
)
def test_a_fault_of_the_disk_says_what_to_do(number: int, kind: type[StorageError]):
    with pytest.raises(StorageError) as refused, storage_faults_named():
        raise OSError(number, "as the system says")
    assert type(refused.value) is kind
    assert refused.value.hint
    assert "nothing was changed" in refused.value.sentence
