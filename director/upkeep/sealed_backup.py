"""A copy that is encrypted while it is made, and opened where its key is.

The rows are copied once on the data folder's own disk, where they are plain anyway; what reaches the target's disk is
encrypted. It can't be read back without its key, which is not here: instead each file is checked as it goes in, the
program that encrypts says that it took all of it, and the plain stream's digest is given, for whoever has the key.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from contract.names import Digest
from director.errors import UsageError
from director.records.actors import Actor, HouseName
from director.records.blobs import BlobStore
from director.records.files import half_written_name, storage_faults_named, sync_folder
from director.records.ledger import Ledger
from director.upkeep.backup import Manifest, take_snapshot, tell_of_backup
from director.upkeep.packing import DigestedStream, pack, unpack
from director.upkeep.sealing import Seal, decrypting


@dataclass(frozen=True)
class SealedBackup:
    """An encrypted copy.

    Args:
        manifest: What it holds.
        plain_sha256: The digest of the stream that was encrypted.
    """

    manifest: Manifest
    plain_sha256: Digest


def make_sealed_backup(
    ledger: Ledger, blobs: BlobStore, target: Path, seal: Seal, *, actor: Actor | HouseName
) -> SealedBackup:
    """Copy a federation to one encrypted file, which must not be there yet.

    Raises:
        UsageError: As ``make_backup``; or the program is not here, or does not take a recipient.
        OperatorError: As ``make_backup``; no copy is made.
    """
    seal.try_out()
    tell_of_backup(ledger, target, actor)
    with storage_faults_named(), blobs.scratch() as rows:
        snapshot = take_snapshot(ledger.database, rows, ledger.clock())
        target.parent.mkdir(parents=True, exist_ok=True)
        arriving = half_written_name(target)
        try:
            arriving.touch(0o600)
            with arriving.open("wb") as file:
                with seal.encrypting(file) as plain:
                    stream = DigestedStream(plain)
                    files = ((digest, blobs.read(digest)) for digest in snapshot.digests)
                    pack(stream, snapshot.manifest_file, rows, files)
                os.fsync(file.fileno())
            arriving.rename(target)
            sync_folder(target.parent)
        finally:
            arriving.unlink(missing_ok=True)
    return SealedBackup(snapshot.manifest, stream.digest)


@contextmanager
def unsealed(backup: Path, identity: Path | None, within: Path) -> Iterator[Path]:
    """Give the folder of a copy: itself where it is one, else what the encrypted file holds, while the block runs.

    Args:
        backup: What ``backup`` made.
        identity: The key's file; None: gpg's own, or none is needed.
        within: The data folder, where it will be plain anyway; made, and taken away again where nothing comes of it.

    Raises:
        UsageError: As ``decrypting``; or a key came with a folder.
        DamagedArtifactError: It is not what was encrypted.
    """
    if not backup.is_file():
        if identity is not None and backup.is_dir():
            raise UsageError(f"{backup} is not encrypted.", hint="Leave --identity away.")
        yield backup
        return
    is_new = not within.exists()
    with storage_faults_named():
        within.mkdir(parents=True, exist_ok=True, mode=0o700)
        place = Path(tempfile.mkdtemp(prefix=".unsealed-", dir=within))
    try:
        with decrypting(backup, identity) as plain:
            unpack(plain, place)
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        if is_new and not any(within.iterdir()):
            within.rmdir()
