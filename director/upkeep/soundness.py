"""Whether the rows of a federation are such as this program writes: by its schema, its chain, and what that says."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from contract.messages.audit import Checkpoint
from director.errors import AuditDamagedError, DamagedArtifactError
from director.records.audit import links
from director.records.chain import follow
from director.records.known_schema import schema_defects
from director.upkeep.agreement import disagreements
from director.upkeep.recorded import Recorded


def require_sound(
    session: Session, now: datetime, checkpoints: Sequence[Checkpoint] = (), *, of_copy: bool = False
) -> Recorded:
    """Refuse rows that were written past this program; gives what the audit says.

    Args:
        session: A transaction on the rows.
        now: When it is asked.
        checkpoints: What the audit is held against.
        of_copy: Whether they are a backup's, and not a federation's that is to be copied.

    Raises:
        AuditDamagedError: The audit's chain does not hold, or a checkpoint knows another one.
        DamagedArtifactError: The schema is not this program's, or rows and audit disagree; the first defect is named.
    """
    whose = "The backup" if of_copy else "The federation"
    hint = (
        "Use another backup; nothing was changed."
        if of_copy
        else "Run: fl-director fsck, and mend what it names. No copy was made: none could be restored."
    )
    schema = schema_defects(session)
    if schema:
        raise DamagedArtifactError(f"{whose} is not as this program makes one: {schema[0].sentence}.", hint=hint)
    recorded = Recorded()
    walk = follow(recorded.reading(links(session)), checkpoints)
    if walk.first_bad is not None:
        raise AuditDamagedError(f"{whose}'s audit does not hold: record {walk.first_bad} {walk.defect}.", hint=hint)
    found = disagreements(session, recorded, now)
    if found:
        raise DamagedArtifactError(f"{whose}'s rows and its audit disagree: {found[0]}.", hint=hint)
    return recorded
