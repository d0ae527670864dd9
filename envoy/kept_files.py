"""Files of the envoy's home: written whole or not at all, readable by their owner alone. Knows no content."""

import os
from pathlib import Path

from envoy.operating_system import open_private, private_folder, put_in_place


def write_whole(path: Path, data: bytes, *, lasting: bool = True) -> None:
    """Put a file in the place of the one before; whoever reads it finds the one or the other.

    Args:
        path: Its place; folders are made.
        data: Its content.
        lasting: Whether it must outlast a power cut from when this returns; that takes a few milliseconds.
    """
    private_folder(path.parent)
    arriving = path.with_name(path.name + ".new")
    arriving.unlink(missing_ok=True)  # what a cut left there may be readable by others
    descriptor = open_private(arriving, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        if lasting:
            file.flush()
            os.fsync(file.fileno())
    put_in_place(arriving, path)
