"""What passed the screening, combined: a global model that is computed but not yet a version. It keeps nothing."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from aggregation.errors import NoUpdatesError, TooFewUpdatesError
from aggregation.movement import move
from aggregation.rules.combined import Combined
from aggregation.screening import Bounds, check_held_out
from aggregation.strategy import Strategy
from contract.artifacts.model_file import model_file_parts
from contract.artifacts.scaler_file import write_scaler
from contract.messages.global_models import AggregationRequest, GlobalModel, HeldOut, Lineage, ModelInput
from contract.messages.problems import Check
from contract.names import Digest
from contract.network import State
from contract.scaler import ScalerState
from contract.tasks import Task
from director.models.contributions import ClosedSet, Contribution, Making, input_of, merge_own
from director.models.notes import notes_on
from director.models.screened import Screened
from director.models.validation import Reference, Table, held_out
from director.records.verdicts import QUARANTINED


@dataclass(frozen=True)
class Draft:
    """A global model before it is kept: its numbers, the scaler that they stand behind, and what it rests on."""

    task: Task
    state: State
    scaler: ScalerState
    lineage: Lineage
    on_the_table: Check | None = None
    """How the result does on the validation table; None: there is none."""
    table_sha256: Digest | None = None
    """Which table that was."""
    memory: Mapping[str, State] = field(default_factory=dict)
    """What the strategy goes on from the next time, by name."""

    @property
    def model_sha256(self) -> Digest:
        """Digest of the file that it would become."""
        return digest_of_model(self.state, self.task)

    @property
    def scaler_sha256(self) -> Digest:
        """Digest of the file that its scaler would become."""
        return Digest.of(write_scaler(self.scaler))

    def described(
        self,
        version: int | None,
        created_at: datetime,
        model_sha256: Digest,
        scaler_sha256: Digest,
        *,
        is_published: bool,
    ) -> GlobalModel:
        """Say what it is and rests on: a preview, or the version that it becomes."""
        return GlobalModel(
            task=self.task.name,
            version=version,
            sha256=model_sha256,
            scaler_sha256=scaler_sha256,
            created_at=created_at,
            published=is_published,
            notice=self.task.notice,
            **dict(self.lineage),
        )


def digest_of_model(state: State, task: Task) -> Digest:
    """Give the digest of the file that a model is kept as."""
    sha256 = hashlib.sha256()
    for part in model_file_parts(state, task.layout):
        sha256.update(part)
    return Digest(sha256.hexdigest())


def combine(
    closed: ClosedSet,
    screened: Sequence[Screened],
    task: Task,
    strategy: Strategy,
    request: AggregationRequest,
    making: Making,
) -> Draft:
    """Leave out what failed, and move on from B by the rest; for a preview also say what each hospital moves.

    Raises:
        NoUpdatesError: None passed.
        TooFewUpdatesError: The strategy takes more hospitals that move.
    """
    entering = [each for each in screened if each.counts]
    if not entering:
        failed = {check.name for each in screened for check in each.checks if not check.passed}
        raise NoUpdatesError(
            f"None of the {len(screened)} models passed the gate's checks: {', '.join(sorted(failed))}.",
            hint="Look at the validation table and the gate's bounds; reject bad models by hand.",
        )
    table = closed.reference.table if closed.reference else None
    scaler = closed.agreed_scaler or merge_own([each.contribution.model for each in entering], making.bounds)
    _, begins_anew = closed.memory.going_on(strategy, scaler)
    combined = _moved(closed, entering, strategy, scaler)
    on_the_table, result = judged(task, combined.state, scaler, closed.reference, making.bounds)
    shares = combined.shares or [None] * len(entering)
    inputs = [each.as_input(share) for each, share in zip(entering, shares, strict=True)]
    if request.dry_run:
        inputs = _with_effects(inputs, entering, closed, strategy, task, scaler, combined.state, table)
    lineage = Lineage(
        strategy=strategy.name,
        parameters=request.parameters,
        scaler=request.scaler,
        num_examples=sum(each.contribution.count.counted for each in entering),
        inputs=inputs,
        quarantined=[each.as_input(_share(closed, each.contribution)) for each in screened if not each.counts],
        standing=[_standing(closed, each) for each in closed.standing],
        held_out=result,
        metrics={each.contribution.row.envoy.name: each.contribution.row.metadata_json["metrics"] for each in entering},
        parent=closed.line.parent,
        notes=[*closed.notes, *begins_anew, *notes_on(closed.contributions, len(entering), making)],
    )
    return Draft(task, combined.state, scaler, lineage, on_the_table, closed.table_sha256, combined.memory)


def judged(
    task: Task, state: State, scaler: ScalerState, reference: Reference | None, bounds: Bounds
) -> tuple[Check, HeldOut] | tuple[None, None]:
    """Hold a result against the validation table, where there is one."""
    if reference is None:
        return None, None
    result = held_out(task, state, scaler, reference.table)
    return check_held_out(result.loss, reference.loss, reference.table.trivial_loss, bounds), result


def _moved(closed: ClosedSet, entering: Sequence[Screened], strategy: Strategy, scaler: ScalerState) -> Combined:
    movers = [each.contribution.on(closed.origin, scaler) for each in entering]
    share = closed.share([each.contribution for each in entering])
    memory, _ = closed.memory.going_on(strategy, scaler)
    return move(closed.origin, movers, strategy, scaler, share, memory)


def _standing(closed: ClosedSet, each: Contribution) -> ModelInput:
    """Describe one that stands still: its share, and why."""
    return input_of(each.row, each.row.num_examples, _share(closed, each)).model_copy(
        update={
            "counted_examples": each.count.counted,
            "bound": each.count.limit,
            "reason": each.reason,
            "waits": each.row.verdict == QUARANTINED,
        }
    )


def _share(closed: ClosedSet, each: Contribution) -> float:
    return float(closed.share([each]))


def _with_effects(
    inputs: Sequence[ModelInput],
    entering: Sequence[Screened],
    closed: ClosedSet,
    strategy: Strategy,
    task: Task,
    scaler: ScalerState,
    state: State,
    table: Table | None,
) -> list[ModelInput]:
    """Say of each hospital how far the result would move if it stood still; as many aggregates as hospitals."""
    told = []
    for place, each in enumerate(inputs):
        others = [screened for other, screened in enumerate(entering) if other != place]
        try:
            without = _moved(closed, others, strategy, scaler).state
        except (NoUpdatesError, TooFewUpdatesError):  # nobody, or too few for the strategy, would be left
            told.append(each)
            continue
        result = held_out(task, without, scaler, table) if table else None
        told.append(each.model_copy(update={"effect": _distance(state, without), "held_out_without": result}))
    return told


def _distance(one: State, other: State) -> float:
    squares = sum(float(np.square(one[name].astype(np.float64) - other[name]).sum()) for name in one)
    return float(np.sqrt(squares))
