"""Questions to a model, one row or many, and the answers."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from contract.messages.base import MAX_BATCH_ROWS, Message, OfTask
from contract.names import Digest, EnvoyName, TaskName
from contract.tasks import RiskLevel


class GlobalInferenceRequest(OfTask):
    """One patient's inputs, for the current global model.

    ``probabilities`` false leaves out what an answer can spare: the probabilities of levels, and the contributions of
    a binary outcome, whose probability stays.
    """

    inputs: Annotated[dict[str, JsonValue], Field(max_length=10_000)]
    probabilities: bool = True


class InferenceRequest(GlobalInferenceRequest):
    """One patient's inputs, for one hospital's current model."""

    envoy_name: EnvoyName


class BatchGlobalInferenceRequest(OfTask):
    """Many patients' inputs, for the current global model."""

    inputs: Annotated[list[dict[str, JsonValue]], Field(min_length=1, max_length=MAX_BATCH_ROWS)]
    probabilities: bool = True


class BatchInferenceRequest(BatchGlobalInferenceRequest):
    """Many patients' inputs, for one hospital's current model."""

    envoy_name: EnvoyName


class Probabilities(Message):
    """Of each risk level; they sum to 1."""

    low: float
    medium: float
    high: float


def _is_none(value: object) -> bool:
    return value is None


class AnsweringModel(Message):
    """Which model answered."""

    scope: Literal["envoy", "global"]
    envoy_name: EnvoyName | None = Field(default=None, exclude_if=_is_none)
    version: int
    sha256: Digest
    scaler_sha256: Digest
    envoys: int | None = Field(default=None, exclude_if=_is_none, description="Hospitals behind a global model.")
    trained_at: datetime


class Answer(Message):
    """One row's risk level."""

    risk_level: RiskLevel
    probabilities: Probabilities | None


class Prediction(Answer):
    """One answer, with what it rests on."""

    task: TaskName
    cut_points: tuple[float, ...]
    notice: str
    model: AnsweringModel
    request_id: str


class BatchAnswer(Answer):
    """One row's risk level in a batch; with `?id=COLUMN` also what stood there."""

    id: JsonValue = Field(default=None, exclude_if=_is_none)


class RowError(Message):
    """What is wrong with a row."""

    row: int = Field(description="From 1.")
    detail: str
    hint: str
    feature: str | None = Field(default=None, exclude_if=_is_none)


class RefusedRow(Message):
    """A row of a batch that has no answer, with `?on_error=report`."""

    error: RowError
    id: JsonValue = Field(default=None, exclude_if=_is_none)


_Refused = Annotated[
    int | None,
    Field(default=None, exclude_if=_is_none, description="How many rows have an error; with `?on_error=report`."),
]


class BatchPrediction(Message):
    """Answers in the order of the rows."""

    items: list[BatchAnswer | RefusedRow]
    next: None = None
    refused: _Refused = None
    task: TaskName
    cut_points: tuple[float, ...]
    notice: str
    model: AnsweringModel
    request_id: str


class Contribution(Message):
    """What a feature adds to the log-odds; the entry "intercept", which comes first, is what every patient has."""

    feature: str
    contribution: float


class BinaryAnswer(Message):
    """One row's probability that the outcome happens, or why none is given."""

    probability: float | None = Field(description="null: abstained.")
    risk_level: RiskLevel | None = Field(description="Where the probability lies between the cut points.")
    unknown_codes: int = Field(description="Codes of the record that map to nothing the task knows.")
    missing: tuple[str, ...] = Field(description="Features that had no value: the declared one stands for it.")
    abstained: str | None = Field(description="Why there is no probability; null: there is one.")


class BinaryPrediction(BinaryAnswer):
    """One answer of a task with a binary outcome, with what it rests on."""

    contributions: list[Contribution] = Field(
        description="Of a logistic model: they sum to the log-odds. Empty of an mlp, and where there is no probability."
    )
    task: TaskName
    cut_points: tuple[float, ...]
    notice: str
    model: AnsweringModel
    request_id: str


class BinaryBatchAnswer(BinaryAnswer):
    """One row's probability in a batch; with `?id=COLUMN` also what stood there."""

    id: JsonValue = Field(default=None, exclude_if=_is_none)


class BinaryBatchPrediction(Message):
    """Answers of a task with a binary outcome in the order of the rows, without contributions."""

    items: list[BinaryBatchAnswer | RefusedRow]
    next: None = None
    refused: _Refused = None
    task: TaskName
    cut_points: tuple[float, ...]
    notice: str
    model: AnsweringModel
    request_id: str
