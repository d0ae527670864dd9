"""How often each act was done: read from the audit once, and from then on what came since."""

from collections import Counter
from collections.abc import Mapping
from threading import Lock

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from director.records import audit
from director.records.events import known_acts
from director.records.schema import AuditRow

OTHER = "other"
"""Acts that this program does not know."""


class ActTally:
    """Counts the acts on record. The numbers are the audit's, and so outlive the process."""

    def __init__(self) -> None:
        self._counted: Counter[str] = Counter()
        self._seq = 0
        self._lock = Lock()

    def counted(self, session: Session) -> Mapping[str, int]:
        """Give act → how often, each act that is known among them."""
        with self._lock:
            newest = audit.newest_seq(session)
            if newest < self._seq:  # the audit was cut, or put back
                self._counted, self._seq = Counter(), 0
            if newest > self._seq:
                # by a column SQLite would group in the order of its index, and so read every record
                act = AuditRow.act + "" if self._seq else AuditRow.act
                new = select(act, func.count()).where(AuditRow.seq > self._seq, AuditRow.seq <= newest)
                self._counted.update(dict(session.execute(new.group_by(act)).all()))
                self._seq = newest
            known = known_acts()
            others = self._counted.total() - sum(self._counted[act] for act in known)
            return {**{act: self._counted[act] for act in known}, OTHER: others}
