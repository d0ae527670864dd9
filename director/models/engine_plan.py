"""What a run under another engine begins from: read from the rows, handed over with the start's files."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregation.strategy import strategy_named
from contract.messages.engine_plans import EnginePlan, PlannedHospital
from contract.messages.tasks import TaskDescription
from contract.tasks import Task
from director.errors import ConflictError
from director.models.contributions import Making
from director.models.round_updates import require_no_round
from director.records.blobs import BlobStore
from director.records.schema import EnvoyRow
from director.tasks.starts import describe_start, is_up_to_date, the_current_start
from director.tasks.statistics import newest_counts


@dataclass(frozen=True)
class PlannedRun:
    """A plan and the files of its start.

    Args:
        plan: It.
        model: The start's ``model.pt``, byte for byte: its digest is ``plan.start.model_sha256``.
        scaler: The start's ``scaler.pkl``, likewise.
    """

    plan: EnginePlan
    model: bytes
    scaler: bytes


@dataclass(frozen=True)
class PlanChoice:
    """What whoever plans a run chooses.

    Args:
        rounds: How many.
        strategy: How they combine; None: as the director is set to.
        parameters: The strategy's.
        seed: Orders the training.
        quorum: With so many hospitals a round counts; None: with all.
    """

    rounds: int
    strategy: str | None = None
    parameters: Mapping[str, float] = dataclasses.field(default_factory=dict)
    seed: int = 0
    quorum: int | None = None


def plan_run(session: Session, blobs: BlobStore, task: Task, choice: PlanChoice, making: Making) -> PlannedRun:
    """Plan a run from the start that holds now, with every hospital that is not disabled. It changes nothing.

    Raises:
        UnknownStrategyError: No such strategy, or not with these parameters.
        NotFoundError: The task has no start yet.
        ConflictError: A round of the task is under way, the start has no scaler or is not of the task as it is now,
            there is no hospital, or fewer than the quorum.
        ValidationError: A number is beyond what a plan takes.
        DamagedArtifactError: A file of the start is not what it was.
    """
    strategy = strategy_named(choice.strategy or making.strategy, choice.parameters)
    require_no_round(session, task.name)
    hospitals = _hospitals(session, task)
    start = the_current_start(session, task.name)
    if not is_up_to_date(session, task):
        raise ConflictError(
            f"The start of {task.name} is of an earlier definition of it, or of an earlier version.",
            hint="Restart the director, then plan again.",
        )
    if start.scaler_sha256 is None:
        raise ConflictError(
            f"The start of {task.name} has no scaler yet, and a run needs one for all.",
            hint="Let the hospitals send their statistics first: fl-envoy statistics; then plan again.",
        )
    quorum = len(hospitals) if choice.quorum is None else choice.quorum
    if not 1 <= quorum <= len(hospitals):
        raise ConflictError(
            f"A quorum of {quorum} can't be reached: {len(hospitals)} hospitals are planned.",
            hint="Ask for a smaller quorum, or let more hospitals in: fl-director envoy list",
        )
    plan = EnginePlan(
        task=TaskDescription.of(task),
        start=describe_start(start),
        rounds=choice.rounds,
        strategy=strategy.name,
        parameters=dict(choice.parameters),
        seed=choice.seed,
        quorum=quorum,
        hospitals=hospitals,
        bounds=dataclasses.asdict(making.bounds),
    )
    return PlannedRun(plan, blobs.read(start.model_sha256), blobs.read(start.scaler_sha256))


def _hospitals(session: Session, task: Task) -> tuple[PlannedHospital, ...]:
    """Give every hospital that is not disabled, by name, with what bounds its count now."""
    rows = session.scalars(select(EnvoyRow).where(EnvoyRow.disabled_at.is_(None)).order_by(EnvoyRow.folded_name)).all()
    if not rows:
        raise ConflictError(
            "No hospital could take part: there is none that is not disabled.",
            hint="Let one in: fl-director envoy add NAME; or fl-director envoy enable NAME",
        )
    reported = newest_counts(session, task.name)
    return tuple(
        PlannedHospital(envoy_name=row.name, reported=reported.get(row.id), expected=row.expected_examples)
        for row in rows
    )
