"""The long life of a participating envoy: wait, do what is asked, return it, wait again; as the hospital allows.

Nothing that it needs is in memory alone: cut off at any instant and started again, it goes on, to the same bytes.
"""

import secrets
import time
from collections.abc import Callable
from contextlib import suppress

from contract.director_problems import shown
from contract.errors import FederationError
from contract.messages.runs import Assignment, Invitation
from contract.moments import shown_moment
from contract.names import EnvoyName, TaskName
from envoy.director_client import DirectorClient
from envoy.errors import DataError, NetworkError, OlderDirectorError, RefusedError
from envoy.outbox import NO_LONGER_WELCOME
from envoy.participation.bulletin import Bulletin
from envoy.participation.cohorts import FrozenCohort
from envoy.participation.holds import Holds
from envoy.participation.participant import Participant
from envoy.participation.sender import Sender
from envoy.participation.status import State

_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 1.0, 25.0
"""How long the director is asked to hold its answer back: briefly after something was done, so that whom a round waits
for is soon known; then longer, yet less than the minute after which what stands between may cut a silent connection."""
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS, _LONGEST_OTHER_PAUSE_SECONDS = 1.0, 60.0, 300.0
_LOOK_SECONDS = 1.0
_WORTH_KEEPING_SECONDS = 5.0
"""What took longer to train is on the disk before it is sent; all else is as soon trained again, to the same bytes."""


class _PausedMeanwhile(Exception):
    """Somebody paused the envoy while it trained."""


class Participation:
    """Takes part in runs, one step after the other.

    Args:
        client: The director; asked without much patience, for that is here.
        envoy: This hospital.
        participant: Does what is asked.
        sender: Sends updates.
        holds: When nothing is done.
        bulletin: What it tells.
        between: Done for a task while nothing is asked: words on versions that wait.
        renew: Looks for another token where this one holds no more; tells whether there is one.
        sleep: Waits so many seconds.
    """

    def __init__(
        self,
        client: DirectorClient,
        envoy: EnvoyName,
        participant: Participant,
        sender: Sender,
        holds: Holds,
        bulletin: Bulletin,
        *,
        between: Callable[[TaskName], None] = lambda task: None,
        renew: Callable[[], bool] = lambda: False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client, self._envoy, self._participant = client, envoy, participant
        self._sender, self._holds, self._bulletin = sender, holds, bulletin
        self._between, self._renew, self._sleep = between, renew, sleep
        self._wait, self._pause = _FIRST_WAIT_SECONDS, _FIRST_PAUSE_SECONDS
        self._open: set[int] = set()  # runs of which it is not known yet that they are over
        self._own: set[int] = set()  # those of them that it took part in since this start
        self._task: TaskName | None = None
        self._ended = 0
        self._is_pressed = False
        self._done: tuple[str, int] | None = None

    def take_part(self, runs: int | None = None, *, in_run: int | None = None) -> None:
        """Go on until so many runs are over; None: until it is stopped.

        Args:
            runs: How many.
            in_run: The run that it took part in before it was cut off.

        Raises:
            RefusedError: The token does not hold, or the director knows no rounds.
        """
        self._open = set() if in_run is None else {in_run}
        self._bulletin.say("ready", "Ready; waits to be asked.")
        with self._holds.shown_in(self._bulletin):
            while runs is None or self._ended < runs:
                self._step()
        self._bulletin.enter("stopped", run=None)

    def _step(self) -> None:
        """Do one thing, or rest where it failed."""
        try:
            self._hold()
            self._sender.send_what_waits()
            self._ask()
            self._pause = _FIRST_PAUSE_SECONDS
        except _PausedMeanwhile:
            self._bulletin.say("training.left", "Paused: what was being trained is trained again afterwards.")
        except NetworkError as error:
            self._rest(error, _LONGEST_PAUSE_SECONDS)
        except RefusedError as error:
            if error.status in NO_LONGER_WELCOME and self._renew():
                self._bulletin.say("token.renewed", "Goes on with the token that fl-envoy renew took.")
                return
            if error.status in NO_LONGER_WELCOME or isinstance(error, OlderDirectorError):
                raise
            self._rest(error, _LONGEST_OTHER_PAUSE_SECONDS)
        except FederationError as error:
            self._rest(error, _LONGEST_OTHER_PAUSE_SECONDS)
        except OSError as error:  # a full disk, a share that is away: nothing leaves before it is on record
            told = DataError(f"{error.filename or 'A file'}: {error.strerror or error}.")
            self._rest(told, _LONGEST_OTHER_PAUSE_SECONDS)

    def _ask(self) -> None:
        """Ask what there is to do, and do it."""
        if self._bulletin.status.state != "waiting":
            self._bulletin.enter("waiting")
        if self._is_pressed:
            self._sleep(_LOOK_SECONDS)
        asked_at = time.monotonic()
        work = self._client.work(self._envoy, self._wait)
        self._bulletin.heard()
        if self._holds.reason is not None:
            return
        if work.invitation is not None:
            self._not_at_once_again(("run", work.invitation.run))
            self._answer(work.invitation)
            self._done = "run", work.invitation.run
        elif work.assignment is not None:
            self._not_at_once_again(("round", work.assignment.n))
            self._return(work.assignment)
            self._done = "round", work.assignment.n
        else:
            self._idle(shown(work.waits_for) or None)
            self._is_pressed = time.monotonic() - asked_at < _FIRST_WAIT_SECONDS / 2  # the director held nothing back
            return
        self._is_pressed = False
        self._wait = _FIRST_WAIT_SECONDS

    def _not_at_once_again(self, asked: tuple[str, int]) -> None:
        """Take a breath where a director asks for what it was just given."""
        if asked == self._done:
            self._sleep(_LOOK_SECONDS)

    def _answer(self, invitation: Invitation) -> None:
        run, task = invitation.run, invitation.task
        self._bulletin.say(
            "invited",
            f"Invited to run {run}: {invitation.rounds} rounds of task {task}, {shown(invitation.strategy)}, "
            f"{invitation.invited} hospitals, {invitation.quorum} must return.",
            run=run,
            task=task,
        )
        answer = self._participant.answer(run, task)
        if answer.choice == "refuse":
            self._left(run, answer.reason or "")
            return
        self._took_part(run, task)
        how_many = f"{answer.patients} patients fit" if answer.patients else "fewer than 11 patients fit"
        self._bulletin.say("answered", f"Takes part in run {run}: {how_many}.", run=run, patients=answer.patients)

    def _return(self, assignment: Assignment) -> None:
        """Train for a round and return the update."""
        run, refusal = assignment.run, self._participant.refusal(assignment.run, assignment.task)
        if refusal is not None:
            self._participant.refuse(run, refusal)
            self._left(run, refusal)
            return
        self._took_part(run, assignment.task)
        self._bulletin.say(
            "round.training",
            f"{_which(assignment)}: trains from {_from_what(assignment)}; {_who_else(assignment, self._envoy)}; "
            f"closes {shown_moment(assignment.closes_at, seconds=True)}, in {assignment.closes_in_seconds:.0f} s.",
            run=run,
            round=assignment.n,
            number=assignment.number,
        )
        self._bulletin.enter(
            "training",
            run=run,
            round=assignment.n,
            number=assignment.number,
            rounds=assignment.rounds,
            closes_at=assignment.closes_at,
            waits_for=None,
        )
        began = time.monotonic()
        parcel = self._participant.update(assignment, on_cohort=self._note_cohort, on_epoch=self._look_up)
        if time.monotonic() - began >= _WORTH_KEEPING_SECONDS:
            self._sender.keep(assignment.n, parcel)
        self._sender.send(assignment.n, parcel)

    def _idle(self, waits_for: str | None) -> None:
        """Wait for longer the next time; look whether the run is over, and whether a version waits for a word."""
        self._wait = min(2 * self._wait, _LONGEST_WAIT_SECONDS)
        if waits_for != self._bulletin.status.waits_for and waits_for:
            self._bulletin.say("waiting", waits_for)
        self._bulletin.enter("waiting", waits_for=waits_for)
        for run in sorted(self._open):
            self._look_whether_over(run)
        if self._task is not None:
            self._between(self._task)

    def _look_whether_over(self, run: int) -> None:
        try:
            found = self._client.run(run)
        except RefusedError as error:
            if error.status != 404:
                raise
            self._over(run, f"The director knows no run {run} any more.")  # it is another one than before
            return
        self._task = self._task or found.task
        if found.state in ("finished", "closed"):
            self._over(run, f"Run {run} is {found.state}: {found.published} of {found.rounds} rounds gave a version.")

    def _took_part(self, run: int, task: TaskName) -> None:
        self._open.add(run)
        self._own.add(run)
        self._task = task

    def _left(self, run: int, reason: str) -> None:
        self._bulletin.say("refused", f"Takes no part in run {run}: {reason}", run=run, reason=reason)
        self._over(run, f"Run {run} goes on without this hospital.")

    def _over(self, run: int, sentence: str) -> None:
        """Note that a run is over; one of an earlier start counts only as long as there is none of this one."""
        if run in self._own or not self._own:
            self._ended += 1
        self._open.discard(run)
        self._bulletin.say("run.over", sentence, run=run)
        if self._bulletin.status.run in (None, run):
            self._bulletin.enter("waiting", run=None, round=None, number=None, rounds=None, closes_at=None)

    def _note_cohort(self, cohort: FrozenCohort) -> None:
        if cohort.has_changed and not self._bulletin.status.cohort_changed:
            self._bulletin.say(
                "cohort.changed", "The patients are not those with whom this run began; the consortium's admin sees it."
            )
        if cohort.has_changed != self._bulletin.status.cohort_changed:
            self._bulletin.enter("training", cohort_changed=cohort.has_changed)

    def _look_up(self, epoch: int) -> None:
        """Look between two epochs whether somebody paused."""
        if self._holds.is_paused:
            raise _PausedMeanwhile

    def _hold(self) -> None:
        """Wait while the hospital wants nothing done."""
        said: State | None = None
        while (why := self._holds.reason) is not None:
            if why != said:
                self._bulletin.say(why, _HOLDS[why])
                self._bulletin.enter(why)
                said = why
            self._sleep(_LOOK_SECONDS)
        if said is not None:
            self._bulletin.say("resumed", "Goes on.")

    def _rest(self, error: FederationError, longest: float) -> None:
        """Wait after a failure, longer each time; not all hospitals at the same moment."""
        pause = min(self._pause, longest) * (0.75 + secrets.randbelow(501) / 1000)
        hint = error.hint if self._pause == _FIRST_PAUSE_SECONDS else ""  # once is enough
        self._pause = min(2 * self._pause, longest)
        self._bulletin.say("retrying", f"{error.sentence} Trying again in {pause:.0f} s. {hint}".strip())
        with suppress(OSError):  # where the disk is what failed, the line above has said so
            self._bulletin.enter("retrying", last_error=error.sentence)
        self._sleep(pause)


_HOLDS: dict[State, str] = {
    "paused": "Paused: begins nothing until fl-envoy resume.",
    "outside_hours": "Outside of this hospital's hours: begins nothing.",
}


def _which(assignment: Assignment) -> str:
    return f"Round {assignment.number} of {assignment.rounds} (run {assignment.run})"


def _from_what(assignment: Assignment) -> str:
    return f"version {assignment.global_version}" if assignment.global_version else "the shared start"


def _who_else(assignment: Assignment, envoy: EnvoyName) -> str:
    others = ", ".join(name for name in assignment.awaited if name.folded != envoy.folded)
    return f"{others} also awaited" if others else "nobody else is awaited"
