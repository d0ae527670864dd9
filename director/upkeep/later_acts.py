"""What is known of the time after a copy: nothing, unless somebody kept what the audit said by then.

A copy can't tell what was revoked after it. A later export of the audit tells it record by record. The last checkpoint
tells it in one case alone: where it was taken later and knows the copy's own head, nothing had happened. Either says no
more than it was given: whoever gives one as the last says that nothing came after it. Any other checkpoint, such as the
one of every night beside the copy of every night, shows that the copy's audit was not written anew, and lets nobody in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from contract.messages.audit import Checkpoint
from director.errors import AuditDamagedError, UsageError
from director.records.chain import follow
from director.records.exported import exported_links
from director.upkeep.backup import SoundCopy
from director.upkeep.recorded import Recorded


@dataclass(frozen=True)
class Evidence:
    """What somebody kept elsewhere.

    Args:
        export: An export of the audit, made after the copy.
        checkpoints: Of the audit, taken at any time.
        last: Of the audit, taken when the federation had stopped.
    """

    export: Path | None = None
    checkpoints: tuple[Checkpoint, ...] = ()
    last: Checkpoint | None = None

    @property
    def all_checkpoints(self) -> list[Checkpoint]:
        """All that an audit can be held against."""
        return [*self.checkpoints, *([self.last] if self.last is not None else [])]


NOTHING_KNOWN = Evidence()


def later_acts(copy: SoundCopy, evidence: Evidence) -> Recorded | None:
    """Give what the audit said at last, as the evidence has it; None: nobody knows what happened after the copy.

    Raises:
        AuditDamagedError: The export is of another audit, or shorter than the copy's, or than a checkpoint knows.
        UsageError: The export can't be opened.
    """
    head = copy.manifest.checkpoint
    if evidence.export is not None:
        return _exported(evidence.export, [head, *evidence.all_checkpoints])
    last = evidence.last
    if last is not None and last.seq == head.seq and last.at > copy.manifest.made_at:
        return copy.recorded
    return None


def _exported(file: Path, checkpoints: Iterable[Checkpoint]) -> Recorded:
    recorded = Recorded()
    try:
        with file.open("rb") as opened:
            walk = follow(recorded.reading(exported_links(opened)), list(checkpoints))
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}.", hint="Correct the path.") from None
    if walk.first_bad is not None:
        raise AuditDamagedError(
            f"{file.name} does not go on from the backup's audit: record {walk.first_bad} {walk.defect}.",
            hint="Give an export that fl-director audit export made after the backup; or none: then no token holds.",
        )
    return recorded
