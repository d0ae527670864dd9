"""Artifacts by their digest: kept once, read whole, and nothing left of what failed."""

import errno
from pathlib import Path

import pytest

from contract.names import Digest
from director.errors import DamagedArtifactError, StorageFullError
from director.records.blobs import BlobStore
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_a_blob_is_kept_once_and_read_whole(tmp_path: Path):
    blobs = BlobStore(tmp_path)
    blobs.prepare()
    parts: list[bytes | memoryview] = [b"one ", memoryview(b"two")]
    digest, size = blobs.keep(iter(parts))
    assert (digest, size) == (Digest.of(b"one two"), 7)
    assert blobs.keep(b"one two") == (digest, 7)
    assert blobs.read(digest) == b"one two"
    part = bytearray(3)
    blobs.read_at(digest, 4, memoryview(part))
    assert part == b"two"
    with pytest.raises(DamagedArtifactError):
        blobs.read_at(digest, 5, memoryview(part))
    with pytest.raises(DamagedArtifactError):
        blobs.read(Digest.of(b"never kept"))


def test_what_is_here_is_counted_and_what_arrives_is_not(tmp_path: Path):
    blobs = BlobStore(tmp_path)
    assert blobs.measure() == (0, 0)
    blobs.prepare()
    for part in (b"one", b"another", b"another"):
        blobs.keep(part)
    (tmp_path / "incoming" / "half").write_bytes(b"written")
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / ("a" * 64)).write_bytes(b"come so far")
    assert blobs.measure() == (2, 10)


def test_the_same_bytes_again_mend_a_damaged_file(federation: FederationSimulator):
    blobs = federation.director.blobs
    digest, _ = blobs.keep(b"what a hospital sends twice")
    federation.file("blobs", digest[:2], digest).write_bytes(b"what a hospital sends twicf")
    assert blobs.keep(b"what a hospital sends twice")[0] == digest
    assert blobs.read(digest) == b"what a hospital sends twice"


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch):
    blobs = BlobStore(tmp_path)
    blobs.prepare()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("director.records.blobs.os.fsync", full)
    with pytest.raises(StorageFullError):
        blobs.keep(b"data")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_look_at_a_full_disk_leaves_nothing(federation: FederationSimulator, monkeypatch):
    def full(path: Path, _: bytes) -> None:
        path.touch()  # a full disk still takes names
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    ready = federation.http.get("/health/ready")
    assert (ready.status_code, ready.json()["checks"]["database"]) == (503, "ok")
    assert list(federation.file("blobs", "incoming").iterdir()) == []


def test_a_full_disk_is_a_clean_refusal(federation: FederationSimulator, hospital: SimulatedHospital, monkeypatch):
    hospital.train_and_upload(1)
    parcel = hospital.parcel(2)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("director.records.blobs.os.fsync", full)
        response = hospital.upload(parcel)
        assert (response.status_code, response.json()["code"]) == (507, "storage_full")
        assert int(response.headers["retry-after"]) > 0
    assert federation.director.upkeep.defects() == []
    assert hospital.infer({"diagnosis_count": 3}).json()["model"]["version"] == 1
    assert hospital.upload(parcel).json()["version"] == 2


def test_a_scratch_file_is_gone_with_all_that_was_put_beside_it(tmp_path: Path):
    blobs = BlobStore(tmp_path / "blobs")
    blobs.prepare()
    with blobs.scratch() as file:
        file.write_bytes(b"rows")
        file.with_name(f"{file.name}-journal").write_bytes(b"more")
        assert list(blobs.digests()) == []
    assert list((tmp_path / "blobs" / "incoming").iterdir()) == []
