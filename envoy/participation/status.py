"""What a participating envoy is doing, in a file of its home that monitoring reads. Knows no director."""

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from envoy.kept_files import write_whole

State = Literal[
    "starting", "waiting", "training", "uploading", "paused", "outside_hours", "retrying", "stopped"
]  # fmt: skip
_FILE = "status.json"


class Status(BaseModel):
    """What it is doing.

    Args:
        state: In a word.
        since: Since when, UTC.
        run: The run that it takes part in, or took part in last.
        round: The round's number in the federation, ``number`` of ``rounds`` that in the run.
        closes_at: When that round closes at the latest.
        waits_for: In a sentence, what happens next and who is waited for.
        last_error: What went wrong last; null once it works again.
        last_contact: When the director answered last.
    """

    model_config = ConfigDict(frozen=True)

    state: State
    since: datetime
    run: int | None = None
    round: int | None = None
    number: int | None = None
    rounds: int | None = None
    closes_at: datetime | None = None
    waits_for: str | None = None
    last_error: str | None = None
    last_contact: datetime | None = None
    cohort_changed: bool = False


def write_status(home: Path, status: Status) -> None:
    """Put it where monitoring looks; whoever reads finds a whole one."""
    write_whole(home / _FILE, status.model_dump_json(indent=2).encode() + b"\n", lasting=False)


def read_status(home: Path) -> Status | None:
    """Read what a participating envoy wrote last; None: it never did, or another version wrote something else."""
    try:
        return Status.model_validate_json((home / _FILE).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
