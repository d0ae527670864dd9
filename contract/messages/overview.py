"""The federation in one look: who is silent, what waits on whom, what a person must decide."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from contract.messages.base import Message, MetricValue, Verdict
from contract.messages.events import ToldEvent
from contract.messages.global_models import HeldOut
from contract.messages.runs import RoundNumber, RoundState, RunNumber, RunState
from contract.names import AliasName, Digest, EnvoyName, TaskName

TileState = Literal["enrolled", "in_touch", "silent", "disabled", "withdrawn"]
"""Never joined; seen lately; joined and not seen for longer than the director is set to; shut out."""

LadderStep = Literal["invited", "refused", "training", "sent", "judged", "counted", "left_out", "missed"]
"""Has not answered; takes no part; its update is awaited; an upload is on its way; its update is here and passed the
checks on arrival; it is in the round's version; it was held back or stood still; the round closed without it."""

MatterKind = Literal[
    "submission_quarantined",
    "statistics_quarantined",
    "version_waiting",
    "round_failed",
    "run_paused",
    "proposal_open",
    "hospital_not_joined",
    "token_ends",
    "backup_old",
    "disk_short",
    "audit_broken",
]


ConditionKind = Literal["hospital_silent", "round_closing"] | MatterKind
"""What somebody who does not look is told of."""


class HospitalTile(Message):
    """A hospital in one look; what an analyst may not see is null."""

    envoy_name: EnvoyName
    state: TileState | None
    last_seen_at: datetime | None
    version: int | None = Field(
        description="Its current model's version, for the task; a stale one where none answers."
    )
    stale: bool = Field(
        default=False, description="Whether that model was made for another definition of the task: it doesn't answer."
    )
    awaited_in: list[RoundNumber] = Field(description="Open rounds that wait for it.")


class RoundCard(Message):
    """A round that is open, or a run whose first is still to come."""

    run: RunNumber
    run_state: RunState
    task: TaskName
    strategy: str
    rounds: int
    number: int | None = Field(description="Null: none was opened yet, hospitals are invited.")
    n: RoundNumber | None
    attempt: int | None
    state: RoundState | None
    reason: str | None
    invited: int
    quorum: int
    returned: list[EnvoyName]
    awaited: list[EnvoyName] = Field(description="Whose update, or else whose answer, is waited for.")
    silent: list[EnvoyName] = Field(description="Those of them that have not been seen lately.")
    opened_at: datetime
    closes_at: datetime | None
    closes_in_seconds: float | None = Field(description="The same by the director's clock.")


class Matter(Message):
    """Something that waits for a person."""

    kind: MatterKind
    subject: str = Field(description="A submission's id, a hospital, a version, a run, a token, a proposal's number.")
    envoy_name: EnvoyName | None = None
    task: TaskName | None = None
    version: int | None = None
    run: RunNumber | None = None
    since: datetime | None = None
    until: datetime | None = None
    reason: str | None = None


class VersionSummary(Message):
    """A global version in short."""

    version: int
    created_at: datetime
    sha256: Digest
    strategy: str
    parent: int | None
    round: RoundNumber | None
    run: RunNumber | None
    published: bool = Field(description="Whether it is the current one.")
    stale: bool = Field(
        default=False,
        description="Whether it was made for another definition of its task and can't be the current one.",
    )
    waiting: bool
    aliases: list[AliasName]
    num_examples: int
    hospitals: list[EnvoyName] = Field(description="Whose models went into it.")
    mean: dict[str, float]
    worst: dict[str, float]
    held_out: HeldOut | None
    withdrawn: list[EnvoyName] = Field(
        default=[], description="The hospitals that it learned from and that have left since."
    )


class Overview(Message):
    """The federation in one look, as far as who asks may know it."""

    task: TaskName
    at: datetime
    silent_after_seconds: int
    is_quiet: bool
    hospitals: list[HospitalTile]
    rounds: list[RoundCard]
    matters: list[Matter]
    current: VersionSummary | None
    versions: list[VersionSummary] = Field(description="The newest fifty, oldest first.")
    events: list[ToldEvent] = Field(description="The newest ten, newest first.")


class LadderRung(Message):
    """How far a hospital is in a round."""

    envoy_name: EnvoyName
    step: LadderStep
    since: datetime | None
    last_seen_at: datetime | None
    is_silent: bool
    submission_id: str | None = None
    verdict: Verdict | None = None
    reason: str | None = None


class RoundLadder(Message):
    """How far each hospital is in a round."""

    n: RoundNumber
    run: RunNumber
    number: int
    attempt: int
    state: RoundState
    closes_at: datetime
    rungs: list[LadderRung]


class RoundPart(Message):
    """One hospital's part in a round."""

    envoy_name: EnvoyName
    submission_id: str
    returned_at: datetime
    bytes: int
    num_examples: int
    weight: float | None
    verdict: Verdict
    is_late: bool
    metrics: dict[str, MetricValue]


class RoundRecord(Message):
    """A round of a run with each hospital's part; what others reported is for the admin alone."""

    n: RoundNumber
    number: int
    attempt: int
    state: RoundState
    reason: str | None
    opened_at: datetime
    closes_at: datetime
    closed_at: datetime | None
    global_version: int | None
    awaited: list[EnvoyName]
    refused: list[EnvoyName] = Field(description="Whose update came too late and was not taken.")
    bytes: int
    mean: dict[str, float]
    worst: dict[str, float]
    held_out: HeldOut | None
    parts: list[RoundPart]


ReceivedKind = Literal["statistics", "model", "word"]


class Received(Message):
    """Something that a hospital sent and the director kept, newest first: all that ever left it for here."""

    at: datetime
    kind: ReceivedKind
    task: TaskName
    version: int | None = Field(description="Of its model or report; of a word, the global version.")
    verdict: Verdict | None
    submission_id: str | None = None
    num_examples: int | None = None
    bytes: int | None = None
    digests: dict[str, Digest] = {}
    answer: str | None = None


class CoursePoint(Message):
    """What a hospital reported of one of its models, on its own held-out patients, beside the global it came from."""

    version: int
    at: datetime
    verdict: Verdict
    round: RoundNumber | None
    global_version: int | None = Field(description="The version that it was trained from.")
    local: dict[str, MetricValue]
    start: dict[str, MetricValue] = Field(
        description="The same of what it was trained from, before the first epoch, where its training log says it."
    )


class HospitalCourse(Message):
    """A hospital's models over time, oldest first."""

    envoy_name: EnvoyName
    task: TaskName
    points: list[CoursePoint]


class TrainingLog(Message):
    """The training log of one upload, as its lines."""

    submission_id: str
    lines: list[dict[str, int | MetricValue | str | bool | dict[str, MetricValue | str]]]
