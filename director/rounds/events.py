"""What happens in runs and their rounds."""

import logging

from pydantic import Field

from contract.messages.runs import RunChoice
from contract.names import Digest, EnvoyName, TaskName
from director.records.events import Event


class RunEvent(Event):
    """Something was done in a run: who has what to do may have changed."""

    about = ("run",)

    run: int


class RunOpened(RunEvent, act="run.open"):
    """Hospitals were invited to train together."""

    task: TaskName
    rounds: int
    quorum: int
    strategy: str
    invited: tuple[EnvoyName, ...]


class InvitationAnswered(RunEvent, act="run.answer"):
    """A hospital takes part, or refuses."""

    envoy: EnvoyName
    choice: RunChoice
    patients: int | None
    reason: str | None = None


class RunPaused(RunEvent, act="run.pause"):
    """No further round is opened until somebody resumes the run."""

    level = logging.WARNING

    reason: str | None


class RunResumed(RunEvent, act="run.resume"):
    """Rounds are opened again."""


class RunFinished(RunEvent, act="run.finish"):
    """All its rounds were published, or it ended before the last one."""

    reason: str | None = Field(default=None, exclude_if=lambda value: value is None)


class RunClosed(RunEvent, act="run.close"):
    """A person ended it."""

    reason: str | None


class RoundEvent(RunEvent):
    """Something was done in a round."""

    round: int


class RoundOpened(RoundEvent, act="round.open"):
    """A round waits for updates."""

    task: TaskName
    number: int
    attempt: int
    base: Digest
    closes_at: str


class RoundExtended(RoundEvent, act="round.extend"):
    """The director was away at a round's deadline: it waits a while longer."""

    closes_at: str


class UpdateReturned(RoundEvent, act="round.return"):
    """A hospital's update came in time."""

    envoy: EnvoyName
    submission: str
    changed_cohort: bool = Field(default=False, exclude_if=lambda value: not value)
    late: bool = Field(default=False, exclude_if=lambda value: not value)


class UpdateRefused(RoundEvent, act="round.refuse"):
    """A hospital's update came too late for its round, and the run's rule does not take it."""

    level = logging.WARNING

    envoy: EnvoyName


class ReturnsClosed(RoundEvent, act="round.close"):
    """A round takes no further update."""

    returned: int
    awaited: int


class RoundWaits(RoundEvent, act="round.wait"):
    """A round gave a version, which must be confirmed."""

    version: int


class RoundPublished(RoundEvent, act="round.publish"):
    """A round's version is the current one."""

    version: int


class RoundFailed(RoundEvent, act="round.fail"):
    """A round gave nothing."""

    level = logging.WARNING

    reason: str


class QuiescenceBegan(Event, act="quiescence.begin"):
    """Nothing new is opened, so that the director can be stopped."""


class QuiescenceEnded(Event, act="quiescence.end"):
    """What is due is opened again."""
