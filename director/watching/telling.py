"""What a channel has to tell: what is so now, held against what it has told. Pure: takes values and gives values."""

import socket
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import JsonValue

from contract.messages.overview import ConditionKind
from contract.moments import shown_moment
from director.records.watch_schema import AlertRow
from director.watching.channels import Message

State = Literal["new", "still", "over"]

_NAMED = 20
"""So many hospitals are named of each kind; the number is told of all."""

WORDS: Mapping[ConditionKind, str] = {
    "audit_broken": "the audit was not whole when it was last verified",
    "disk_short": "the director's disk is short",
    "backup_old": "the newest backup is old, or there is none",
    "hospital_silent": "silent hospitals",
    "round_closing": "rounds near their deadline that wait for hospitals",
    "round_failed": "rounds that failed",
    "run_paused": "paused runs",
    "submission_quarantined": "models in quarantine",
    "statistics_quarantined": "statistics in quarantine",
    "version_waiting": "versions that wait to be published",
    "proposal_open": "proposals that wait for a second admin",
    "token_ends": "tokens in use that end soon",
    "hospital_not_joined": "hospitals that have not joined",
}


@dataclass(frozen=True)
class Telling:
    """What there is to tell.

    Args:
        new: Began, and was never told.
        still: Lasts, and was told long ago.
        over: Was told, and ended.
    """

    new: Sequence[AlertRow]
    still: Sequence[AlertRow]
    over: Sequence[AlertRow]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing."""
        return not (self.new or self.still or self.over)

    def by_state(self) -> Iterator[tuple[State, Sequence[AlertRow]]]:
        """Give each state with what is in it."""
        yield from (("new", self.new), ("still", self.still), ("over", self.over))


def to_tell(rows: Collection[AlertRow], now: datetime, again: timedelta) -> Telling:
    """Say what of a channel's rows there is to tell."""
    lasting = [row for row in rows if row.ended_at is None]
    return Telling(
        new=[row for row in lasting if row.told_at is None],
        still=[row for row in lasting if row.told_at is not None and row.told_at <= now - again],
        over=[row for row in rows if row.ended_at is not None],
    )


def message_of(telling: Telling, now: datetime) -> Message:
    """Write what there is to tell: kinds, numbers, and names of hospitals; nothing else."""
    groups = [
        (state, kind, of_kind)
        for state, rows in telling.by_state()
        for kind in WORDS
        if (of_kind := [row for row in rows if row.kind == kind])
    ]
    numbers = ", ".join(f"{len(rows)} {state}" for state, rows in telling.by_state() if rows)
    return _message(f"fl-director on {socket.gethostname()}: {numbers}", now, [_line(*each) for each in groups], groups)


def trial(now: datetime) -> Message:
    """Write a message that tells nothing."""
    return _message(f"fl-director on {socket.gethostname()}: a test", now, ["A test: alerts arrive here."], [])


def _message(
    subject: str, now: datetime, lines: Sequence[str], groups: Sequence[tuple[State, ConditionKind, Sequence[AlertRow]]]
) -> Message:
    conditions: list[JsonValue] = [
        {
            "state": state,
            "kind": kind,
            "count": len(rows),
            "hospitals": [*_hospitals(rows)[:_NAMED]],
            "since": min(row.since for row in rows).isoformat(),
        }
        for state, kind, rows in groups
    ]
    text = "\n".join([*lines, "", f"At {shown_moment(now)}. More: fl-director status, or the dashboard."]) + "\n"
    return Message(subject, text, {"at": now.isoformat(), "host": socket.gethostname(), "conditions": conditions})


def _line(state: State, kind: ConditionKind, rows: Sequence[AlertRow]) -> str:
    named = _hospitals(rows)
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    about = f": {len(rows)}" if rows[0].subject != "federation" else ""
    hospitals = f" ({', '.join(named[:_NAMED])}{more})" if named else ""
    return f"{state.upper()}: {WORDS[kind]}{about}{hospitals}, since {shown_moment(min(row.since for row in rows))}"


def _hospitals(rows: Sequence[AlertRow]) -> list[str]:
    return sorted({str(row.hospital) for row in rows if row.hospital is not None}, key=str.lower)
