"""What an upload says of itself, and its receipt."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, field_validator

from contract.messages.base import Count, Message, Verdict, require_number
from contract.messages.decisions import Decision
from contract.messages.problems import Check
from contract.metrics import METRICS
from contract.names import Digest, EnvoyName, TaskName
from contract.parts import FileRole
from contract.software import known_software

_Whole = BeforeValidator(require_number)
"""For a whole number; `true` and "3" are none, 3.0 is."""

_ClaimedValue = Annotated[float, Strict()] | None | list[list[Annotated[int, Strict()]]]
ClaimedMetrics = Annotated[dict[str, _ClaimedValue], Field(max_length=64)]
"""Metrics as an upload claims them: a number, null or a table of counts, never `true` or a text."""


class UploadMetadata(BaseModel):
    """What an upload says of itself.

    Keys and metrics that are not known, and software without a version, are left out, and named in the checks. Whether
    a metric's value can be one is asked on arrival: what was kept before that was asked can still be read.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, strict=False)

    task: TaskName
    num_examples: Count
    base: Digest
    metrics: Annotated[ClaimedMetrics, Field(description=f"Known are: {', '.join(METRICS)}.")] = {}
    seed: Annotated[int, Field(ge=0, lt=2**63), _Whole] | None = None
    local_epochs: Annotated[int, Field(ge=1, le=100_000), _Whole] | None = None
    software: Annotated[
        dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=64)]], Field(max_length=32)
    ] = {}
    model_sha256: Digest | None = None
    scaler_sha256: Digest | None = None
    log_sha256: Digest | None = None
    trained_at: datetime | None = None
    round: Annotated[int, Field(ge=1, le=2**31 - 1), _Whole] | None = Field(
        default=None, description="The round that it is an update for; null: none, it is the hospital's own model."
    )
    cohort: Digest | None = Field(
        default=None, description="Names the patients trained on, under a key that only the hospital has."
    )

    @field_validator("metrics", mode="before")
    @classmethod
    def _leave_out_unknown_metrics(cls, found: object) -> object:
        return {name: value for name, value in found.items() if name in METRICS} if isinstance(found, dict) else found

    @field_validator("software", mode="before")
    @classmethod
    def _leave_out_what_is_no_version(cls, found: object) -> object:
        return known_software(found) if isinstance(found, dict) else found


class PartReceived(Message):
    """How far a part has come that is sent before the upload that it belongs to."""

    received: Annotated[int, Field(ge=0, description="How many of its bytes are here, from the first on.")]


class StoredFile(Message):
    """One artifact of a version."""

    sha256: Digest
    bytes: int


class Submission(Message):
    """One upload and its verdict; also the receipt of an upload."""

    id: str
    envoy_name: EnvoyName
    task: TaskName
    version: int | None = Field(description="The version that it became; null where it was rejected on arrival.")
    verdict: Verdict
    checks: list[Check]
    decision: Decision | None = Field(default=None, description="What a person decided about it, if anybody did.")
    files: dict[FileRole, StoredFile]
    metadata: UploadMetadata
    created_at: datetime
