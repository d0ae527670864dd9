"""The operating system's own lock on an open file, which ends with whoever holds it. Both ends need it."""

import sys
from typing import IO

if sys.platform == "win32":
    import msvcrt

    def locks(file: IO[bytes]) -> bool:
        """Lock a file, without waiting; False: another open of it is locked."""
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def locks(file: IO[bytes]) -> bool:
        """Lock a file, without waiting; False: another open of it is locked."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
