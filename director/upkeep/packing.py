"""A copy as one stream, for what can't be a folder: a tar of the manifest, the database and the files, in this order.

Nothing is unpacked by a name that a stream gives: a member is one of those three or the stream is refused.
"""

import hashlib
import re
import tarfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import IO

from contract.names import Digest
from director.errors import DamagedArtifactError
from director.records.files import storage_faults_named
from director.upkeep.backup import BLOBS, DATABASE, MANIFEST

_MEMBER = re.compile(rf"{re.escape(MANIFEST)}|{re.escape(DATABASE)}|{BLOBS}/([0-9a-f]{{2}})/\1[0-9a-f]{{62}}")


class DigestedStream:
    """Writes on to a stream, and digests what it writes.

    Args:
        stream: Where it goes.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._sha256 = hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Write all of it."""
        self._sha256.update(data)
        return self._stream.write(data)

    @property
    def digest(self) -> Digest:
        """Of all that was written."""
        return Digest(self._sha256.hexdigest())


def pack(stream: DigestedStream, manifest: bytes, database: Path, files: Iterable[tuple[Digest, bytes]]) -> None:
    """Write a copy as a stream.

    Args:
        stream: Where it goes.
        manifest: The manifest.
        database: The file of the rows.
        files: What the rows name, read and checked one after the other.
    """
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar:  # type: ignore[call-overload]
        _add(tar, MANIFEST, manifest)
        member = tarfile.TarInfo(DATABASE)
        member.size, member.mode = database.stat().st_size, 0o600
        with database.open("rb") as rows:
            tar.addfile(member, rows)
        for digest, data in files:
            _add(tar, f"{BLOBS}/{digest[:2]}/{digest}", data)


def unpack(stream: IO[bytes], folder: Path) -> None:
    """Write a stream's members to a folder; whether they are what they shall be is for whoever reads the folder.

    Raises:
        DamagedArtifactError: It is no stream of a copy, or it ends before its end.
        StorageError: The disk does not take it.
    """
    try:
        with tarfile.open(fileobj=stream, mode="r|") as tar:
            for member in tar:
                _write(tar, member, folder)
    except tarfile.TarError:
        raise _no_copy() from None


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    content = tar.extractfile(member) if member.isreg() and _MEMBER.fullmatch(member.name) else None
    if content is None:
        raise _no_copy()
    place = folder / member.name
    with storage_faults_named():
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists():
            raise _no_copy()
        with place.open("xb") as file:
            while part := content.read(2**20):
                file.write(part)


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), 0o600
    tar.addfile(member, BytesIO(data))


def _no_copy() -> DamagedArtifactError:
    return DamagedArtifactError(
        "The backup is damaged: what is in it is no copy of a federation.",
        hint="Use another backup; nothing was changed.",
    )
