"""The log of accesses: a line for each request, where it is asked for. Never a query, a body, or an input."""

import json
from pathlib import Path

from starlette.types import Scope

from director.clock import Clock
from director.records.line_log import LineLog, stamp

_LONGEST_PATH = 200


class AccessLog:
    """Who asked what when, and how it ended.

    Args:
        path: The file; whoever rotates it moves it away.
        clock: The time.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._lines = LineLog(path)
        self._clock = clock

    def note(self, scope: Scope, status: int, size: int, seconds: float) -> None:
        """Write one line, as ``Answered``; a status of null: there was no answer."""
        now, client, caller = self._clock(), scope.get("client"), scope.get("state", {}).get("caller")
        line = {
            "at": stamp(now),
            "request_id": scope.get("request_id", ""),
            "method": scope["method"],
            "path": scope["path"][:_LONGEST_PATH],
            "status": status or None,
            "bytes": size,
            "ms": round(seconds * 1000, 3),
            "token_id": caller.token_id if caller is not None else None,
            "address": client[0] if client else "",
        }
        self._lines.write(now, json.dumps(line) + "\n")

    def close(self) -> None:
        """Let go of the file."""
        self._lines.close()
