"""A global model that the admin's own script made: through the strict readers, with its lineage checked."""

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.artifacts.model_file import read_model
from contract.artifacts.scaler_file import read_scaler_file
from contract.errors import ArtifactError
from contract.messages.global_models import Card, CardInput, Lineage, ModelInput
from contract.names import Digest, TaskName
from contract.parts import GLOBAL_FILES
from contract.tasks import Task
from director.errors import MalformedRequestError, NotFoundError
from director.models.contributions import input_of
from director.models.draft import Draft
from director.models.validation import held_out, reference_of
from director.records.schema import SubmissionFileRow, SubmissionRow
from director.records.verdicts import ADMITTED
from director.tasks.artifacts import Artifacts

IMPORTED = "imported"


def draft_imported(
    session: Session, artifacts: Artifacts, task: Task, model: bytes, scaler: bytes, card: bytes
) -> Draft:
    """Take what ``python -m aggregation`` made.

    Raises:
        ArtifactError: A file is not what the contract allows, or not the one that the card digests.
        MalformedRequestError: The card is not one of the script's.
        NotFoundError: The card names an input that no hospital ever submitted.
    """
    state, file = read_model(model, task.layout), read_scaler_file(scaler, len(task.features))
    file.require_features([feature.name for feature in task.features])
    claims = _read_card(card)
    for name, data, claimed in (
        (GLOBAL_FILES["model"], model, claims.sha256),
        (GLOBAL_FILES["scaler"], scaler, claims.scaler_sha256),
    ):
        if claimed != Digest.of(data):
            raise ArtifactError(f"{name} is not the one that card.json describes.", hint="Run the script again.")
    inputs = [_claimed_input(session, task.name, claim) for claim in claims.inputs]
    reference = reference_of(session, artifacts, task, file.state)
    lineage = Lineage(
        strategy=f"{IMPORTED}:{claims.strategy[:60]}",
        parameters={},
        scaler=IMPORTED,
        num_examples=sum(each.num_examples for each in inputs),
        inputs=sorted(inputs, key=lambda each: each.envoy_name.folded),
        held_out=held_out(task, state, file.state, reference.table) if reference else None,
        metrics={},
    )
    return Draft(task, state, file.state, lineage)


def _claimed_input(session: Session, task: TaskName, claim: CardInput) -> ModelInput:
    row = session.scalars(
        select(SubmissionRow)
        .join(SubmissionFileRow, SubmissionFileRow.submission_id == SubmissionRow.id)
        .where(
            SubmissionRow.task == task,
            SubmissionRow.verdict == ADMITTED,
            SubmissionFileRow.role == "model",
            SubmissionFileRow.sha256 == claim.model_sha256,
        )
    ).first()
    if row is None:
        raise NotFoundError(
            f"card.json names a model of {claim.envoy_name[:63]} that no hospital's upload holds now.",
            hint="Run the script on the folders under received_results/ as they are.",
        )
    return input_of(row, claim.num_examples, claim.weight)


def _read_card(data: bytes) -> Card:
    try:
        return Card.model_validate_json(data)
    except ValidationError as error:
        raise MalformedRequestError(
            "card.json is not one that python -m aggregation writes.", hint="Run the script again."
        ) from error
