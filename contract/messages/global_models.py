"""Aggregating, and global versions with their lineage."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from contract.messages.base import DEFAULT_TASK, Message, MetricValue
from contract.names import Digest, EnvoyName, TaskName


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
