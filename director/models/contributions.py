"""What an aggregate rests on: hospitals' current models, opened, and all else that is read before it is computed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from aggregation.clipping import capped_counts
from aggregation.errors import AggregationError, NoUpdatesError
from aggregation.scaling import behind, merge_scalers
from aggregation.screening import Bounds
from aggregation.updates import ModelUpdate
from contract.messages.global_models import AggregationRequest, ModelInput
from contract.names import EnvoyName
from contract.scaler import ScalerState
from contract.tasks import Task
from director.errors import ConflictError, NoModelError
from director.members.envoys import envoy_named, unknown_envoy
from director.models.validation import Reference, reference_of
from director.records.schema import SubmissionRow
from director.submissions.kept import current_submissions, waiting_submissions
from director.tasks.artifacts import Artifacts
from director.tasks.starts import start_named
from director.tasks.statistics import capped, merged_scaler, newest_admitted

MERGED = "merged"


@dataclass(frozen=True)
class Contribution:
    """One hospital's current model, opened; its count is capped against the others'."""

    row: SubmissionRow
    update: ModelUpdate


@dataclass(frozen=True)
class ClosedSet:
    """All that one aggregate is made from.

    Args:
        contributions: The hospitals' models, by hospital.
        agreed_scaler: The scaler that the result shall stand behind; None: the merge of the models' own.
        reference: What each is held against besides the others, where there is a validation table.
    """

    contributions: Sequence[Contribution]
    agreed_scaler: ScalerState | None
    reference: Reference | None


def close_set(
    session: Session, artifacts: Artifacts, task: Task, request: AggregationRequest, bounds: Bounds
) -> ClosedSet:
    """Read all that an aggregate is made from, each file once.

    Raises:
        UnknownEnvoyError: A hospital that was named is none.
        NoUpdatesError: No hospital has a current model.
        NoModelError: A hospital that was named has none.
        ConflictError: A hospital that was named has a version in quarantine.
        DamagedArtifactError: A file is not what it was.
    """
    rows = _chosen(session, task, request.envoys)
    agreed = _agreed_scaler(session, artifacts, task, request.scaler, bounds)
    updates = _counted([_opened(session, artifacts, row, task) for row in rows], bounds)
    contributions = [Contribution(row, update) for row, update in zip(rows, updates, strict=True)]
    together = agreed or merge_own(updates, bounds)
    return ClosedSet(contributions, agreed, reference_of(session, artifacts, task, together))


def merge_own(updates: Sequence[ModelUpdate], bounds: Bounds) -> ScalerState:
    """Merge the scalers that the models stand behind, where nobody has sent statistics."""
    return merge_scalers(capped([update.scaler for update in updates], bounds.count_ratio))


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


def _chosen(session: Session, task: Task, names: Sequence[EnvoyName] | None) -> Sequence[SubmissionRow]:
    """Give the models that are to be combined: of the named hospitals, or of all."""
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


def _opened(session: Session, artifacts: Artifacts, row: SubmissionRow, task: Task) -> ModelUpdate:
    """Open a submission and the start that it was trained from for the arithmetic."""
    scaler, digest = artifacts.scaler(row.digest_of("scaler")), row.digest_of("model")
    update = ModelUpdate(digest, row.num_examples, scaler, task.layout, artifacts.tensors(digest))
    start = start_named(session, task.name, row.base)
    if start is None:
        raise AggregationError(
            f"The start that {row.envoy.name}'s version {row.version} was trained from is not on record.",
            hint="Run: fl-director fsck; leave the hospital out until it has trained again.",
            envoy_name=row.envoy.name,
        )
    # a start without a scaler is trained from as it is, behind each hospital's own
    stood_behind = artifacts.scaler(start.scaler_sha256) if start.scaler_sha256 else scaler
    base = replace(update, scaler=stood_behind, tensors=artifacts.tensors(start.model_sha256))
    return replace(update, base=behind(base, scaler).tensors)


def _counted(updates: Sequence[ModelUpdate], bounds: Bounds) -> list[ModelUpdate]:
    counts = capped_counts([update.num_examples for update in updates], bounds.count_ratio)
    return [replace(update, num_examples=count) for update, count in zip(updates, counts, strict=True)]


def _agreed_scaler(
    session: Session, artifacts: Artifacts, task: Task, choice: str, bounds: Bounds
) -> ScalerState | None:
    """Give the merged scaler, or one hospital's own, where the admin chose to reuse it."""
    if choice == MERGED:
        return merged_scaler(session, task.name, bounds)
    envoy = envoy_named(session, EnvoyName(choice))
    current = current_submissions(session, task=task.name, envoy=envoy)
    if not current:
        raise unknown_envoy(envoy.name)
    return newest_admitted(session, envoy, task.name) or artifacts.scaler(current[0].digest_of("scaler"))
