"""What a round hands over to be combined, and what a round under way keeps others from doing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.messages.runs import RoundState
from contract.names import Digest, TaskName
from contract.scaler import ScalerState
from director.errors import ConflictError
from director.records.ledger import Act
from director.records.run_schema import RoundRow, RunRow
from director.records.schema import GlobalModelRow, StartRow, SubmissionRow
from director.records.verdicts import OUT
from director.tasks.artifacts import Artifacts

UNDER_WAY: frozenset[RoundState] = frozenset(("collecting", "aggregating", "waiting"))


@dataclass(frozen=True)
class RoundUpdates:
    """What returned in a round that is closed.

    Args:
        round_id: The round.
        task: What it learns.
        start_id: The start that it was trained from.
        base: Its name.
        parent: The version behind that start; None: the shared one.
        submissions: The uploads that returned in time.
        quorum: So many of them must move the model.
        strategy: How they are combined.
        parameters: The strategy's.
        kept: Told the version in the act that makes it, and whether it is published or waits.
    """

    round_id: int
    task: TaskName
    start_id: int
    base: Digest
    parent: int | None
    submissions: Sequence[str]
    quorum: int
    strategy: str
    parameters: Mapping[str, float]
    kept: Callable[[Act, GlobalModelRow, bool], None]

    def read(self, session: Session, artifacts: Artifacts) -> tuple[Sequence[SubmissionRow], ScalerState | None]:
        """Give the uploads, by hospital, and the scaler of the start; without what a person took out meanwhile.

        Raises:
            DamagedArtifactError: The scaler is not what it was.
        """
        rows = session.scalars(select(SubmissionRow).where(SubmissionRow.id.in_(self.submissions))).unique()
        counting = [row for row in rows if row.verdict not in OUT and row.envoy.disabled_at is None]
        scaler = session.get_one(StartRow, self.start_id).scaler_sha256
        by_hospital = sorted(counting, key=lambda row: row.envoy.folded_name)
        return by_hospital, artifacts.scaler(scaler) if scaler is not None else None


def require_no_round(session: Session, task: TaskName) -> None:
    """Let nobody move the model on under a round that is under way: the round would be in vain.

    Raises:
        ConflictError: One is.
    """
    for row in rounds_under_way(session, task):
        raise ConflictError(
            f"Round {row.number} of run {row.run_id} is under way for {task}: it moves the global model itself.",
            hint=f"Wait for it; or end the run: fl-director run close {row.run_id}",
            run=row.run_id,
            round=row.id,
        )


def has_round_of_another(session: Session, version: GlobalModelRow) -> bool:
    """Tell whether a round is under way that is not the one that gave a version."""
    return any(row.id != version.round_id for row in rounds_under_way(session, version.task))


def rounds_under_way(session: Session, task: TaskName | None = None) -> Sequence[RoundRow]:
    """Give the rounds that have not ended, oldest first; of one task alone where it is said."""
    query = select(RoundRow).join(RunRow).where(RoundRow.state.in_(UNDER_WAY)).order_by(RoundRow.id)
    if task is not None:
        query = query.where(RunRow.task == task)
    return session.scalars(query).unique().all()
