"""The council: hospitals' current models → a draft of a global one, with its lineage. It keeps nothing."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregation.errors import NoUpdatesError
from aggregation.scaling import merge_scalers
from aggregation.strategy import aggregate, strategy_named
from aggregation.updates import ModelUpdate, TensorsInFile, shares
from contract.architecture import State
from contract.errors import ArtifactError
from contract.messages import AggregationRequest, MetricValue, ModelInput
from contract.model_file import locate_tensors, model_file_parts, read_model
from contract.names import Digest, EnvoyName, TaskName
from contract.scaler import ScalerState
from contract.scaler_file import read_scaler, write_scaler
from contract.tasks import Task
from director.blobs import BlobStore
from director.errors import MalformedRequestError, NoModelError, NotFoundError
from director.registry import current_submissions, unknown_envoy
from director.schema import StatisticsRow, SubmissionFileRow, SubmissionRow
from director.starts import merged_scaler

MERGED = "merged"
IMPORTED = "imported"


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
    metrics: Mapping[str, Mapping[str, MetricValue]] = field(default_factory=dict)

    @property
    def num_examples(self) -> int:
        """Training rows behind it."""
        return sum(each.num_examples for each in self.inputs)

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
            "metrics": dict(self.metrics),
            "notice": self.task.notice,
        }


def draft_average(session: Session, blobs: BlobStore, task: Task, request: AggregationRequest) -> Draft:
    """Average current models as asked.

    Raises:
        UnknownStrategyError, UnknownEnvoyError: A name is wrong.
        NoUpdatesError: No hospital has a current model.
        NoModelError: A hospital that was named has none.
    """
    strategy = strategy_named(request.strategy, request.parameters)
    rows = _chosen(session, task, request.envoys)
    borrowed = _borrowed_scaler(session, blobs, task, request.scaler)
    merged = merged_scaler(session, task.name)
    updates = [_opened(blobs, row, task) for row in rows]
    scaler = borrowed or merged or merge_scalers([update.scaler for update in updates])
    return Draft(
        task=task,
        strategy=strategy.name,
        parameters=request.parameters,
        scaler_choice=request.scaler,
        scaler=scaler,
        state=aggregate(updates, strategy, scaler).state,
        inputs=[_input_of(row, row.num_examples, weight) for row, weight in zip(rows, shares(updates), strict=True)],
        metrics={row.envoy.name: row.metadata_json["metrics"] for row in rows},
    )


def draft_imported(session: Session, task: Task, model: bytes, scaler: bytes, card: bytes) -> Draft:
    """Take what the admin's own script made: through the strict readers, with its lineage.

    Raises:
        ArtifactError: A file is not what the contract allows, or not the one that the card digests.
        MalformedRequestError: The card is not one of the script's.
        NotFoundError: The card names an input that no hospital ever submitted.
    """
    state, scaler_state = read_model(model, task.layout), read_scaler(scaler, len(task.features))
    claims = _read_card(card)
    for part, data, field_name in (("model.pt", model, "sha256"), ("scaler.pkl", scaler, "scaler_sha256")):
        if claims.get(field_name) != Digest.of(data):
            raise ArtifactError(f"{part} is not the one that card.json describes.", hint="Run the script again.")
    claimed = [_claimed_input(session, task.name, claim) for claim in claims["inputs"]]
    inputs = sorted(claimed, key=lambda each: each.envoy_name.folded)
    strategy = f"{IMPORTED}:{str(claims.get('strategy', 'unknown'))[:60]}"
    return Draft(task, strategy, {}, IMPORTED, scaler_state, state, inputs)


def _chosen(session: Session, task: Task, names: Sequence[EnvoyName] | None) -> Sequence[SubmissionRow]:
    current = [
        row
        for row in current_submissions(session, task=task.name)
        if row.envoy.disabled_at is None and row.task_digest == task.digest
    ]
    if names is None:
        if not current:
            raise NoUpdatesError(
                "No hospital has a current model of this task.", hint="Let the hospitals train and upload first."
            )
        return current
    by_name = {row.envoy.folded_name: row for row in current}
    for name in names:
        if name.folded not in by_name:
            raise NoModelError(
                f"{name} has no current model of this task, or is disabled.",
                hint="See GET /envoys; leave it out, or let it train first.",
                envoy_name=name,
            )
    return [by_name[folded] for folded in sorted({name.folded for name in names})]


def _borrowed_scaler(session: Session, blobs: BlobStore, task: Task, choice: str) -> ScalerState | None:
    """Give one hospital's own scaler, where the admin chose to reuse it."""
    if choice == MERGED:
        return None
    name = EnvoyName(choice)
    for row in current_submissions(session, task=task.name):
        if row.envoy.folded_name == name.folded:
            reported = session.scalars(
                select(StatisticsRow)
                .where(StatisticsRow.envoy_id == row.envoy_id, StatisticsRow.task == task.name)
                .order_by(StatisticsRow.version.desc())
            ).first()
            if reported is not None:
                return ScalerState.from_moments(reported.num_examples, tuple(reported.mean), tuple(reported.m2))
            return read_scaler(blobs.read(row.digest_of("scaler")), len(task.features))
    raise unknown_envoy(name)


def _opened(blobs: BlobStore, row: SubmissionRow, task: Task) -> ModelUpdate:
    """Open a submission for the arithmetic; its bytes are checked against their digest first."""
    digest = row.digest_of("model")
    locations = locate_tensors(blobs.read(digest), task.layout)
    scaler = read_scaler(blobs.read(row.digest_of("scaler")), len(task.features))
    tensors = TensorsInFile(locations, partial(blobs.read_at, digest))
    return ModelUpdate(digest, row.num_examples, scaler, task.layout, tensors)


def _input_of(row: SubmissionRow, num_examples: int, weight: float) -> ModelInput:
    return ModelInput(
        envoy_name=row.envoy.name,
        version=row.version or 0,
        submission_id=row.id,
        model_sha256=row.digest_of("model"),
        scaler_sha256=row.digest_of("scaler"),
        num_examples=num_examples,
        weight=weight,
    )


def _claimed_input(session: Session, task: TaskName, claim: Mapping[str, Any]) -> ModelInput:
    row = session.scalars(
        select(SubmissionRow)
        .join(SubmissionFileRow, SubmissionFileRow.submission_id == SubmissionRow.id)
        .where(
            SubmissionRow.task == task,
            SubmissionFileRow.role == "model",
            SubmissionFileRow.sha256 == Digest(str(claim["model_sha256"])),
        )
    ).first()
    if row is None:
        raise NotFoundError(
            f"card.json names a model of {str(claim.get('envoy_name', '?'))[:63]} that was never submitted.",
            hint="Run the script on the folders under received_results/ as they are.",
        )
    return _input_of(row, int(claim["num_examples"]), float(claim["weight"]))


def _read_card(data: bytes) -> dict[str, Any]:
    try:
        card = json.loads(data)
        inputs = card["inputs"]
        if not isinstance(inputs, list) or not inputs:
            raise ValueError("no inputs")
        for claim in inputs:
            _ = Digest(str(claim["model_sha256"])), int(claim["num_examples"]), float(claim["weight"])
    except (ValueError, KeyError, TypeError) as error:
        raise MalformedRequestError(
            "card.json is not one that python -m aggregation writes.", hint="Run the script again."
        ) from error
    return dict(card)
