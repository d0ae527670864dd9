"""Hospitals: enrolling, joining, their place in the federation."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from contract.messages.base import Count, Message
from contract.names import Digest, EnvoyName, TaskName


class EnvoyRequest(Message):
    """A hospital to admit to the federation."""

    envoy_name: EnvoyName
    expected_examples: Count | None = Field(
        default=None, description="How many training examples it counts for at most; null leaves that as it is."
    )


class EnrolmentCode(Message):
    """The one-time code that a hospital joins with; shown once."""

    envoy_name: EnvoyName
    code: str
    expires_at: datetime


class JoinRequest(Message):
    """Trade a one-time code for the hospital's token."""

    code: Annotated[str, Field(min_length=1, max_length=200)]


class CurrentVersion(Message):
    """The model that ``/infer`` answers from, for one task; where there is none the newest of those that are stale."""

    task: TaskName
    version: int
    model_sha256: Digest
    num_examples: int
    created_at: datetime
    stale: bool = Field(
        default=False,
        description="Whether it was made for another definition of the task, such as other cut points: it answers no "
        "question and enters no aggregate.",
    )


class EnvoyDescription(Message):
    """A hospital's place in the federation; what an analyst may not see is null."""

    envoy_name: EnvoyName
    state: Literal["enrolled", "active", "disabled", "withdrawn"] | None
    last_seen_at: datetime | None
    current: list[CurrentVersion]
    expected_examples: int | None = Field(
        default=None,
        # an envoy of the version before takes no further field: a hospital reads it at …/expectation
        exclude_if=lambda value: value is None,
        description="What the admin expects of it at most. For the admin alone.",
    )


class Expectation(Message):
    """How many training examples the admin expects of a hospital at most; null: nothing was said."""

    envoy_name: EnvoyName
    num_examples: Count | None


class ExpectationRequest(Message):
    """What the admin expects of a hospital; null takes it back."""

    num_examples: Count | None
