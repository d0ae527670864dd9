"""Tasks, and what everyone starts from."""

from pydantic import Field

from contract.messages.base import Message
from contract.names import Digest, TaskName
from contract.network import ArchitectureSpec, TensorSpec
from contract.tasks import RISK_LEVELS, Feature, RiskLevel, Task, TrainingPlan


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

    @classmethod
    def of(cls, task: Task) -> "TaskDescription":
        """Describe a task: features with units and sources, label, cut points, layout."""
        own = {name: getattr(task, name) for name in Task.__dataclass_fields__}
        return cls(**own, risk_levels=RISK_LEVELS, layout=task.layout, digest=task.digest)

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
