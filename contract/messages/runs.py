"""Runs: rounds of train → return → combine by the hospitals that were invited; what a hospital is asked to do."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from contract.messages.base import Message, OfTask, OneLine
from contract.messages.decisions import Reason
from contract.messages.global_models import HeldOut
from contract.names import Digest, EnvoyName, TaskName
from contract.small_counts import FEWEST_TOLD

LONGEST_DEADLINE_SECONDS = 90 * 24 * 3600

MOST_SUMMARISED = 1000
"""Of so many rounds, the newest of a run, it is told in short how they did."""

RunState = Literal["inviting", "running", "paused", "finished", "closed"]
RoundState = Literal["collecting", "aggregating", "waiting", "published", "failed"]
LateRule = Literal["refuse", "carry"]
"""What becomes of an update that comes after its round closed: refused (409), or its change counts in the next one."""
RunChoice = Literal["take_part", "refuse"]

RunNumber = Annotated[int, Field(ge=1, le=2**31 - 1)]
RoundNumber = Annotated[int, Field(ge=1, le=2**31 - 1)]


class RunRequest(OfTask):
    """Train together: so many rounds, by these hospitals."""

    rounds: Annotated[int, Field(ge=1, le=10_000)] = 1
    quorum: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        default=None, description="With so many a round counts at its deadline; null: all that were invited."
    )
    deadline_seconds: Annotated[float, Field(ge=1, le=LONGEST_DEADLINE_SECONDS)] = 600.0
    strategy: Annotated[OneLine, Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="Null: the one that the director is set to."
    )
    parameters: Annotated[dict[OneLine, float], Field(max_length=32)] = {}
    envoys: Annotated[tuple[EnvoyName, ...], Field(min_length=1, max_length=1000)] | None = Field(
        default=None, description="Who is invited; null: every hospital that is not disabled."
    )
    late: LateRule = "refuse"
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    patience: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        default=None, description="End once so many rounds in a row were no better; null: go through all rounds."
    )
    paused: bool = Field(
        default=False, description="Invite and ask how many patients fit; open no round until resumed."
    )


class RunAnswer(Message):
    """A hospital's answer to an invitation, or its later word that it refuses the rest."""

    choice: RunChoice
    reason: Reason | None = Field(default=None, description="Why it refuses; the admin reads it.")
    patients: Annotated[int, Field(ge=FEWEST_TOLD, le=10**9)] | None = Field(
        default=None, description=f"How many of its patients fit; null: fewer than {FEWEST_TOLD}, or it does not say."
    )
    cohort: Digest | None = Field(
        default=None, description="Names the cohort that the hospital trains on, under a key that only it has."
    )

    @model_validator(mode="after")
    def _refusing_says_why(self) -> "RunAnswer":
        if self.choice == "refuse" and self.reason is None:
            raise ValueError("a refusal takes a reason")
        return self


class InvitedHospital(Message):
    """A hospital that was invited to a run; the answers of others are for the admin alone, and null to hospitals."""

    envoy_name: EnvoyName
    choice: RunChoice | None = Field(description="Null: it has not answered.")
    reason: str | None = None
    patients: int | None = Field(default=None, description=f"Null: fewer than {FEWEST_TOLD}, or it did not say.")
    answered_at: datetime | None = None


class RoundDescription(Message):
    """One round: what it is trained from, who has returned, who is waited for, when it closes, what it gave."""

    n: RoundNumber = Field(description="Its number in the federation.")
    run: RunNumber
    number: int = Field(description="Its number in the run, from 1.")
    attempt: int = Field(description="From 1; a round that failed is tried again under the same number.")
    task: TaskName
    state: RoundState
    reason: str | None = Field(default=None, description="Why it failed, or what it waits for.")
    details: str | None = Field(default=None, description="More of why it failed; for the admin alone.")
    base: Digest
    model_sha256: Digest
    scaler_sha256: Digest | None
    opened_at: datetime
    closes_at: datetime
    closed_at: datetime | None = None
    returned: list[EnvoyName]
    awaited: list[EnvoyName]
    changed_cohorts: list[EnvoyName] = Field(
        default=[], description="Who trained on other patients than when it first took part."
    )
    global_version: int | None = None


class RoundSummary(Message):
    """One round of a run in short: what it gave, and what hospitals reported with the updates that went into it."""

    number: int = Field(description="Its number in the run, from 1.")
    n: RoundNumber = Field(description="Its number in the federation.")
    attempt: int
    state: RoundState
    closed_at: datetime | None = Field(description="When it took no further update; null: it still does.")
    global_version: int | None = Field(description="The version that it gave; null: none.")
    hospitals: int = Field(description="How many hospitals' updates went into that version.")
    mean: dict[str, float] = Field(description="Each score's mean over those hospitals: each counts alike.")
    worst: dict[str, float] = Field(description="The least of each score over them; of a cost the largest.")
    held_out: HeldOut | None = Field(description="The version on the validation table; null: there was none.")


class Run(Message):
    """A run of rounds."""

    id: RunNumber
    task: TaskName
    state: RunState
    reason: str | None = Field(default=None, description="Why it is paused or closed, or ended before its last round.")
    rounds: int
    published: int = Field(description="How many of its rounds gave a version that was published.")
    quorum: int
    deadline_seconds: float
    strategy: str
    parameters: dict[str, float]
    late: LateRule
    seed: int
    patience: int | None = None
    best_version: int | None = Field(
        default=None,
        description="Its version of least loss: on the validation table, else the median that hospitals report.",
    )
    hospitals: list[InvitedHospital]
    current: RoundDescription | None = Field(description="The newest round; null: none was opened yet.")
    history: list[RoundSummary] = Field(
        default=[],
        description=f"Its rounds, oldest first; of more than {MOST_SUMMARISED} the newest so many. Only where one run "
        "is asked for; empty in lists.",
    )
    opened_at: datetime
    ended_at: datetime | None = None


class PauseRequest(Message):
    """Why a run is paused or closed."""

    reason: Reason | None = None


class Invitation(Message):
    """A run that a hospital is asked to take part in."""

    run: RunNumber
    task: TaskName
    rounds: int
    quorum: int
    deadline_seconds: float
    strategy: str
    invited: int


class Assignment(Message):
    """A round that waits for this hospital's update."""

    n: RoundNumber
    run: RunNumber
    number: int
    rounds: int
    task: TaskName
    base: Digest
    model_sha256: Digest
    scaler_sha256: Digest | None
    global_version: int | None
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    proximal: float = Field(
        ge=0, le=1000, description="Weight μ of FedProx's term, (μ/2)·‖w - base‖²; 0: plain training."
    )
    closes_at: datetime
    closes_in_seconds: float = Field(description="The same by the director's clock: hospitals' clocks differ.")
    awaited: list[EnvoyName]


class Work(Message):
    """What a hospital is asked to do now. Nothing set: there is nothing, after as long a wait as was asked for."""

    invitation: Invitation | None = None
    assignment: Assignment | None = None
    waits_for: str | None = Field(default=None, description="In a sentence, what happens next and who is waited for.")


class Quiescence(Message):
    """Whether the director opens nothing new, so that it can be stopped."""

    is_quiet: bool
    since: datetime | None
    is_safe: bool = Field(description="Nothing is under way that a stop would cut.")
    under_way: list[str] = Field(description="What still is, in sentences.")
