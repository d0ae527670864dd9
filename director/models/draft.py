"""The council: hospitals' current models, judged beside each other → a draft of a global one. It keeps nothing."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregation.clipping import capped_counts
from aggregation.errors import NoUpdatesError, TooFewUpdatesError
from aggregation.scaling import merge_scalers
from aggregation.screening import Bounds
from aggregation.strategy import Strategy, aggregate, strategy_named
from aggregation.updates import ModelUpdate
from contract.artifacts.model_file import model_file_parts
from contract.artifacts.scaler_file import read_scaler, write_scaler
from contract.messages import AggregationRequest, HeldOut, MetricValue, ModelInput
from contract.names import Digest, EnvoyName
from contract.network import State
from contract.scaler import ScalerState
from contract.tasks import Task
from director.members.registry import current_submissions, unknown_envoy
from director.models.contributions import Candidate, chosen_submissions, judged, opened, tensors_of, yardstick_of
from director.models.validation import Table, held_out
from director.records.blobs import BlobStore
from director.records.schema import StatisticsRow
from director.submissions.decisions import ADMITTED
from director.tasks.statistics import capped, merged_scaler

MERGED = "merged"


@dataclass(frozen=True)
class Draft:
    """A global model that is computed but not yet a version."""

    task: Task
    strategy: str
    parameters: Mapping[str, float]
    scaler_choice: str
    scaler: ScalerState
    state: State
    inputs: Sequence[ModelInput]
    quarantined: Sequence[ModelInput] = ()
    metrics: Mapping[str, Mapping[str, MetricValue]] = field(default_factory=dict)
    held_out: HeldOut | None = None

    @property
    def num_examples(self) -> int:
        """Training rows behind it, as far as they count."""
        return sum(each.counted_examples or each.num_examples for each in self.inputs)

    @property
    def model_sha256(self) -> Digest:
        """Digest of the file that it would become."""
        sha256 = hashlib.sha256()
        for part in model_file_parts(self.state, self.task.layout):
            sha256.update(part)
        return Digest(sha256.hexdigest())

    def card(self, model_sha256: Digest) -> dict[str, Any]:
        """Say what it is and what it rests on."""
        return {
            "task": self.task.name,
            "strategy": self.strategy,
            "parameters": dict(self.parameters),
            "scaler": self.scaler_choice,
            "sha256": model_sha256,
            "scaler_sha256": Digest.of(write_scaler(self.scaler)),
            "num_examples": self.num_examples,
            "inputs": [each.model_dump(mode="json") for each in self.inputs],
            "quarantined": [each.model_dump(mode="json") for each in self.quarantined],
            "metrics": dict(self.metrics),
            "held_out": self.held_out.model_dump(mode="json") if self.held_out else None,
            "notice": self.task.notice,
        }


@dataclass(frozen=True)
class Policy:
    """What a director is set to: the strategy where none is asked for, and the bounds of the gate."""

    strategy: str
    bounds: Bounds


def draft_average(session: Session, blobs: BlobStore, task: Task, request: AggregationRequest, policy: Policy) -> Draft:
    """Judge current models beside each other, leave out what fails, and combine the rest as asked.

    Raises:
        UnknownStrategyError, UnknownEnvoyError: A name is wrong.
        NoUpdatesError: No hospital has a current model, or none passed.
        NoModelError: A hospital that was named has none.
        ConflictError: A hospital that was named has a version in quarantine.
        TooFewUpdatesError: The strategy takes more hospitals.
    """
    strategy = strategy_named(request.strategy or policy.strategy, request.parameters)
    rows = chosen_submissions(session, task, request.envoys)
    borrowed = _borrowed_scaler(session, blobs, task, request.scaler)
    fixed = borrowed or merged_scaler(session, task.name, policy.bounds)
    tensors = cache(partial(tensors_of, blobs, task))  # most hospitals share one start: it is read and checked once
    updates = _counted([opened(session, blobs, row, task, tensors) for row in rows], policy.bounds)
    together = fixed or _merge_own(updates, policy.bounds)
    yardstick = yardstick_of(session, blobs, task, together)
    candidates = judged(rows, updates, together, task, yardstick, policy.bounds)
    entering = [each for each in candidates if each.counts]
    if not entering:
        failed = {check.name for each in candidates for check in each.checks if not check.passed}
        raise NoUpdatesError(
            f"None of the {len(candidates)} models passed the gate's checks: {', '.join(sorted(failed))}.",
            hint="Look at the validation table and the gate's bounds; reject bad models by hand.",
        )
    table = yardstick.table if yardstick else None
    scaler = fixed or _merge_own([each.update for each in entering], policy.bounds)
    combined = aggregate([each.update for each in entering], strategy, scaler)
    shares = combined.shares or [None] * len(entering)
    inputs = [each.as_input(share) for each, share in zip(entering, shares, strict=True)]
    if request.dry_run:
        inputs = _with_effects(inputs, entering, strategy, task, scaler, combined.state, table)
    return Draft(
        task=task,
        strategy=strategy.name,
        parameters=request.parameters,
        scaler_choice=request.scaler,
        scaler=scaler,
        state=combined.state,
        inputs=inputs,
        quarantined=[each.as_input(None) for each in candidates if not each.counts],
        metrics={each.row.envoy.name: each.row.metadata_json["metrics"] for each in entering},
        held_out=held_out(task, combined.state, scaler, table) if table else None,
    )


def _borrowed_scaler(session: Session, blobs: BlobStore, task: Task, choice: str) -> ScalerState | None:
    """Give one hospital's own scaler, where the admin chose to reuse it."""
    if choice == MERGED:
        return None
    name = EnvoyName(choice)
    for row in current_submissions(session, task=task.name):
        if row.envoy.folded_name == name.folded:
            reported = session.scalars(
                select(StatisticsRow)
                .where(
                    StatisticsRow.envoy_id == row.envoy_id,
                    StatisticsRow.task == task.name,
                    StatisticsRow.verdict == ADMITTED,
                )
                .order_by(StatisticsRow.version.desc())
            ).first()
            if reported is not None:
                return ScalerState.from_moments(reported.num_examples, tuple(reported.mean), tuple(reported.m2))
            return read_scaler(blobs.read(row.digest_of("scaler")), len(task.features))
    raise unknown_envoy(name)


def _counted(updates: Sequence[ModelUpdate], bounds: Bounds) -> list[ModelUpdate]:
    counts = capped_counts([update.num_examples for update in updates], bounds.count_ratio)
    return [replace(update, num_examples=count) for update, count in zip(updates, counts, strict=True)]


def _merge_own(updates: Sequence[ModelUpdate], bounds: Bounds) -> ScalerState:
    """Merge the scalers that the models stand behind, where nobody has sent statistics."""
    return merge_scalers(capped([update.scaler for update in updates], bounds.count_ratio))


def _with_effects(
    inputs: Sequence[ModelInput],
    entering: Sequence[Candidate],
    strategy: Strategy,
    task: Task,
    scaler: ScalerState,
    state: State,
    table: Table | None,
) -> list[ModelInput]:
    """Say of each hospital how far the result would move without it; as many aggregates as hospitals."""
    told = []
    for place, each in enumerate(inputs):
        others = [candidate.update for other, candidate in enumerate(entering) if other != place]
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
