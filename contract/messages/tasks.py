"""Tasks, and what everyone starts from."""

from dataclasses import fields
from datetime import datetime
from typing import Annotated

from pydantic import Field

from contract.clinical.quantities import Availability
from contract.messages.base import Message
from contract.names import Digest, TaskName
from contract.network import ArchitectureSpec, TensorSpec
from contract.tasks import RISK_LEVELS, Feature, Outcome, RiskLevel, Shares, Task, TrainingPlan
from contract.tasks.task import OutOfBounds, Source

_USUAL = {field.name: field.default for field in fields(Task)}


def _usual(name: str) -> object:
    """Say of a field how a task has it that does not name it; a party of the version before knows no such field."""
    return Field(default=_USUAL[name], exclude_if=lambda found: found == _USUAL[name])


def _is_none(value: object) -> bool:
    return value is None


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
    source: Annotated[Source, _usual("source")]
    index: Annotated[str, _usual("index")]
    allows: Annotated[tuple[Availability, ...], _usual("allows")]
    exclusions: Annotated[tuple[str, ...], _usual("exclusions")]
    outcome: Annotated[Outcome, _usual("outcome")]
    shares: Annotated[Shares | None, _usual("shares")]
    out_of_bounds: Annotated[OutOfBounds, _usual("out_of_bounds")]
    digest: Digest
    retired_at: Annotated[
        datetime | None, Field(default=None, exclude_if=_is_none, description="Since when nothing is learned of it.")
    ]

    @classmethod
    def of(cls, task: Task, retired_at: datetime | None = None) -> "TaskDescription":
        """Describe a task: features with units and sources, label, cut points, layout."""
        own = {name: getattr(task, name) for name in Task.__dataclass_fields__}
        return cls(**own, risk_levels=RISK_LEVELS, layout=task.layout, digest=task.digest, retired_at=retired_at)

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


class KnownTask(Message):
    """A task of this federation, and where it comes from. ``added_by`` null: it is built in."""

    name: TaskName
    title: str
    digest: Digest
    added_by: str | None
    added_at: datetime | None
    retired_by: str | None
    retired_at: datetime | None
