"""Tasks, starts, and hospitals' statistics."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from contract.architecture import ArchitectureSpec, TensorSpec
from contract.messages.base import DEFAULT_TASK, Count, Message
from contract.names import Digest, EnvoyName, TaskName
from contract.tasks import Feature, RiskLevel, Task, TrainingPlan


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
