"""Who is signed in, in memory: a session is looked up by its cookie's digest, and its last use is kept.

Knows neither roles nor requests. Each worker has its own memory. What must end at once (signing out, a revoked token)
is an act, after which every worker learns the sessions anew. That somebody did something is no act: each worker writes
its uses down every few seconds, and reads those of the others (``director.upkeep.follower``). So two workers differ by
no more than these seconds on when a session has been idle for long enough.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from director.records.session_schema import SessionRow


@dataclass(frozen=True)
class OpenSession:
    """A session that nobody has ended.

    Args:
        id: Its id.
        token_id: The token that it was opened with, and ends with.
        expires_at: When it ends in any case.
    """

    id: str
    token_id: str
    expires_at: datetime


_NEVER = datetime.min.replace(tzinfo=UTC)
_NOBODYS = OpenSession("", "", _NEVER)
"""What is found for a cookie that is unknown: it never held."""


class OpenSessions:
    """The sessions that nobody has ended, and when they were last used.

    Args:
        idle: A session ends where nobody did anything for so long.
    """

    def __init__(self, idle: timedelta) -> None:
        self.idle = idle
        self._by_digest: Mapping[str, OpenSession] = {}
        self._by_id: Mapping[str, OpenSession] = {}
        self._used: dict[str, datetime] = {}
        self._notes: dict[str, datetime] = {}

    def refresh(self, session: Session, now: datetime) -> None:
        """Learn the sessions anew, all at once."""
        rows = session.execute(
            select(
                SessionRow.sha256, SessionRow.id, SessionRow.token_id, SessionRow.expires_at, SessionRow.last_used_at
            ).where(SessionRow.ended_at.is_(None), SessionRow.expires_at > now)
        ).all()
        self._by_digest = {row.sha256: OpenSession(row.id, row.token_id, row.expires_at) for row in rows}
        self._by_id = {each.id: each for each in self._by_digest.values()}
        self._learn({row.id: row.last_used_at for row in rows})

    def with_secret(self, secret: str) -> OpenSession:
        """Give the session whose cookie holds this secret; of an unknown one a session that never held."""
        return self._by_digest.get(hashlib.sha256(secret.encode()).hexdigest(), _NOBODYS)

    def with_id(self, session_id: str) -> OpenSession:
        """Give a session by its id; of an unknown one a session that never held."""
        return self._by_id.get(session_id, _NOBODYS)

    def holds(self, found: OpenSession, now: datetime) -> bool:
        """Tell whether a session has neither reached its end nor been idle for too long.

        Where the clock was set back by more than that, nobody knows for how long: it has ended too.
        """
        return now < found.expires_at and abs(now - self._used.get(found.id, _NEVER)) < self.idle

    def use(self, found: OpenSession, now: datetime) -> None:
        """Take note that somebody did something."""
        self._used[found.id] = self._notes[found.id] = now

    def take_notes_of_use(self) -> Mapping[str, datetime]:
        """Give session id → last use since the last call, and forget that it is to be written down."""
        notes, self._notes = self._notes, {}
        return notes

    def learn_uses(self, session: Session) -> None:
        """Learn what was done in other workers."""
        if self._by_id:
            rows = session.execute(select(SessionRow.id, SessionRow.last_used_at).where(SessionRow.ended_at.is_(None)))
            self._learn({row.id: row.last_used_at for row in rows})

    def _learn(self, uses: Mapping[str, datetime]) -> None:
        self._used = {id_: max(at, self._used.get(id_, at)) for id_, at in uses.items() if id_ in self._by_id}
