"""What one hospital may take of the director's disk: kept versions, their bytes, and rows of what was refused."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from director.errors import QuotaReachedError
from director.records.schema import EnvoyRow, SubmissionFileRow, SubmissionRow
from director.records.verdicts import REJECTED


@dataclass(frozen=True)
class Quota:
    """What a hospital may take, whatever its task; see ``DirectorSettings``.

    Args:
        versions: Versions whose files are kept.
        bytes: Their files, all together, as if no two were the same.
        refused: Rows of uploads that were refused on arrival; the oldest go, and stay in the audit.
    """

    versions: int = 10_000
    bytes: int = 20 * 2**30
    refused: int = 1000

    def take(self, envoy: EnvoyRow, size: int, versions: int = 1) -> None:
        """Count a version of so many bytes as kept; or, with no version, so many bytes more of one that is.

        Raises:
            QuotaReachedError: There is no room for it.
        """
        if versions and envoy.kept_versions + versions > self.versions:
            raise _reached(envoy, f"{envoy.kept_versions:,} versions of {envoy.name} are kept, and no more may be")
        if envoy.kept_bytes + size > self.bytes:
            raise _reached(
                envoy,
                f"{envoy.name}'s files take {envoy.kept_bytes:,} bytes, {size:,} more would be beyond {self.bytes:,}",
            )
        envoy.kept_versions += versions
        envoy.kept_bytes += size

    def forget_refused(self, session: Session, envoy: EnvoyRow) -> None:
        """Drop the oldest rows of refused uploads beyond the quota."""
        refused = (
            SubmissionRow.envoy_id == envoy.id,
            SubmissionRow.verdict == REJECTED,
            SubmissionRow.version.is_(None),
        )
        newest_first = (
            select(SubmissionRow.id).where(*refused).order_by(SubmissionRow.created_at.desc(), SubmissionRow.id)
        )
        too_many = session.scalars(newest_first.offset(self.refused)).all()
        if too_many:
            session.execute(delete(SubmissionRow).where(SubmissionRow.id.in_(too_many)))


def kept_by_hospital(session: Session) -> Mapping[int, tuple[int, int]]:
    """Give hospital → how many of its versions have their files here, and what those take; who has none is missing."""
    kept = (
        select(SubmissionRow.envoy_id, func.count(SubmissionRow.id.distinct()), func.sum(SubmissionFileRow.bytes))
        .join(SubmissionFileRow, SubmissionFileRow.submission_id == SubmissionRow.id)
        .where(SubmissionFileRow.pruned_at.is_(None))
        .group_by(SubmissionRow.envoy_id)
    )
    return {envoy: (versions, size) for envoy, versions, size in session.execute(kept)}


def miscounted(session: Session) -> Iterator[str]:
    """Name each hospital of which more or less is counted than is kept."""
    kept = kept_by_hospital(session)
    for envoy in session.scalars(select(EnvoyRow)):
        versions, size = kept.get(envoy.id, (0, 0))
        if (envoy.kept_versions, envoy.kept_bytes) != (versions, size):
            yield (
                f"{envoy.name} is counted with {envoy.kept_versions} versions of {envoy.kept_bytes} bytes, "
                f"and {versions} of {size} are kept"
            )


def _reached(envoy: EnvoyRow, why: str) -> QuotaReachedError:
    return QuotaReachedError(
        f"There is no room for another version: {why}.",
        hint="Ask the consortium's admin to prune what is no longer needed (fl-director prune), or for more room.",
        envoy_name=envoy.name,
    )
