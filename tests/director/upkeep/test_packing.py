"""A copy as one stream: what it holds comes out as it went in, and nothing comes out anywhere else."""

import io
import tarfile
from pathlib import Path

import pytest

from contract.names import Digest
from director.errors import DamagedArtifactError
from director.upkeep.packing import DigestedStream, pack, unpack

FILES = [(Digest.of(data), data) for data in (b"", b"one", b"two" * 1000)]


def packed(folder: Path) -> tuple[bytes, Digest]:
    (folder / "rows").write_bytes(b"rows" * 5000)
    stream = io.BytesIO()
    digested = DigestedStream(stream)
    pack(digested, b"{}", folder / "rows", FILES)
    return stream.getvalue(), digested.digest


def test_what_was_packed_is_unpacked_and_its_digest_is_that_of_the_stream(tmp_path: Path) -> None:
    stream, digest = packed(tmp_path)
    assert digest == Digest.of(stream)
    unpack(io.BytesIO(stream), tmp_path / "out")
    found = {
        path.relative_to(tmp_path / "out").as_posix(): path.read_bytes()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    }
    blobs = {f"blobs/{digest[:2]}/{digest}": data for digest, data in FILES}
    assert found == {"manifest.json": b"{}", "director.db": b"rows" * 5000, **blobs}


def test_a_copy_packed_twice_is_the_same_stream(tmp_path: Path) -> None:
    assert packed(tmp_path) == packed(tmp_path)


@pytest.mark.parametrize(
    "name",
    ["../manifest.json", "/etc/passwd", "blobs/ab/../../x", f"blobs/ab/{'c' * 64}", "blobs/incoming/x", "other", "./x"],
)
def test_a_member_of_another_name_is_refused_and_written_nowhere(tmp_path: Path, name: str) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        member = tarfile.TarInfo(name)
        member.size = 1
        tar.addfile(member, io.BytesIO(b"x"))
    with pytest.raises(DamagedArtifactError, match="no copy of a federation"):
        unpack(io.BytesIO(stream.getvalue()), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_a_member_that_is_no_file_is_refused(tmp_path: Path, kind: bytes) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        member = tarfile.TarInfo("director.db")
        member.type, member.linkname = kind, "/etc/passwd"
        tar.addfile(member)
    with pytest.raises(DamagedArtifactError):
        unpack(io.BytesIO(stream.getvalue()), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_member_that_comes_twice_is_refused(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for _ in range(2):
            tar.addfile(tarfile.TarInfo("manifest.json"))
    with pytest.raises(DamagedArtifactError):
        unpack(io.BytesIO(stream.getvalue()), tmp_path / "out")


def test_a_stream_that_ends_before_its_end_or_is_none_is_refused(tmp_path: Path) -> None:
    stream, _ = packed(tmp_path)
    for number, spoilt in enumerate((b"", b"something else", stream[: len(stream) // 2])):
        with pytest.raises(DamagedArtifactError):
            unpack(io.BytesIO(spoilt), tmp_path / str(number))
