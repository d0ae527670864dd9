"""Logs by their age, beside by their size: what was written to long ago goes, what began long ago is set aside.

A line is never cut out of a file that others write to. So a log is set aside when its first line has half of the
period behind it, and goes when its last one has: each line stays for half of it at least, and from the second time on
for no longer than the whole.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from director.records.files import storage_faults_named
from director.retention_settings import RetentionSettings
from director.upkeep.logs import TRAINING, logs_in, set_aside, training_logs_in, turning

TRAINING_LOGS = "training_logs"
"""Hospitals' training logs among them: two periods bound them, and the shorter one counts."""

_LOOKED_AT = 2**16
"""In so many bytes a line with a moment is looked for."""


@dataclass(frozen=True)
class OldLogs:
    """What a period lets go of the logs.

    Args:
        gone: Files that were set aside; or logs that nobody writes to any more.
        aside: Logs that are begun anew.
    """

    gone: tuple[Path, ...] = ()
    aside: tuple[Path, ...] = ()

    @property
    def went(self) -> Mapping[str, int]:
        """Of which logs → how many files; where there is none, nothing."""
        files = (*self.gone, *self.aside)
        return Counter(TRAINING_LOGS if path.parent.name == TRAINING else "log_days" for path in files)


def old_logs(folder: Path, periods: RetentionSettings, now: datetime) -> OldLogs:
    """Find what the periods let go; hospitals' training logs stand here once more, and stay no longer than elsewhere.

    Args:
        folder: The folder of the logs.
        periods: Of logs, and of training logs.
        now: From when they count back.

    Raises:
        StorageError: The disk does not let it be looked at.
    """
    of_training = min((days for days in (periods.log_days, periods.training_log_days) if days), default=0)
    gone: list[Path] = []
    aside: list[Path] = []
    with storage_faults_named():
        for place, days in ((folder, periods.log_days), (training_logs_in(folder), of_training)):
            if days:
                half = now - timedelta(days=days) / 2
                written = [path for path in logs_in(folder) if path.parent == place]
                old = {path for path in (*_set_aside_in(place), *written) if _last_written(path) < half}
                gone += sorted(old)
                aside += [path for path in written if path not in old and _began(path) < half]
    return OldLogs(tuple(gone), tuple(aside))


def let_go(folder: Path, found: OldLogs) -> None:
    """Let them go, and begin those anew that are written to; raises StorageError likewise."""
    with storage_faults_named(), turning(folder) as is_ours:
        for path in found.gone:
            path.unlink(missing_ok=True)
        for path in found.aside if is_ours else ():
            with suppress(FileNotFoundError):  # somebody rotates it at this moment
                set_aside(path)


def _set_aside_in(folder: Path) -> Iterator[Path]:
    """Give what the director set aside, and what logrotate did: ``NAME.log.1``, ``NAME.log-20260101-….gz``."""
    for pattern in ("*.log.*", "*.log-*"):
        yield from (path for path in folder.glob(pattern) if path.is_file() and not path.is_symlink())


def _began(path: Path) -> datetime:
    """Give the moment of a log's first line that tells one; of none that of its last line."""
    try:
        with path.open("rb") as file:
            head = file.read(_LOOKED_AT)
    except FileNotFoundError:  # somebody rotates it at this moment: the next one is new
        return datetime.max.replace(tzinfo=UTC)
    for line in head.splitlines():
        with suppress(ValueError, TypeError, KeyError):  # a line that was cut, or of another kind
            at = datetime.fromisoformat(json.loads(line)["at"])
            return at if at.tzinfo else at.replace(tzinfo=UTC)
    return _last_written(path)


def _last_written(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return datetime.max.replace(tzinfo=UTC)
