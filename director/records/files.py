"""Files that appear whole or not at all, and the disk's faults in words."""

import errno
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from director.errors import StorageError, StorageFullError
from director.records.failpoints import reach

_ARRIVING = ".arriving"


def replace_whole(path: Path, parts: Iterable[bytes], *, is_durable: bool = True) -> None:
    """Put bytes at ``path`` in one step: whoever looks finds the old file or the new.

    Even after a power cut, unless it need not be durable: then whoever starts again makes it anew.
    """
    arriving = half_written_name(path)
    try:
        with arriving.open("wb") as target:
            for part in parts:
                target.write(part)
            if is_durable:
                target.flush()
                os.fsync(target.fileno())
        reach("file.written")
        arriving.replace(path)
    finally:
        arriving.unlink(missing_ok=True)


def half_written_name(path: Path) -> Path:
    """Give a fresh name beside ``path``, for what shall have its name when it is whole."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}{_ARRIVING}")


def half_written_below(folder: Path) -> list[Path]:
    """Give what a killed process left beside its place, in the folder and below it."""
    return sorted(folder.rglob(f".*{_ARRIVING}"))


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def storage_faults_named() -> Iterator[None]:
    """Turn the disk's faults into errors that say what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFullError(
                "The director's disk is full; nothing was changed.", hint="Free space on the director, then send again."
            ) from error
        raise StorageError(
            "The director's disk refuses to read or write; nothing was changed.",
            hint="Look at the data folder's rights and the disk's health, then send again.",
        ) from error
