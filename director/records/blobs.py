"""Artifacts by their digest: once here, a file never changes. Written, synced, named, folder synced: in that order."""

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

from contract.names import Digest
from director.errors import DamagedArtifactError
from director.records.failpoints import reach
from director.records.files import storage_faults_named, sync_folder

SPOOLED_IN_MEMORY_BYTES = 256 * 1024
"""Up to here, what arrives is held in memory; beyond it on the disk."""


class BlobStore:
    """A folder of files named by their SHA-256.

    Args:
        folder: Where they live; made at need.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"

    def prepare(self) -> None:
        """Make the folders."""
        with storage_faults_named():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._incoming.mkdir(exist_ok=True)

    def check_writable(self) -> None:
        """Write and remove a byte; raises what a real write would."""
        with storage_faults_named():
            probe = self._incoming / f"probe-{secrets.token_hex(4)}"
            try:
                probe.write_bytes(b".")
            finally:
                probe.unlink(missing_ok=True)

    @contextmanager
    def spool(self, in_memory_bytes: int = SPOOLED_IN_MEMORY_BYTES) -> Iterator[IO[bytes]]:
        """Open a file without a name for what is not judged yet, on the artifacts' disk; after the block it is gone.

        Args:
            in_memory_bytes: Up to here it is held in memory.

        Raises:
            StorageError: The disk refuses, be it only when the file is closed.
        """
        with storage_faults_named(), SpooledTemporaryFile(in_memory_bytes, dir=str(self._incoming)) as file:
            yield file

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Give a place for a file on the artifacts' disk; after the block it is gone, as it is after a restart."""
        file = self._incoming / f"scratch-{secrets.token_hex(8)}"
        try:
            yield file
        finally:
            for left in self._incoming.glob(f"{file.name}*"):  # SQLite has further files beside a database
                left.unlink(missing_ok=True)

    def keep(self, parts: bytes | Iterable[bytes | memoryview]) -> tuple[Digest, int]:
        """Store bytes durably; gives their digest and number. The same bytes again cost a look."""
        with storage_faults_named():
            if not isinstance(parts, bytes):
                return self._write(parts, None)
            digest = Digest.of(parts)
            if self._holds(digest, parts):
                sync_folder(self._path(digest).parent)  # whoever wrote it may not have come so far
                return digest, len(parts)
            return self._write((parts,), digest)

    def has(self, digest: Digest) -> bool:
        """Tell whether the file is here."""
        return self._path(digest).is_file()

    def read(self, digest: Digest) -> bytes:
        """Read a file whole and check that it is what its name says.

        Raises:
            DamagedArtifactError: It is missing, or its bytes have another digest.
        """
        with storage_faults_named():
            try:
                data = self._path(digest).read_bytes()
            except FileNotFoundError:
                raise _damaged(digest, "is missing") from None
        if Digest.of(data) != digest:
            raise _damaged(digest, "has changed on the disk")
        return data

    def check(self, digest: Digest) -> None:
        """Digest a file without holding it in memory; raises as ``read``."""
        with storage_faults_named():
            try:
                with self._path(digest).open("rb") as file:
                    found = hashlib.file_digest(file, "sha256").hexdigest()
            except FileNotFoundError:
                raise _damaged(digest, "is missing") from None
        if found != digest:
            raise _damaged(digest, "has changed on the disk")

    def read_at(self, digest: Digest, offset: int, into: memoryview) -> None:
        """Fill ``into`` with the file's bytes from ``offset`` on."""
        with storage_faults_named(), self._path(digest).open("rb", buffering=0) as file:
            file.seek(offset)
            done = 0
            while done < len(into):
                count = file.readinto(into[done:])
                if not count:
                    raise _damaged(digest, "is shorter than it was")
                done += count

    def digests(self) -> Iterator[Digest]:
        """Give what is here, in no order."""
        for path in self._folder.glob("??/*"):
            if len(path.name) == 64:
                yield Digest(path.name)

    def measure(self) -> tuple[int, int]:
        """Give how many files are here, and their bytes."""
        sizes = []
        for folder in self._folder.glob("??"):
            with os.scandir(folder) as found:
                for each in found:
                    with suppress(FileNotFoundError):  # a draft's, taken away meanwhile
                        if len(each.name) == 64:
                            sizes.append(each.stat().st_size)
        return len(sizes), sum(sizes)

    def clear_incoming(self) -> int:
        """Remove what an interrupted write left; nothing refers to it."""
        leftovers = list(self._incoming.iterdir()) if self._incoming.is_dir() else []
        for path in leftovers:
            path.unlink(missing_ok=True)
        return len(leftovers)

    def remove(self, digest: Digest) -> None:
        """Remove a file that no row refers to."""
        self._path(digest).unlink(missing_ok=True)

    def _write(self, parts: Iterable[bytes | memoryview], digest: Digest | None) -> tuple[Digest, int]:
        incoming = self._incoming / secrets.token_hex(8)
        sha256, size = hashlib.sha256(), 0
        try:
            with incoming.open("wb") as file:
                for part in parts:
                    if digest is None:
                        sha256.update(part)
                    size += file.write(part)
                file.flush()
                reach("blob.written")
                os.fsync(file.fileno())
            reach("blob.synced")
            digest = digest or Digest(sha256.hexdigest())
            path = self._path(digest)
            if not path.parent.is_dir():
                path.parent.mkdir(exist_ok=True)
                sync_folder(self._folder)
            incoming.replace(path)
            reach("blob.named")
            sync_folder(path.parent)
            reach("blob.kept")
        except BaseException:
            incoming.unlink(missing_ok=True)
            raise
        return digest, size

    def _holds(self, digest: Digest, data: bytes) -> bool:
        """Tell whether the file is here and whole: one that was damaged is written anew."""
        try:
            return self._path(digest).read_bytes() == data
        except FileNotFoundError:
            return False

    def _path(self, digest: Digest) -> Path:
        return self._folder / digest[:2] / digest


def _damaged(digest: Digest, why: str) -> DamagedArtifactError:
    return DamagedArtifactError(
        f"The stored file {digest[:12]}… {why}; it is not served.",
        hint="Run: fl-director fsck; restore the file from a backup, or publish another version.",
        sha256=digest,
    )
