"""What passed the screening, combined: a global model that is computed but not yet a version. It keeps nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from aggregation.errors import NoUpdatesError, TooFewUpdatesError
from aggregation.screening import Bounds
from aggregation.strategy import Strategy, aggregate
from contract.artifacts.model_file import model_file_parts
from contract.artifacts.scaler_file import write_scaler
from contract.messages.global_models import AggregationRequest, GlobalModel, Lineage, ModelInput
from contract.names import Digest
from contract.network import State
from contract.scaler import ScalerState
from contract.tasks import Task
from director.models.contributions import ClosedSet, merge_own
from director.models.screened import Screened
from director.models.validation import Table, held_out


@dataclass(frozen=True)
class Draft:
    """A global model before it is kept: its numbers, the scaler that they stand behind, and what it rests on."""

    task: Task
    state: State
    scaler: ScalerState
    lineage: Lineage

    @property
    def model_sha256(self) -> Digest:
        """Digest of the file that it would become."""
        sha256 = hashlib.sha256()
        for part in model_file_parts(self.state, self.task.layout):
            sha256.update(part)
        return Digest(sha256.hexdigest())

    @property
    def scaler_sha256(self) -> Digest:
        """Digest of the file that its scaler would become."""
        return Digest.of(write_scaler(self.scaler))

    def described(
        self, version: int | None, created_at: datetime, model_sha256: Digest, scaler_sha256: Digest
    ) -> GlobalModel:
        """Say what it is and rests on: a preview, or the version that it becomes."""
        return GlobalModel(
            task=self.task.name,
            version=version,
            sha256=model_sha256,
            scaler_sha256=scaler_sha256,
            created_at=created_at,
            published=version is not None,
            notice=self.task.notice,
            **dict(self.lineage),
        )


def combine(
    closed: ClosedSet,
    screened: Sequence[Screened],
    task: Task,
    strategy: Strategy,
    request: AggregationRequest,
    bounds: Bounds,
) -> Draft:
    """Leave out what failed, and combine the rest as asked; for a preview also say what each hospital moves.

    Raises:
        NoUpdatesError: None passed.
        TooFewUpdatesError: The strategy takes more hospitals.
    """
    entering = [each for each in screened if each.counts]
    if not entering:
        failed = {check.name for each in screened for check in each.checks if not check.passed}
        raise NoUpdatesError(
            f"None of the {len(screened)} models passed the gate's checks: {', '.join(sorted(failed))}.",
            hint="Look at the validation table and the gate's bounds; reject bad models by hand.",
        )
    table = closed.reference.table if closed.reference else None
    scaler = closed.agreed_scaler or merge_own([each.update for each in entering], bounds)
    combined = aggregate([each.update for each in entering], strategy, scaler)
    shares = combined.shares or [None] * len(entering)
    inputs = [each.as_input(share) for each, share in zip(entering, shares, strict=True)]
    if request.dry_run:
        inputs = _with_effects(inputs, entering, strategy, task, scaler, combined.state, table)
    lineage = Lineage(
        strategy=strategy.name,
        parameters=request.parameters,
        scaler=request.scaler,
        num_examples=sum(each.update.num_examples for each in entering),
        inputs=inputs,
        quarantined=[each.as_input(None) for each in screened if not each.counts],
        held_out=held_out(task, combined.state, scaler, table) if table else None,
        metrics={each.contribution.row.envoy.name: each.contribution.row.metadata_json["metrics"] for each in entering},
    )
    return Draft(task, combined.state, scaler, lineage)


def _with_effects(
    inputs: Sequence[ModelInput],
    entering: Sequence[Screened],
    strategy: Strategy,
    task: Task,
    scaler: ScalerState,
    state: State,
    table: Table | None,
) -> list[ModelInput]:
    """Say of each hospital how far the result would move without it; as many aggregates as hospitals."""
    told = []
    for place, each in enumerate(inputs):
        others = [screened.update for other, screened in enumerate(entering) if other != place]
        try:
            without = aggregate(others, strategy, scaler).state
        except (NoUpdatesError, TooFewUpdatesError):  # nobody, or too few for the strategy, would be left
            told.append(each)
            continue
        result = held_out(task, without, scaler, table) if table else None
        told.append(each.model_copy(update={"effect": _distance(state, without), "held_out_without": result}))
    return told


def _distance(one: State, other: State) -> float:
    squares = sum(float(np.square(one[name].astype(np.float64) - other[name]).sum()) for name in one)
    return float(np.sqrt(squares))
