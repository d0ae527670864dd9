"""The centre itself: who may do what, how it is set, how it is."""

from datetime import datetime
from typing import Literal

from pydantic import Field, JsonValue

from contract.messages.base import Message, Role
from contract.messages.runs import Quiescence


class Operation(Message):
    """One operation, and who may do it; ``roles`` null: anybody, without a token."""

    name: str
    method: str
    path: str
    tag: str
    summary: str
    roles: list[Role] | None


class Permissions(Message):
    """Who may do what: read from the routes themselves."""

    roles: list[Role]
    operations: list[Operation]


class Setting(Message):
    """A setting as it is in force."""

    name: str
    value: JsonValue = Field(description="What could be a secret is left out: null.")
    is_default: bool


class Storage(Message):
    """What the data folder holds."""

    database_bytes: int
    blob_bytes: int
    blobs: int
    free_bytes: int


class LastBackup(Message):
    """The newest backup that this director made, as its record says."""

    made_at: datetime
    age_seconds: float


class System(Message):
    """How the centre is."""

    version: str
    python: str
    started_at: datetime
    status: Literal["ok", "failing"]
    checks: dict[str, str]
    storage: Storage
    records: int = Field(description="How long the audit is.")
    last_backup: LastBackup | None
    quiescence: Quiescence
    settings: list[Setting]


class StrategyParameter(Message):
    """A number that a strategy takes; ``default`` null: it follows from the number of updates."""

    name: str
    default: float | None
    least: float
    most: float | None
    is_whole: bool
    takes_least: bool
    takes_most: bool


class StrategyDescription(Message):
    """A way to combine models."""

    name: str
    summary: str = Field(description="The rule in a sentence, with its condition.")
    parameters: list[StrategyParameter]
    is_default: bool = Field(description="Whether it is the one that the director is set to.")
    default_name: str | None = Field(
        default=None, description="Where it is, how the director is set to it, such as `clip+fedavg`; else null."
    )
    can_clip: bool = Field(description="Whether `clip+NAME` is one too.")
