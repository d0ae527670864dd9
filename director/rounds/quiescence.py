"""A time in which the director opens nothing new, so that it can be stopped: until the next start."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from director.records.ledger import Act
from director.records.run_schema import QuiescenceRow
from director.rounds.events import QuiescenceBegan, QuiescenceEnded


def quiescence(session: Session) -> QuiescenceRow | None:
    """Give the one that holds now."""
    return session.scalars(select(QuiescenceRow).where(QuiescenceRow.ended_at.is_(None))).first()


def is_quiet(session: Session) -> bool:
    """Tell whether nothing new is opened now."""
    return quiescence(session) is not None


def begin(act: Act) -> None:
    """Open nothing new from now on. Again is no error."""
    if not is_quiet(act.session):
        act.session.add(QuiescenceRow(began_at=act.now, ended_at=None))
        act.session.flush()
        act.tell(QuiescenceBegan())


def end(act: Act) -> None:
    """Open again what is due. Again is no error."""
    row = quiescence(act.session)
    if row is not None:
        row.ended_at = act.now
        act.tell(QuiescenceEnded())
