"""A backup and what lets files go, one after the other in a data folder: a copy misses no file that goes beside it.

The operating system's own lock on a file, which ends with whoever held it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contract.file_lock import locks
from director.errors import UsageError
from director.records.files import storage_faults_named

LOCK = "upkeep.lock"
PATIENCE_SECONDS = 600.0
"""So long one waits for the other."""

_LOOK_EVERY_SECONDS = 0.2


@contextmanager
def in_turn(folder: Path, patience_seconds: float | None = None) -> Iterator[None]:
    """Be the one that copies a data folder, or lets its files go, while the block runs; waits for another one first.

    Args:
        folder: The data folder.
        patience_seconds: How long it waits; None: ``PATIENCE_SECONDS``.

    Raises:
        UsageError: The other one takes longer.
        StorageError: The disk does not give the file.
    """
    with storage_faults_named():
        lock = (folder / LOCK).open("ab")
    patience = PATIENCE_SECONDS if patience_seconds is None else patience_seconds
    with lock:
        until = time.monotonic() + patience
        while True:
            with storage_faults_named():
                if locks(lock):
                    break
            if time.monotonic() >= until:
                raise UsageError(
                    "A backup or a prune of this data folder, or a hospital's leave, is under way; "
                    f"{patience / 60:.0f} minutes were waited for its end.",
                    hint="Wait until it has ended, and say this again.",
                )
            time.sleep(_LOOK_EVERY_SECONDS)
        yield
