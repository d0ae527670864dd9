"""A global model that the admin's own script made: through the strict readers, with its lineage checked."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.artifacts.model_file import read_model
from contract.artifacts.scaler_file import read_scaler
from contract.errors import ArtifactError
from contract.messages import ModelInput
from contract.names import Digest, TaskName
from contract.tasks import Task
from director.errors import MalformedRequestError, NotFoundError
from director.models.contributions import input_of
from director.models.draft import Draft
from director.models.validation import current_table, held_out
from director.records.blobs import BlobStore
from director.records.schema import SubmissionFileRow, SubmissionRow
from director.submissions.decisions import ADMITTED

IMPORTED = "imported"


def draft_imported(session: Session, blobs: BlobStore, task: Task, model: bytes, scaler: bytes, card: bytes) -> Draft:
    """Take what ``python -m aggregation`` made.

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
    table = current_table(session, blobs, task)
    result = held_out(task, state, scaler_state, table) if table else None
    return Draft(task, strategy, {}, IMPORTED, scaler_state, state, inputs, held_out=result)


def _claimed_input(session: Session, task: TaskName, claim: Mapping[str, Any]) -> ModelInput:
    row = session.scalars(
        select(SubmissionRow)
        .join(SubmissionFileRow, SubmissionFileRow.submission_id == SubmissionRow.id)
        .where(
            SubmissionRow.task == task,
            SubmissionRow.verdict == ADMITTED,
            SubmissionFileRow.role == "model",
            SubmissionFileRow.sha256 == Digest(str(claim["model_sha256"])),
        )
    ).first()
    if row is None:
        raise NotFoundError(
            f"card.json names a model of {str(claim.get('envoy_name', '?'))[:63]} that no hospital's upload holds now.",
            hint="Run the script on the folders under received_results/ as they are.",
        )
    return input_of(row, int(claim["num_examples"]), _weight(claim))


def _weight(claim: Mapping[str, Any]) -> float | None:
    """Give an input's share; a strategy such as the median knows none."""
    return None if claim["weight"] is None else float(claim["weight"])


def _read_card(data: bytes) -> dict[str, Any]:
    try:
        card = json.loads(data)
        inputs = card["inputs"]
        if not isinstance(inputs, list) or not inputs:
            raise ValueError("no inputs")
        for claim in inputs:
            _ = Digest(str(claim["model_sha256"])), int(claim["num_examples"]), _weight(claim)
    except (ValueError, KeyError, TypeError) as error:
        raise MalformedRequestError(
            "card.json is not one that python -m aggregation writes.", hint="Run the script again."
        ) from error
    return dict(card)
