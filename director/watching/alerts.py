"""Alerts: what began, lasts or ended is told by each channel on its own, and none of it twice.

What a channel has told is rows, so that it goes on after a restart. A message that is sent and not noted, for the
director was killed in between, is sent again.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from director.alert_settings import AlertSettings
from director.errors import AlertError, UsageError
from director.overview.conditions import Condition, Watched, conditions_of
from director.overview.matters import Matters
from director.records.ledger import Ledger
from director.records.watch_schema import AlertChannelRow, AlertRow
from director.upkeep.verification import last_verification
from director.watching.channels import Channel, channels_of
from director.watching.telling import Telling, message_of, to_tell, trial

_log = logging.getLogger(__name__)

VERIFIED_EVERY = timedelta(days=1)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True)
class ChannelState:
    """How a channel does.

    Args:
        name: Its name.
        failures: How often in a row it took no message.
        failed_at: When it did not last.
        why: And why.
    """

    name: str
    failures: int
    failed_at: datetime | None
    why: str | None


class Alerts:
    """Tells whoever does not look.

    Args:
        ledger: The rows.
        matters: What waits for a person.
        settings: Where alerts go, and what they tell.
        verify: Follows the audit's chain, and remembers what it found.
    """

    def __init__(self, ledger: Ledger, matters: Matters, settings: AlertSettings, verify: Callable[[], object]) -> None:
        self._ledger = ledger
        self._matters = matters
        self._settings = settings
        self._verify = verify
        self._watched = Watched(
            timedelta(minutes=settings.silent_after_minutes), timedelta(minutes=settings.closing_minutes)
        )
        self._again = timedelta(hours=settings.again_hours)
        self.channels: Sequence[Channel] = channels_of(settings)

    def look(self, channel: Channel) -> None:
        """Tell by a channel what there is to tell, unless it failed a moment ago.

        Raises:
            OperatorError: The database can't be read or written now.
        """
        if "audit_broken" in self._settings.kinds:
            self._verify_if_due()
        now = self._ledger.clock()
        with self._ledger.read() as session:
            conditions = conditions_of(session, self._matters, self._watched, now)
            wanted: dict[tuple[str, str], Condition] = {
                (each.kind, each.subject): each for each in conditions if each.kind in self._settings.kinds
            }
            known = {(row.kind, row.subject): row for row in _rows(session, channel)}
            is_moved = wanted.keys() != {key for key, row in known.items() if row.ended_at is None}
            telling = to_tell(known.values(), now, self._again)
            state = session.get(AlertChannelRow, channel.name)
            rests = state is not None and state.failed_at is not None and now < state.failed_at + _pause(state.failures)
        if is_moved:
            telling = self._follow(channel, wanted, now)
        if not telling.is_empty and not rests:
            self._send(channel, telling, now)

    def test(self) -> Sequence[str]:
        """Send a test by each channel; gives their names.

        Raises:
            UsageError: None is set.
            AlertError: One did not take it; those before it did.
        """
        if not self.channels:
            raise UsageError("No alerts are set.", hint="Set smtp_host or webhook_url in the section [alerts].")
        for channel in self.channels:
            channel.send(trial(self._ledger.clock()))
        return [channel.name for channel in self.channels]

    def failing(self) -> Sequence[ChannelState]:
        """Give the channels that did not take their last message."""
        names = [channel.name for channel in self.channels]
        with self._ledger.read() as session:
            rows = session.scalars(select(AlertChannelRow).where(AlertChannelRow.failures > 0))
            return [ChannelState(row.name, row.failures, row.failed_at, row.why) for row in rows if row.name in names]

    def _verify_if_due(self) -> None:
        with self._ledger.read() as session:
            last = last_verification(session)
        if last is None or abs(self._ledger.clock() - last.at) >= VERIFIED_EVERY:
            self._verify()

    def _follow(self, channel: Channel, wanted: dict[tuple[str, str], Condition], now: datetime) -> Telling:
        """Write down what began and what ended."""
        with self._ledger.database.write() as session:
            known = {(row.kind, row.subject): row for row in _rows(session, channel)}
            for key, condition in wanted.items():
                if key in known:
                    known[key].ended_at = None  # it began again before anybody was told that it ended
                else:
                    known[key] = row = _row(channel, condition)
                    session.add(row)
            for key in known.keys() - wanted.keys():
                row = known[key]
                if row.told_at is None:  # nobody ever heard of it
                    session.delete(known.pop(key))
                else:
                    row.ended_at = row.ended_at or now
            return to_tell(known.values(), now, self._again)

    def _send(self, channel: Channel, telling: Telling, now: datetime) -> None:
        try:
            channel.send(message_of(telling, now))
        except AlertError as error:
            _log.warning("alert.failed", extra={"facts": {"channel": channel.name, "why": error.sentence}})
            with self._ledger.database.write() as session:
                state = _state(session, channel)
                state.failures, state.failed_at, state.why = state.failures + 1, now, error.sentence
            return
        numbers: dict[str, int] = {which: len(rows) for which, rows in telling.by_state()}
        _log.info("alert.sent", extra={"facts": {"channel": channel.name, **numbers}})
        with self._ledger.database.write() as session:
            state = _state(session, channel)
            state.failures, state.sent_at, state.why = 0, now, None
            told = {(row.kind, row.subject) for row in (*telling.new, *telling.still)}
            over = {(row.kind, row.subject) for row in telling.over}
            for row in _rows(session, channel):
                if (row.kind, row.subject) in told:
                    row.told_at = now
                elif (row.kind, row.subject) in over:
                    session.delete(row)


def _rows(session: Session, channel: Channel) -> Sequence[AlertRow]:
    return session.scalars(select(AlertRow).where(AlertRow.channel == channel.name)).all()


def _row(channel: Channel, condition: Condition) -> AlertRow:
    return AlertRow(
        channel=channel.name,
        kind=condition.kind,
        subject=condition.subject,
        hospital=condition.hospital,
        since=condition.since,
        told_at=None,
        ended_at=None,
    )


def _state(session: Session, channel: Channel) -> AlertChannelRow:
    found = session.get(AlertChannelRow, channel.name)
    if found is None:
        found = AlertChannelRow(name=channel.name, failures=0)
        session.add(found)
    return found


def _pause(failures: int) -> timedelta:
    """Give how long a channel rests after so many failures in a row."""
    return min(_FIRST_PAUSE * 2 ** min(failures - 1, 10), _LONGEST_PAUSE) if failures else timedelta(0)
