"""Who was turned away: counted in memory, and put on record once a minute. Knows neither tokens nor requests.

A flood must cost the director nothing that grows with it: a count for each of so many addresses, a line for each of so
many denials, one audit record a minute in each worker. What is not written yet is lost with a process that is killed.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Literal, get_args

from director.clock import Clock
from director.members.events import AccessDenied
from director.members.rates import neighbourhood
from director.records.actors import HOUSE
from director.records.ledger import Ledger
from director.records.line_log import LineLog, stamp

DenialKind = Literal["token", "session", "code", "forbidden", "rate"]
"""A token, a session's cookie, or a one-time code or sign-in that does not hold; what a role may not do, or another
site's page asked for; more than is taken."""

MINUTE = timedelta(minutes=1)
MAX_ADDRESSES = 1000
"""So many are told apart in a minute."""
MAX_LINES = 600
"""So many are written in a minute, each in a line of its own."""
WORST = 10
_LONGEST_PATH = 200


@dataclass(frozen=True)
class Denial:
    """Somebody was turned away.

    Args:
        kind: Why.
        address: Whence they came.
        method: What they asked for.
        path: Of what; without the query.
        request_id: Their request's.
        caller: Whose token it was, where it was one that holds.
    """

    kind: DenialKind
    address: str
    method: str
    path: str
    request_id: str
    caller: str | None = None


@dataclass
class _Minute:
    """What came since the last record."""

    since: datetime | None = None
    until: datetime | None = None
    kinds: Counter[str] = field(default_factory=Counter)
    addresses: Counter[str] = field(default_factory=Counter)
    others: int = 0
    lines: int = 0

    def count(self, kind: str, address: str, now: datetime) -> None:
        """Count one."""
        self.since, self.until = self.since or now, now
        self.kinds[kind] += 1
        if address in self.addresses or len(self.addresses) < MAX_ADDRESSES:
            self.addresses[address] += 1
        else:
            self.others += 1

    def add(self, later: "_Minute") -> None:
        """Count what came later too."""
        self.until = later.until or self.until
        self.kinds += later.kinds
        for address, number in later.addresses.items():
            if address in self.addresses or len(self.addresses) < MAX_ADDRESSES:
                self.addresses[address] += number
            else:
                self.others += number
        self.others += later.others
        self.lines += later.lines


class Denials:
    """Counts who was turned away; may be told from any thread, and writes on whichever calls ``write``.

    Args:
        ledger: Where it is put on record.
        log: Where each has its line; it turns its file over by itself.
        clock: The time.
    """

    def __init__(self, ledger: Ledger, log: LineLog, clock: Clock) -> None:
        self._ledger = ledger
        self._log = log
        self._clock = clock
        self._lock = Lock()
        self._minute = _Minute()
        self._lines: list[str] = []
        self._totals: Counter[DenialKind] = Counter()

    def note(self, denial: Denial) -> None:
        """Count one; quick, and nothing is written."""
        now = self._clock()
        with self._lock:
            self._totals[denial.kind] += 1
            self._minute.count(denial.kind, neighbourhood(denial.address), now)
            if self._minute.lines < MAX_LINES:
                self._minute.lines += 1
                self._lines.append(_line(denial, now))

    @property
    def totals(self) -> Mapping[DenialKind, int]:
        """How many there were since this process began."""
        return {kind: self._totals[kind] for kind in get_args(DenialKind)}

    def write(self, *, is_last: bool = False) -> None:
        """Write the lines that wait, and put the minute on record once it is over; with ``is_last`` in any case.

        Raises:
            FederationError: The record can't be written now; it is tried again with what comes later.
        """
        now = self._clock()
        with self._lock:
            lines, self._lines = self._lines, []
            begun = self._minute.since
            # a clock that was set back must not keep it waiting
            is_over = begun is not None and (is_last or not timedelta(0) <= now - begun < MINUTE)
            minute = self._minute
            if is_over:
                self._minute = _Minute()
        if is_over and (more := minute.kinds.total() - minute.lines):
            lines.append(f'{{"at":"{stamp(now)}","more":{more}}}\n')
        if lines:
            self._log.write(now, "".join(lines), len(lines))
        if is_over:
            self._tell(minute)

    def close(self) -> None:
        """Write the last minute, and let go of the file; raises as ``write``."""
        try:
            self.write(is_last=True)
        finally:
            self._log.close()

    def _tell(self, minute: _Minute) -> None:
        try:
            with self._ledger.act(HOUSE) as act:
                act.tell(_event(minute))
        except BaseException:
            with self._lock:  # said with what comes later; its lines are written, and count no more
                minute.lines = minute.kinds.total()
                minute.add(self._minute)
                self._minute = minute
            raise


def _event(minute: _Minute) -> AccessDenied:
    return AccessDenied(
        since=(minute.since or datetime.min).isoformat(),
        until=(minute.until or datetime.min).isoformat(),
        denied=dict(sorted(minute.kinds.items())),
        addresses=len(minute.addresses),
        worst=dict(minute.addresses.most_common(WORST)),
        others=minute.others,
    )


def _line(denial: Denial, now: datetime) -> str:
    line = {
        "at": stamp(now),
        "kind": denial.kind,
        "address": denial.address,
        "method": denial.method,
        "path": denial.path[:_LONGEST_PATH],
        "request_id": denial.request_id,
    }
    return json.dumps(line if denial.caller is None else {**line, "caller": denial.caller}) + "\n"
