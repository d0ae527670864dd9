"""Aggregating, and global versions with their lineage."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from contract.messages.base import Count, Message, MetricValue, OfTask, OneLine
from contract.messages.decisions import Reason
from contract.messages.engine_plans import EngineRun
from contract.messages.problems import Check
from contract.names import AliasName, Digest, EnvoyName, TaskName
from contract.visible_text import ONE_SEEN_LINE


class AggregationRequest(OfTask):
    """Move the global model on by what is new."""

    strategy: Annotated[OneLine, Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="Null: the one that the director is set to."
    )
    parameters: Annotated[dict[OneLine, float], Field(max_length=32)] = {}
    envoys: Annotated[tuple[EnvoyName, ...], Field(min_length=1, max_length=1000)] | None = Field(
        default=None, description="Null: every active hospital with a current model."
    )
    scaler: Annotated[OneLine, Field(max_length=63)] = Field(
        default="merged",
        description="`merged`, or a hospital: the scaler that the global model stands behind. A hospital's exact "
        "statistics are then for all to read.",
    )
    trained_here: bool = Field(
        default=False,
        exclude_if=lambda value: not value,  # a request that does not ask for it reads as it always has
        description="Take of each hospital its newest model that was trained from the current version itself, or where "
        "there is none from the shared start, also if a version that was set aside counted it: so a version is made "
        "without a hospital that has left.",
    )
    dry_run: bool = False


class HeldOut(Message):
    """How a model does on the admin's validation table."""

    loss: float = Field(description="Mean cross-entropy, in nats.")
    accuracy: float


class ModelInput(Message):
    """One hospital's part in a global model, or what was found where it was left out.

    Behind the result's scaler; x is the model minus the start that it was trained from. What compares hospitals is for
    the admin alone, and null to others.
    """

    envoy_name: EnvoyName
    version: int
    submission_id: str
    model_sha256: Digest
    scaler_sha256: Digest
    num_examples: int = Field(description="Training rows, as claimed.")
    counted_examples: int | None = Field(default=None, description="The same, capped: what it weighs.")
    bound: str | None = Field(default=None, description="Which bound the count is the least of, in words.")
    reason: str | None = Field(default=None, description="Why it stands still, where it does.")
    waits: bool = Field(default=False, description="Whether it stands still because it waits in quarantine.")
    weight: float | None = Field(
        description="Its share of the result, or of what stands still; null where the strategy knows no shares."
    )
    checks: list[Check] = []
    norm: float | None = Field(default=None, description="Length of x.")
    cosine: float | None = Field(default=None, description="Of the angle between x and the others' robust centre.")
    distance: float | None = Field(default=None, description="From x to the others' robust centre.")
    held_out: HeldOut | None = Field(default=None, description="Its own model on the validation table.")
    effect: float | None = Field(default=None, description="How far the result would move without it. Previews only.")
    held_out_without: HeldOut | None = Field(
        default=None, description="The result without it, on the validation table. Previews only."
    )


class Lineage(Message):
    """What a global model rests on."""

    strategy: str
    parameters: dict[str, float]
    scaler: str
    num_examples: int
    inputs: list[ModelInput]
    quarantined: list[ModelInput] = Field(default=[], description="What was left out, and why. For the admin alone.")
    standing: list[ModelInput] = Field(
        default=[], description="What stands still: keeps its share of the version moved on from, and changes nothing."
    )
    held_out: HeldOut | None = Field(default=None, description="The result on the validation table, if there is one.")
    metrics: dict[str, dict[str, MetricValue]]
    parent: int | None = Field(default=None, description="The version that it moved on from; null: the shared start.")
    notes: list[str] = Field(default=[], description="What whoever decides about it should know, in sentences.")
    engine_run: EngineRun | None = Field(
        default=None,
        # a party of the version before takes no further field; what it should know stands in the notes
        exclude_if=lambda value: value is None,
        description="Which engine's run made it; null: it was made here. For the admin alone; to all the notes say it.",
    )


AnswerChoice = Literal["accept", "refuse"]


class AnswerRequest(OfTask):
    """A hospital's word on a version, after it held it against its own held-out patients. No figures leave."""

    answer: AnswerChoice


class PublishRequest(Message):
    """Make a version the current one. One that nobody confirmed takes a reason, which goes on record."""

    reason: Reason | None = None


class NoteRequest(Message):
    """Note something about a version; the admin alone reads it."""

    note: Annotated[str, Field(max_length=500, pattern=ONE_SEEN_LINE)] = Field(
        description="Empty: there is none any more."
    )


class VersionAnswer(Message):
    """What a hospital answered about a version."""

    envoy_name: EnvoyName
    answer: AnswerChoice
    answered_at: datetime


class GlobalModel(Lineage):
    """A global version with its full lineage; a preview has no version."""

    task: TaskName
    version: int | None
    sha256: Digest
    scaler_sha256: Digest
    created_at: datetime
    published: bool = Field(description="Whether it is the current one.")
    stale: bool = Field(
        default=False,
        description="Whether it was made for another definition of its task, such as other cut points: it answers no "
        "question and can't be published.",
    )
    waiting: bool = Field(default=False, description="Made, never published: it waits to be confirmed.")
    answers: list[VersionAnswer] = Field(default=[], description="Hospitals' words on it, the newest of each.")
    round: int | None = Field(default=None, description="The round that gave it; null: it came of no round.")
    aliases: list[AliasName] = Field(
        default=[],
        description="What it is called besides its number. `champion`: it is the current one; `challenger`: the newest "
        "of all, where that is not the current one; then the names that the admin gave it.",
    )
    note: str | None = Field(default=None, description="What the admin noted about it. For the admin alone.")
    notice: str
    withdrawn: list[EnvoyName] = Field(
        default=[],
        # an envoy of the version before takes no further field; what it should know stands in the notes
        exclude_if=lambda value: not value,
        description="The hospitals that it learned from and that have left since. For the admin alone; to all the "
        "notes say it.",
    )


class CardInput(BaseModel):
    """One folder's part in a model that the admin's script averaged."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    envoy_name: OneLine = "?"
    model_sha256: Digest
    scaler_sha256: Digest | None = None
    num_examples: Count
    weight: Annotated[float, Field(ge=0, le=1)] | None
    base: Digest | None = Field(default=None, description="The start that its metadata names; null: it names none.")


class CardBase(BaseModel):
    """A start about which the admin's script averaged models."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    base: Digest = Field(description="Its name under the task as the script knows it.")
    model_sha256: Digest
    scaler_sha256: Digest | None = Field(default=None, description="Null: each hospital had its own scaler.")


class Card(OfTask):
    """What the admin's script says of the model that it averaged, beside it as ``card.json``."""

    model_config = ConfigDict(extra="ignore")

    strategy: OneLine = "unknown"
    parameters: dict[OneLine, int | float] = {}
    count_ratio: float | None = None
    sha256: Digest
    scaler_sha256: Digest
    num_examples: int = 0
    inputs: Annotated[list[CardInput], Field(min_length=1, max_length=10_000)]
    bases: list[CardBase] = Field(
        default=[],
        description="What the models were averaged about, first what the result moves on from. Empty: a plain average.",
    )
    run: EngineRun | None = Field(
        default=None,
        exclude_if=lambda value: value is None,  # a script's card reads as it always has
        description="Which engine's run made it: each input is the named hospital's last update of it. Null: a script.",
    )
    notice: str = ""
