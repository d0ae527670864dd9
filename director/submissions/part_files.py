"""Parts that come by themselves, before the upload that they belong to: a folder a hospital, a file a part.

A file has the name of the digest that it shall have, and grows as bytes come; whatever breaks on the way, what came
stays for the rest to follow. Nobody reads it before it is whole, and then only an upload of that hospital.
"""

import hashlib
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contract.names import Digest, EnvoyName
from director.errors import ConflictError
from director.records.files import storage_faults_named, sync_folder

KEPT_FOR = timedelta(days=1)
"""A part to which nothing was added for so long is forgotten."""

MAX_PARTS = 8
"""Of one hospital; a further one takes the place of the one that waited longest."""


class PartFiles:
    """The bytes of parts, for each hospital by itself.

    Any number of requests may write to one part: each writes at its own place, none beyond what is there, so that two
    that send the same do no harm, and of two that send different bytes the digest says in the end that they did.

    Args:
        folder: Where they lie; made at need.
        max_bytes: How much of one hospital is kept.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes

    def received(self, envoy: EnvoyName, digest: Digest) -> int:
        """Give how many bytes of a part are here."""
        with storage_faults_named():
            try:
                return self._path(envoy, digest).stat().st_size
            except FileNotFoundError:
                return 0

    def make_room(self, envoy: EnvoyName, digest: Digest, size: int, now: datetime) -> None:
        """Let a part of ``size`` bytes come; as far as need be, this hospital's other parts go, the oldest first."""
        path = self._path(envoy, digest)
        with storage_faults_named():
            if not path.exists():
                self.forget_old(now)
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                path.touch(mode=0o600)
                os.utime(path, (now.timestamp(), now.timestamp()))
                sync_folder(path.parent)
            others = sorted((_moment(each), each) for each in path.parent.iterdir() if each != path)
            sizes = [self.received(envoy, Digest(each.name)) for _, each in others]
            while others and (len(others) >= MAX_PARTS or sum(sizes) + size > self._max_bytes):
                others.pop(0)[1].unlink(missing_ok=True)
                sizes.pop(0)

    def write(self, envoy: EnvoyName, digest: Digest, place: int, data: bytes, now: datetime) -> None:
        """Put bytes at their place.

        Raises:
            ConflictError: What belongs before them is not here, or no longer.
            StorageError: The disk refuses.
        """
        path = self._path(envoy, digest)
        with storage_faults_named():
            try:
                with path.open("r+b", buffering=0) as file:
                    here = file.seek(0, os.SEEK_END)
                    if here < place:
                        raise not_the_next(here)
                    if self._held_beside(path) + place + len(data) > self._max_bytes:
                        raise _no_room()  # others of this hospital have come meanwhile
                    file.seek(place)
                    rest = memoryview(data)
                    while rest:
                        rest = rest[file.write(rest) :]
                os.utime(path, (now.timestamp(), now.timestamp()))
            except FileNotFoundError:
                raise not_the_next(0) from None

    def keep(self, envoy: EnvoyName, digest: Digest) -> int:
        """Make what has come last through a power cut; gives how much that is."""
        with storage_faults_named():
            try:
                with self._path(envoy, digest).open("r+b", buffering=0) as file:
                    os.fsync(file.fileno())
                    return file.seek(0, os.SEEK_END)
            except FileNotFoundError:
                return 0

    def is_whole(self, envoy: EnvoyName, digest: Digest) -> bool:
        """Tell whether a part's bytes have its digest; holds none of them in memory."""
        with storage_faults_named():
            try:
                with self._path(envoy, digest).open("rb") as file:
                    return hashlib.file_digest(file, "sha256").hexdigest() == digest
            except FileNotFoundError:
                return False

    def read(self, envoy: EnvoyName, digest: Digest) -> bytes | None:
        """Give a part that is whole: whose bytes have the digest. None: there is none such."""
        with storage_faults_named():
            try:
                data = self._path(envoy, digest).read_bytes()
            except FileNotFoundError:
                return None
        return data if Digest.of(data) == digest else None

    def discard(self, envoy: EnvoyName, digest: Digest) -> None:
        """Forget a part; one that is not here is no error."""
        with storage_faults_named():
            self._path(envoy, digest).unlink(missing_ok=True)

    def forget_all(self, envoy: EnvoyName) -> None:
        """Forget every part of a hospital."""
        with storage_faults_named():
            for path in (self._folder / envoy.folded).glob("*"):
                path.unlink(missing_ok=True)

    def forget_old(self, now: datetime) -> int:
        """Remove what nothing was added to for a long time, of all hospitals; gives how many parts that were."""
        with storage_faults_named():
            old = [path for path in self._folder.glob("*/*") if _moment(path) < (now - KEPT_FOR).timestamp()]
            for path in old:
                path.unlink(missing_ok=True)
        return len(old)

    def moments(self) -> Mapping[str, datetime]:
        """Give hospital, folded → when bytes of a part came last, of those of which one is here."""
        found: dict[str, float] = {}
        with storage_faults_named():
            for path in self._folder.glob("*/*"):
                found[path.parent.name] = max(found.get(path.parent.name, 0.0), _moment(path))
        return {folded: datetime.fromtimestamp(moment, UTC) for folded, moment in found.items()}

    def _held_beside(self, path: Path) -> int:
        return sum(_size(each) for each in path.parent.iterdir() if each != path)

    def _path(self, envoy: EnvoyName, digest: Digest) -> Path:
        return self._folder / envoy.folded / digest


def not_the_next(received: int) -> ConflictError:
    """Refuse bytes that don't follow on those that are here."""
    return ConflictError(
        f"Of this part {received:,} bytes are here, and these are not the next ones.",
        hint=f"Send the bytes from {received} on.",
        received=received,
    )


def _no_room() -> ConflictError:
    return ConflictError(
        "The parts that this hospital sends at the same time are more than it may.", hint="Send one after the other."
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _moment(path: Path) -> float:
    """Give when something was last added to a part; one that another request has just removed is as old as can be."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
