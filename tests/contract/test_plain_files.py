"""Whatever stands in a file's place is read within a bound or refused in a sentence; nobody waits for it."""

import os
import resource
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from contract.errors import ArtifactError
from contract.plain_files import open_plain, read_bounded

CAP = 1000


def open_files() -> int:
    """Count this process's; 0 where the system does not tell."""
    table = Path("/proc/self/fd")
    return len(list(table.iterdir())) if table.exists() else 0


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(path.parent)  # a socket's path may have about 100 characters
        try:
            listener.bind(path.name)
        finally:
            os.chdir(here)


def make_link_to_pipe(path: Path) -> None:
    os.mkfifo(f"{path}.fifo")
    path.symlink_to(f"{path}.fifo")


def make_large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(50 * 2**30)


OTHERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a pipe": (os.mkfifo, "is a pipe"),
    "a link to a device without an end": (lambda path: path.symlink_to("/dev/zero"), "is a device"),
    "a link to a pipe": (make_link_to_pipe, "is a pipe"),
    "a folder": (Path.mkdir, "is a folder"),
    "a socket": (make_socket, "is a socket"),
    "a file of 50 GB": (make_large, "is larger than 1,000 bytes"),
    "a file of one byte too many": (lambda path: path.write_bytes(b"x" * (CAP + 1)), "is larger than 1,000 bytes"),
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize(("make", "said"), OTHERS.values(), ids=OTHERS)
def test_what_is_no_file_of_that_size_is_refused_at_once(make, said: str, tmp_path: Path):
    path = tmp_path / "model.pt"
    make(path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # KiB
    with pytest.raises(ArtifactError, match=rf"^model.pt {said}") as refused:
        read_bounded(path, CAP)
    assert refused.value.hint
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


@pytest.mark.parametrize("size", [0, 1, CAP - 1, CAP])
def test_a_file_within_the_bound_is_read_whole(size: int, tmp_path: Path):
    path = tmp_path / "model.pt"
    path.write_bytes(os.urandom(size))
    assert read_bounded(path, CAP) == path.read_bytes()
    assert read_bounded(str(path), CAP) == path.read_bytes()


def test_a_link_to_a_file_is_read(tmp_path: Path):
    (tmp_path / "far.pt").write_bytes(b"model")
    (tmp_path / "model.pt").symlink_to("far.pt")
    assert read_bounded(tmp_path / "model.pt", CAP) == b"model"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_a_file_that_tells_no_size_is_read_up_to_the_bound():
    assert read_bounded("/proc/self/status", 2**20).startswith(b"Name:")
    with pytest.raises(ArtifactError, match="larger than 10 bytes"):
        read_bounded("/proc/self/status", 10)


@pytest.mark.timeout(20)
def test_a_pipe_that_takes_the_place_between_the_look_and_the_opening_is_refused(tmp_path: Path, monkeypatch):
    path = tmp_path / "model.pt"
    path.write_bytes(b"model")
    look = os.stat

    def look_and_swap(*arguments, **keywords):
        found = look(*arguments, **keywords)
        path.unlink()
        os.mkfifo(path)
        return found

    before = open_files()
    with monkeypatch.context() as patched:
        patched.setattr(os, "stat", look_and_swap)
        with pytest.raises(ArtifactError, match="is a pipe") as refused:
            read_bounded(path, CAP)
    assert open_files() == before  # while the error, and with it each frame, is still held
    assert refused.value.hint


def test_what_is_too_large_is_not_read_up_to_the_bound(tmp_path: Path):
    make_large(tmp_path / "model.pt")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # KiB
    with pytest.raises(ArtifactError, match=r"is larger than 1,073,741,824 bytes"):
        read_bounded(tmp_path / "model.pt", 2**30)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


def test_nothing_there_and_an_impossible_name_are_told_apart(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        read_bounded(tmp_path / "model.pt", CAP)
    with pytest.raises(ArtifactError, match=r"^mod\\x00el.pt can't be the name of a file"):
        read_bounded(f"{tmp_path}/mod\0el.pt", CAP)


def test_a_name_can_not_steer_the_terminal(tmp_path: Path):
    path = tmp_path / "\x1b[2Jmodel\u202e.pt"
    path.mkdir()
    with pytest.raises(ArtifactError, match=r"^\\x1b\[2Jmodel\\u202e.pt is a folder"):
        read_bounded(path, CAP)


def test_a_refused_file_is_not_left_open(tmp_path: Path):
    path = tmp_path / "model.pt"
    path.write_bytes(b"x" * (CAP + 1))
    before = open_files()
    with pytest.raises(ArtifactError) as refused:
        read_bounded(path, CAP)
    assert open_files() == before
    assert refused.value.hint


def test_a_plain_file_is_opened_where_it_stands(tmp_path: Path):
    (tmp_path / "model.pt").write_bytes(b"0123456789")
    with open_plain(tmp_path / "model.pt") as file:
        file.seek(4)
        assert file.read(3) == b"456"
