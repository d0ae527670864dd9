"""One tracker of a federation at a time: the operating system's own lock on a file, which ends with whoever held it.

Two that look for the same run at once would each find none, and make two.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contract.file_lock import locks
from director.errors import TrackerError
from director.records.files import storage_faults_named

PATIENCE_SECONDS = 60.0
_LOOK_SECONDS = 0.1


@contextmanager
def turn(path: Path) -> Iterator[None]:
    """Wait until no other tracker is at work, and be the one while the block runs.

    Raises:
        TrackerError: Another one is at work for longer than anybody waits.
        StorageError: The disk does not give the file.
    """
    with storage_faults_named():
        file = path.open("ab")
    with file:
        end = time.monotonic() + PATIENCE_SECONDS
        while not locks(file):
            if time.monotonic() > end:
                raise TrackerError(
                    "Another tracker of this federation is at work.",
                    hint="It brings there what is missing: nothing needs to be done.",
                )
            time.sleep(_LOOK_SECONDS)
        yield
