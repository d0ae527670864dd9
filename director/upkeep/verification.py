"""When the audit was last followed to its end, and what was found."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from contract.messages.audit import AuditVerification
from director.records.ledger import Act
from director.records.watch_schema import VerificationRow


def note_verified(act: Act, found: AuditVerification) -> None:
    """Remember a verification in the place of the one before."""
    act.session.execute(delete(VerificationRow))
    act.session.add(VerificationRow(at=act.now, records=found.records, defect=found.defect))


def last_verification(session: Session) -> VerificationRow | None:
    """Give the newest one; None: nobody ever verified."""
    return session.scalars(select(VerificationRow).order_by(VerificationRow.id.desc()).limit(1)).first()
