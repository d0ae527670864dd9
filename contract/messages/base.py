"""What all messages have in common: frozen, exact, finite; pages; the small types."""

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from contract.names import TaskName
from contract.tasks import DEFAULT_TASK
from contract.visible_text import ONE_SEEN_LINE

T = TypeVar("T")

MAX_BATCH_ROWS = 100_000
MAX_COUNT = 1_000_000_000
"""No hospital has more training rows."""

Role = Literal["hospital", "staff", "analyst", "admin"]
Verdict = Literal["admitted", "quarantined", "rejected"]
MetricValue = float | None | list[list[int]]
Metrics = Annotated[dict[str, MetricValue], Field(max_length=64)]
OneLine = Annotated[str, Field(pattern=ONE_SEEN_LINE)]
"""A text from outside that people will see: what is kept since before it was asked for is a plain ``str``."""


def require_number(value: object) -> object:
    """Refuse what Python takes for a number and JSON doesn't."""
    if isinstance(value, bool | str):
        raise ValueError("a truth value or a text is no number")
    return value


Count = Annotated[int, Field(ge=1, le=MAX_COUNT), BeforeValidator(require_number)]
"""How many; `true` and "3" are none."""


class Message(BaseModel):
    """What goes over the wire: frozen, exact, finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class OfTask(Message):
    """What is about one task; who knows of no other than the first names none."""

    task: TaskName = DEFAULT_TASK


class Page(Message, Generic[T]):
    """One page of a list; ``next`` is the cursor of the following page."""

    items: list[T]
    next: str | None = None
