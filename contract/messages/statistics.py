"""A hospital's share of the common scaler, its receipt, and what became of it."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from contract.messages.base import Count, Message, OfTask, Verdict
from contract.messages.decisions import Decision
from contract.messages.problems import Check
from contract.names import Digest, EnvoyName, TaskName


class StatisticsReport(OfTask):
    """A hospital's share of the common scaler: n, means and sums of squared deviations of its training rows."""

    num_examples: Count
    # strict: `true` and "3" are no numbers
    mean: Annotated[tuple[Annotated[float, Field(strict=True)], ...], Field(max_length=10_000)]
    m2: Annotated[tuple[Annotated[float, Field(strict=True, ge=0)], ...], Field(max_length=10_000)]


class StatisticsDescription(Message):
    """One report of a hospital, and whether it counts."""

    envoy_name: EnvoyName
    task: TaskName
    version: int
    num_examples: int
    mean: tuple[float, ...]
    m2: tuple[float, ...]
    verdict: Verdict
    checks: list[Check]
    decision: Decision | None = None
    created_at: datetime


class StatisticsReceipt(Message):
    """The report is kept; ``scaler_sha256`` is the merged scaler that now holds, null where no report counts."""

    envoy_name: EnvoyName
    task: TaskName
    version: int
    num_examples: int
    verdict: Verdict
    checks: list[Check]
    scaler_sha256: Digest | None
    base: Digest
    created_at: datetime
