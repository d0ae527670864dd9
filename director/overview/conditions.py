"""What somebody who does not look is told of: what waits for a person, and what the overview shows beside that."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.messages.overview import ConditionKind, Matter
from contract.names import EnvoyName
from director.members.access import LOCAL_ADMIN
from director.members.presence import Presence, seen_at
from director.overview.cards import OpenRun, open_runs
from director.overview.matters import Matters
from director.records.schema import EnvoyRow

MOST = 10_000
"""Of each kind; beyond that nobody reads on."""

_CLOSING_SHARE = 4
"""A round is near its deadline in the last quarter of its time at the earliest."""


@dataclass(frozen=True)
class Condition:
    """Something that is so.

    Args:
        kind: What.
        subject: Which of them; together they name it.
        hospital: Whose it is, if anybody's.
        since: Since when.
    """

    kind: ConditionKind
    subject: str
    hospital: EnvoyName | None
    since: datetime


@dataclass(frozen=True)
class Watched:
    """How long things may last before somebody who does not look is told.

    Args:
        silent_after: A hospital was not seen for longer.
        closing: So near its deadline a round still waits for somebody.
    """

    silent_after: timedelta
    closing: timedelta


def conditions_of(session: Session, matters: Matters, watched: Watched, now: datetime) -> list[Condition]:
    """Give what is so now, in no order."""
    runs = open_runs(session)
    found = (
        (_of_matter(each, now) for each in matters.of(session, LOCAL_ADMIN, runs, now, MOST)),
        _silent(session, Presence(seen_at(session), now, watched.silent_after)),
        _closing(runs, watched.closing, now),
    )
    return list(chain.from_iterable(found))


def _of_matter(matter: Matter, now: datetime) -> Condition:
    about = " ".join(str(each) for each in (matter.subject, matter.task, matter.version) if each is not None)
    return Condition(matter.kind, about, matter.envoy_name, matter.since or now)


def _silent(session: Session, presence: Presence) -> Iterator[Condition]:
    for row in session.scalars(select(EnvoyRow).order_by(EnvoyRow.folded_name)):
        if presence.is_silent(row):
            since = presence.last_seen(row) or row.joined_at or presence.now
            yield Condition("hospital_silent", row.name, row.name, since)


def _closing(runs: Sequence[OpenRun], within: timedelta, now: datetime) -> Iterator[Condition]:
    for each in runs:
        last = each.last
        if last is None or last.closing is not None or not each.awaited:
            continue
        near = min(within, (last.closes_at - last.opened_at) / _CLOSING_SHARE)
        if last.closes_at - now <= near:
            yield Condition("round_closing", str(last.id), None, last.opened_at)
