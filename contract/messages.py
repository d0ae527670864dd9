"""Every request and response, as pydantic models: the OpenAPI document and every client derive from these alone."""

from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from contract.architecture import ArchitectureSpec, TensorSpec
from contract.names import Digest, EnvoyName, TaskName
from contract.tasks import DIAGNOSIS_COUNT, Feature, RiskLevel, Task, TrainingPlan

T = TypeVar("T")

MAX_BATCH_ROWS = 100_000

Role = Literal["hospital", "analyst", "admin"]
Verdict = Literal["admitted", "quarantined", "rejected"]
FileRole = Literal["model", "scaler", "log", "metadata"]
MetricValue = float | None | list[list[int]]
Metrics = Annotated[dict[str, MetricValue], Field(max_length=64)]
Count = Annotated[int, Field(ge=1, le=1_000_000_000)]

DEFAULT_TASK = DIAGNOSIS_COUNT.name


class Message(BaseModel):
    """What goes over the wire: frozen, exact, finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Page(Message, Generic[T]):
    """One page of a list; ``next`` is the cursor of the following page."""

    items: list[T]
    next: str | None = None


# --- errors -----------------------------------------------------------------------------------------------------------


class Check(Message):
    """One thing that the gate looked at."""

    name: str
    passed: bool
    seen: str = Field(description="The number or name that was found.")
    bound: str = Field(description="What it was held against.")
    sentence: str


class Problem(Message):
    """An error, RFC 9457: what failed, why, and what to do next."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    hint: str = ""
    facts: dict[str, str | int | float | bool | None] = {}
    checks: list[Check] = []
    request_id: str = ""


# --- tasks and starts -------------------------------------------------------------------------------------------------


class TaskDescription(Message):
    """A task as both sides use it."""

    name: TaskName
    title: str
    notice: str
    features: tuple[Feature, ...]
    label: str
    risk_levels: tuple[RiskLevel, ...]
    cut_points: tuple[float, ...]
    architecture: ArchitectureSpec
    layout: tuple[TensorSpec, ...]
    training: TrainingPlan
    initial_seed: int
    minimum_examples: int
    maximum_examples: int
    digest: Digest

    def to_task(self) -> Task:
        """Give the task itself, which trains and vectorises."""
        own = {name: getattr(self, name) for name in Task.__dataclass_fields__}
        return Task(**own)


class Start(Message):
    """What everyone starts from: one atomic answer. ``scaler_sha256`` is null while nobody has sent statistics."""

    task: TaskName
    base: Digest
    model_sha256: Digest
    scaler_sha256: Digest | None
    global_version: int | None = Field(description="The global model behind this start; null: the shared one.")


class StatisticsReport(Message):
    """A hospital's share of the common scaler: n, means and sums of squared deviations of its training rows."""

    task: TaskName = DEFAULT_TASK
    num_examples: Count
    mean: Annotated[tuple[float, ...], Field(max_length=10_000)]
    m2: Annotated[tuple[Annotated[float, Field(ge=0)], ...], Field(max_length=10_000)]


class StatisticsReceipt(Message):
    """The report is kept; ``scaler_sha256`` is the merged scaler that now holds."""

    envoy_name: EnvoyName
    task: TaskName
    version: int
    num_examples: int
    scaler_sha256: Digest
    base: Digest
    created_at: datetime


# --- envoys -----------------------------------------------------------------------------------------------------------


class EnvoyRequest(Message):
    """A hospital to admit to the federation."""

    envoy_name: EnvoyName


class EnrolmentCode(Message):
    """The one-time code that a hospital joins with; shown once."""

    envoy_name: EnvoyName
    code: str
    expires_at: datetime


class JoinRequest(Message):
    """Trade a one-time code for the hospital's token."""

    code: Annotated[str, Field(min_length=1, max_length=200)]


class IssuedToken(Message):
    """A fresh token; the secret is shown this once."""

    token: str
    id: str
    role: Role
    envoy_name: EnvoyName | None = None
    expires_at: datetime


class TokenDescription(Message):
    """A token without its secret."""

    id: str
    role: Role
    envoy_name: EnvoyName | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


class CurrentVersion(Message):
    """The model that ``/infer`` answers from, for one task."""

    task: TaskName
    version: int
    model_sha256: Digest
    num_examples: int
    created_at: datetime


class EnvoyDescription(Message):
    """A hospital's place in the federation; what an analyst may not see is null."""

    envoy_name: EnvoyName
    state: Literal["enrolled", "active", "disabled"] | None
    last_seen_at: datetime | None
    current: list[CurrentVersion]


# --- uploads ----------------------------------------------------------------------------------------------------------


class UploadMetadata(BaseModel):
    """What an upload says of itself. Unknown keys are ignored and named in the checks."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, strict=False)

    task: TaskName
    num_examples: Count
    base: Digest
    metrics: Metrics = {}
    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    local_epochs: Annotated[int, Field(ge=1, le=100_000)] | None = None
    software: Annotated[
        dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=64)]], Field(max_length=32)
    ] = {}
    model_sha256: Digest | None = None
    scaler_sha256: Digest | None = None
    log_sha256: Digest | None = None
    trained_at: datetime | None = None


class StoredFile(Message):
    """One artifact of a version."""

    sha256: Digest
    bytes: int


class Submission(Message):
    """One upload and its verdict; also the receipt of an upload."""

    id: str
    envoy_name: EnvoyName
    task: TaskName
    version: int | None = Field(description="The version that it became; null unless admitted.")
    verdict: Verdict
    checks: list[Check]
    files: dict[FileRole, StoredFile]
    metadata: UploadMetadata
    created_at: datetime


# --- global models ----------------------------------------------------------------------------------------------------


class AggregationRequest(Message):
    """Average current models into a global one."""

    task: TaskName = DEFAULT_TASK
    strategy: str = Field(default="fedavg", max_length=100)
    parameters: Annotated[dict[str, float], Field(max_length=32)] = {}
    envoys: Annotated[tuple[EnvoyName, ...], Field(min_length=1, max_length=1000)] | None = Field(
        default=None, description="Null: every active hospital with a current model."
    )
    scaler: Annotated[str, Field(max_length=63)] = Field(
        default="merged",
        description="`merged`, or a hospital: the scaler that the global model stands behind.",
    )
    dry_run: bool = False


class ModelInput(Message):
    """One hospital's part in a global model."""

    envoy_name: EnvoyName
    version: int
    submission_id: str
    model_sha256: Digest
    scaler_sha256: Digest
    num_examples: int
    weight: float


class GlobalModel(Message):
    """A global version with its full lineage; a preview has no version."""

    task: TaskName
    version: int | None
    strategy: str
    parameters: dict[str, float]
    scaler: str
    sha256: Digest
    scaler_sha256: Digest
    num_examples: int
    inputs: list[ModelInput]
    metrics: dict[str, dict[str, MetricValue]]
    created_at: datetime
    published: bool
    notice: str


# --- inference --------------------------------------------------------------------------------------------------------


class GlobalInferenceRequest(Message):
    """One patient's inputs, for the current global model."""

    task: TaskName = DEFAULT_TASK
    inputs: Annotated[dict[str, JsonValue], Field(max_length=10_000)]
    probabilities: bool = True


class InferenceRequest(GlobalInferenceRequest):
    """One patient's inputs, for one hospital's current model."""

    envoy_name: EnvoyName


class BatchGlobalInferenceRequest(Message):
    """Many patients' inputs, for the current global model."""

    task: TaskName = DEFAULT_TASK
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


class BatchPrediction(Message):
    """Answers in the order of the rows."""

    items: list[Answer]
    next: None = None
    task: TaskName
    cut_points: tuple[float, ...]
    notice: str
    model: AnsweringModel
    request_id: str


class Health(Message):
    """Whether the director can do its work."""

    status: Literal["ok", "starting", "failing"]
    version: str
    checks: dict[str, str] = {}
