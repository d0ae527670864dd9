"""Who sits at the council's table: hospitals' current models, opened, and each held against the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from sqlalchemy.orm import Session

from aggregation.comparison import Measurement
from aggregation.errors import AggregationError, NoUpdatesError
from aggregation.scaling import behind
from aggregation.screening import Bounds, judge, judge_held_out, judge_magnitude
from aggregation.updates import ModelUpdate, Tensors, TensorsInFile
from contract.artifacts.model_file import locate_tensors, read_model
from contract.artifacts.scaler_file import read_scaler
from contract.messages import Check, HeldOut, ModelInput
from contract.names import Digest, EnvoyName
from contract.network import State, bias_name, weight_name
from contract.scaler import ScalerState
from contract.tasks import Task
from director.errors import ConflictError, NoModelError
from director.members.registry import current_submissions, waiting_submissions
from director.models.validation import Table, current_table, held_out
from director.records.blobs import BlobStore
from director.records.schema import SubmissionRow
from director.submissions.decisions import may_be_quarantined
from director.tasks.starts import current_global_model, start_named


@dataclass(frozen=True)
class Yardstick:
    """The validation table, and the current model's loss on it."""

    table: Table
    reference: float

    def hold(self, task: Task, update: ModelUpdate) -> HeldOut:
        """Hold a model against the table."""
        return held_out(task, _whole(update), update.scaler, self.table)


@dataclass(frozen=True)
class Candidate:
    """One hospital's model beside the others', and what was found of it."""

    row: SubmissionRow
    update: ModelUpdate
    checks: tuple[Check, ...]
    measurement: Measurement | None
    held_out: HeldOut | None

    @property
    def counts(self) -> bool:
        """Whether it enters: every check passed, or a person released it."""
        return not may_be_quarantined(self.row) or all(check.passed for check in self.checks)

    def as_input(self, weight: float | None) -> ModelInput:
        """Describe it as a part of a global model, with all that was found."""
        found = self.measurement
        return input_of(self.row, self.row.num_examples, weight).model_copy(
            update={
                "counted_examples": self.update.num_examples,
                "checks": list(self.checks),
                "norm": found and found.norm,
                "cosine": found and found.cosine,
                "distance": found and found.distance,
                "held_out": self.held_out,
            }
        )


def chosen_submissions(session: Session, task: Task, names: Sequence[EnvoyName] | None) -> Sequence[SubmissionRow]:
    """Give the models that are to be combined: of the named hospitals, or of all.

    Raises:
        NoUpdatesError: No hospital has a current model.
        NoModelError: A hospital that was named has none.
        ConflictError: A hospital that was named has a version in quarantine.
    """
    waiting = {row.envoy.folded_name: row for row in waiting_submissions(session, task.name)}
    current = {
        row.envoy.folded_name: row
        for row in current_submissions(session, task=task.name)
        if row.envoy.disabled_at is None and row.task_digest == task.digest
    }
    if names is None:
        # A hospital whose newest model waits for a person is left out: its older one is not what it wants to say.
        entering = [row for folded, row in current.items() if folded not in waiting]
        if not entering:
            why = f" beside {len(waiting)} in quarantine" if waiting else ""
            raise NoUpdatesError(
                f"No hospital has a current model of this task{why}.",
                hint="Let the hospitals train and upload; or release what waits: fl-director submission list",
            )
        return entering
    for name in names:
        if name.folded in waiting:
            raise ConflictError(
                f"Version {waiting[name.folded].version} of {name} waits in quarantine.",
                hint="Release or reject it first, or leave the hospital out.",
                envoy_name=name,
                submission_id=waiting[name.folded].id,
            )
        if name.folded not in current:
            raise NoModelError(
                f"{name} has no current model of this task, or is disabled.",
                hint="See GET /envoys; leave it out, or let it train first.",
                envoy_name=name,
            )
    return [current[folded] for folded in sorted({name.folded for name in names})]


def opened(
    session: Session, blobs: BlobStore, row: SubmissionRow, task: Task, tensors: Callable[[Digest], Tensors]
) -> ModelUpdate:
    """Open a submission and the start that it was trained from for the arithmetic."""
    scaler = read_scaler(blobs.read(row.digest_of("scaler")), len(task.features))
    digest = row.digest_of("model")
    update = ModelUpdate(digest, row.num_examples, scaler, task.layout, tensors(digest))
    start = start_named(session, task.name, row.base)
    if start is None:
        raise AggregationError(
            f"The start that {row.envoy.name}'s version {row.version} was trained from is not on record.",
            hint="Run: fl-director fsck; leave the hospital out until it has trained again.",
            envoy_name=row.envoy.name,
        )
    # a start without a scaler is trained from as it is, behind each hospital's own
    stood_behind = read_scaler(blobs.read(start.scaler_sha256), len(task.features)) if start.scaler_sha256 else scaler
    base = replace(update, scaler=stood_behind, tensors=tensors(start.model_sha256))
    return replace(update, base=behind(base, scaler).tensors)


def judged(
    rows: Sequence[SubmissionRow],
    updates: Sequence[ModelUpdate],
    scaler: ScalerState,
    task: Task,
    yardstick: Yardstick | None,
    bounds: Bounds,
) -> list[Candidate]:
    """Hold each model against the others, and against the validation table where there is one.

    Args:
        rows: The submissions.
        updates: The same, opened; their counts are capped.
        scaler: Everyone stands behind it while they are compared.
        task: What they learn.
        yardstick: The validation table.
        bounds: What is still taken for honest.
    """
    side_by_side = [behind(update, scaler) for update in updates]
    judgements = judge(side_by_side, bounds)
    results = [yardstick.hold(task, update) if yardstick else None for update in side_by_side]
    candidates = []
    for row, update, beside, judgement, result in zip(rows, updates, side_by_side, judgements, results, strict=True):
        checks = (*judgement.checks, judge_magnitude(_largest(beside)))
        if yardstick is not None and result is not None:
            checks += (judge_held_out(result.loss, yardstick.reference, yardstick.table.trivial_loss, bounds),)
        candidates.append(Candidate(row, update, checks, judgement.measurement, result))
    return candidates


def yardstick_of(session: Session, blobs: BlobStore, task: Task, scaler: ScalerState) -> Yardstick | None:
    """Give the validation table with the loss of the current model: the global one, else the shared start.

    Args:
        session: A transaction.
        blobs: The vault.
        task: What the models learn.
        scaler: Behind which the shared start stands, where there is no global model yet.
    """
    table = current_table(session, blobs, task)
    if table is None:
        return None
    model = current_global_model(session, task)
    if model is None:
        return Yardstick(table, held_out(task, task.initial_state(), scaler, table).loss)
    scaler = read_scaler(blobs.read(model.scaler_sha256), len(task.features))
    return Yardstick(table, held_out(task, read_model(blobs.read(model.model_sha256), task.layout), scaler, table).loss)


def input_of(row: SubmissionRow, num_examples: int, weight: float | None) -> ModelInput:
    """Name a submission as a part of a global model."""
    return ModelInput(
        envoy_name=row.envoy.name,
        version=row.version or 0,
        submission_id=row.id,
        model_sha256=row.digest_of("model"),
        scaler_sha256=row.digest_of("scaler"),
        num_examples=num_examples,
        weight=weight,
    )


def tensors_of(blobs: BlobStore, task: Task, digest: Digest) -> Tensors:
    """Read a model as it is asked for; its bytes are checked against their digest first."""
    return TensorsInFile(locate_tensors(blobs.read(digest), task.layout), partial(blobs.read_at, digest))


def _largest(update: ModelUpdate) -> float:
    """Give the largest magnitude in the first layer, which alone is changed by another scaler."""
    first = [spec for spec in update.layout if spec.name in (weight_name(0), bias_name(0))]
    return max(float(np.abs(update.tensors.read(spec, 0, spec.size)).max()) for spec in first)


def _whole(update: ModelUpdate) -> State:
    return {
        spec.name: np.asarray(update.tensors.read(spec, 0, spec.size), np.float32).reshape(spec.shape)
        for spec in update.layout
    }
