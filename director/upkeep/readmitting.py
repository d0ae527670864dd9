"""Who may come in to a federation that was made from a copy: nobody on the copy's word alone.

What was revoked after the copy is not in it, so that everything in it that opens a door is ended, but for tokens of
which somebody kept what the audit said later. An audit kept elsewhere can take away, and never gives: who was let in
again after the copy is let in by the admin.
"""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.messages.base import Message
from contract.messages.envoys import EnrolmentCode
from contract.names import EnvoyName
from director.members.access import HOSPITAL
from director.members.enrolment import issue_code
from director.members.envoys import disable_envoy
from director.members.holders import holds as still_holds
from director.members.sessions import end_all
from director.members.tokens import revoke_token
from director.records.ledger import Act
from director.records.schema import EnrolmentCodeRow, EnvoyRow, TokenRow
from director.upkeep.recorded import Recorded


class Readmission(Message):
    """What became of those who could come in when a copy was taken.

    Attributes:
        tokens_revoked: How many tokens hold no more.
        tokens_held: How many still do.
        codes: A one-time code for each hospital that has no token now, and is not disabled.
        disabled: The hospitals that were disabled after the copy.
        unknown: The hospitals that were admitted after the copy, and of which it knows nothing.
        withdrawn: The hospitals that left after the copy, whose files it has brought back.
    """

    tokens_revoked: int
    tokens_held: int
    codes: tuple[EnrolmentCode, ...]
    disabled: tuple[EnvoyName, ...]
    unknown: tuple[str, ...]
    withdrawn: tuple[EnvoyName, ...] = ()


def readmit(act: Act, later: Recorded | None, copied_at: int, *, code_holds: timedelta) -> Readmission:
    """End what nobody can vouch for, and give each hospital that is left without a token a one-time code.

    Args:
        act: The act, on the rows as they were copied.
        later: What the audit said at last; None: nobody knows.
        copied_at: The last record of the copy.
        code_holds: How long a one-time code holds.
    """
    session = act.session
    end_all(act)
    for code in session.scalars(select(EnrolmentCodeRow).where(EnrolmentCodeRow.used_at.is_(None))):
        code.used_at = act.now
    disabled = _disable(act, later)
    tokens = session.scalars(select(TokenRow).where(TokenRow.revoked_at.is_(None)).order_by(TokenRow.created_at))
    revoked = [revoke_token(act, row.id) for row in tokens.all() if not _is_vouched_for(row, later, copied_at)]
    held = [row for row in session.scalars(select(TokenRow)).unique() if still_holds(row, act.now)]
    have_one = {row.envoy_id for row in held if row.role == HOSPITAL}
    hospitals = session.scalars(select(EnvoyRow).where(EnvoyRow.disabled_at.is_(None)).order_by(EnvoyRow.folded_name))
    return Readmission(
        tokens_revoked=len(revoked),
        tokens_held=len(held),
        codes=tuple(issue_code(act, row, holds=code_holds) for row in hospitals.all() if row.id not in have_one),
        disabled=disabled,
        unknown=_unknown(session, later),
        withdrawn=_withdrawn(session, later),
    )


def _is_vouched_for(row: TokenRow, later: Recorded | None, copied_at: int) -> bool:
    """Tell whether nothing happened to a token after the copy: neither revoked, nor rotated, nor its secret renewed."""
    told = later.tokens.get(row.id) if later is not None else None
    return (
        told is not None and not told.is_revoked and told.secret_at <= copied_at and told.successor == row.successor_id
    )


def _disable(act: Act, later: Recorded | None) -> tuple[EnvoyName, ...]:
    rows = act.session.scalars(select(EnvoyRow).where(EnvoyRow.disabled_at.is_(None)).order_by(EnvoyRow.folded_name))
    gone = [row.name for row in rows if later is not None and later.envoys.get(row.name, False)]
    return tuple(disable_envoy(act, name).name for name in gone)


def _unknown(session: Session, later: Recorded | None) -> tuple[str, ...]:
    known = set(session.scalars(select(EnvoyRow.name)))
    return tuple(sorted(name for name in (later.envoys if later else ()) if name not in known))


def _withdrawn(session: Session, later: Recorded | None) -> tuple[EnvoyName, ...]:
    stay = session.scalars(select(EnvoyRow.name).where(EnvoyRow.withdrawn_at.is_(None)).order_by(EnvoyRow.folded_name))
    return tuple(name for name in stay if later is not None and name in later.withdrawn)
