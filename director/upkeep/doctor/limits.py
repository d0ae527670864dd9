"""How many files and connections the system lets a director open, against how many its settings allow."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from contract.findings import Finding, bad, ok, warn

ABOUT = "open files"
_OF_THE_HOUSE = 128
"""Files that a worker has open beside its connections: database, logs, artifacts, libraries."""
_LIMIT = re.compile(r"^Max open files\s+\S+\s+(\d+|unlimited)", re.MULTILINE)
_RAISE = "Raise it: LimitNOFILE=65536 in the service's unit, ulimits of a container, or ulimit -Hn; then restart."


def open_files_allowed(pid: int | None) -> int | None:
    """Give how many files a process may have open once it lifts its limit; None: it can't be known, or without end.

    Args:
        pid: The director's; None: none runs, and this process stands for it.
    """
    if sys.platform == "win32":
        return None
    if pid is not None:
        try:
            found = _LIMIT.search(Path(f"/proc/{pid}/limits").read_text(encoding="ascii"))
        except OSError:  # another account's, or no Linux
            found = None
        if found is not None:
            return None if found[1] == "unlimited" else int(found[1])
    import resource

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return None if hard == resource.RLIM_INFINITY else hard


def limit_findings(allowed: int | None, max_connections: int, max_waiting: int) -> Iterator[Finding]:
    """Judge the limit of one worker.

    Args:
        allowed: How many files it may have open; None: as many as it likes.
        max_connections: The setting.
        max_waiting: The setting: these come on top.
    """
    if allowed is None:
        yield ok(ABOUT, "as many as are needed.")
        return
    least, most = max_connections + _OF_THE_HOUSE, max_connections + max_waiting + _OF_THE_HOUSE
    said = f"a worker may open {allowed:,} files"
    if allowed < least:
        yield bad(ABOUT, f"{said}, and {max_connections:,} connections are allowed (max_connections).", _RAISE)
    elif allowed < most:
        yield warn(ABOUT, f"{said}; with {max_waiting:,} envoys that wait (max_waiting) it takes {most:,}.", _RAISE)
    else:
        yield ok(ABOUT, f"{said}, and needs {most:,} at most.")
