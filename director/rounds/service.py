"""What is done about runs and rounds, for the HTTP interface and the commands alike."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregation.strategy import strategy_named
from contract.messages.base import Page
from contract.messages.runs import MOST_SUMMARISED, Quiescence, RoundDescription, Run, RunAnswer, RunRequest
from contract.moments import shown_moment
from contract.names import TaskName
from contract.tasks import Task
from director.errors import ConflictError
from director.members.access import Principal
from director.members.envoys import envoy_named
from director.models.round_updates import UNDER_WAY, rounds_under_way
from director.records import idempotency
from director.records.ledger import Ledger
from director.records.paging import EVERYTHING, Span
from director.records.run_schema import InvitationRow, RunRow
from director.records.schema import EnvoyRow
from director.rounds import described, quiescence, transitions
from director.rounds.events import InvitationAnswered, RunClosed, RunOpened, RunResumed
from director.rounds.history import history_of
from director.rounds.machine import Machine
from director.tasks.catalogue import Catalogue

_LONGEST_EXTENSION = timedelta(minutes=10)
_ENDED = frozenset(("finished", "closed"))


class Rounds:
    """Opens runs, takes answers to them, shows them, and lets what is due happen.

    Args:
        ledger: The rows.
        catalogue: The tasks of this federation.
        machine: Moves them on.
        strategy: How rounds combine unless a run says otherwise.
    """

    def __init__(self, ledger: Ledger, catalogue: Catalogue, machine: Machine, strategy: str) -> None:
        self._ledger = ledger
        self._catalogue = catalogue
        self._machine = machine
        self._strategy = strategy

    def advance(self) -> datetime | None:
        """Do all that is due; gives the moment at which something is due next."""
        return self._machine.advance()

    def open(self, caller: Principal, request: RunRequest, key: str | None = None) -> Run:
        """Invite hospitals to train together.

        Raises:
            UnknownTaskError, UnknownStrategyError, UnknownEnvoyError: No such name.
            ConflictError: A run of this task is open, fewer are invited than the quorum, or nothing new is opened now.
        """
        task = self._catalogue.find_learned(request.task)
        strategy = strategy_named(request.strategy or self._strategy, request.parameters)
        as_asked = ["run", request.model_dump_json()]
        with self._ledger.act(caller.actor) as act:
            earlier = idempotency.find(act.session, caller.actor, key, as_asked)
            if earlier is not None:
                return described.describe_run(act.session, described.run_with_id(act.session, int(earlier)), caller)
            _require_nothing_open(act.session, task)
            invited = _invited(act.session, request)
            quorum = len(invited) if request.quorum is None else request.quorum
            if not 1 <= quorum <= len(invited):
                raise ConflictError(
                    f"A quorum of {quorum} can't be reached: {len(invited)} hospitals are invited.",
                    hint="Ask for a smaller quorum, or invite more hospitals: fl-director envoy list",
                )
            row = RunRow(
                task=task.name,
                task_digest=task.digest,
                state="paused" if request.paused else "inviting",
                reason="It was opened paused: hospitals say how many patients fit." if request.paused else None,
                rounds=request.rounds,
                quorum=quorum,
                deadline_seconds=request.deadline_seconds,
                strategy=strategy.name,
                parameters=request.parameters,
                late=request.late,
                seed=request.seed,
                patience=request.patience,
                opened_at=act.now,
                ended_at=None,
                invitations=[InvitationRow(envoy_id=each.id, envoy=each) for each in invited],
            )
            act.session.add(row)
            act.session.flush()
            names = tuple(each.name for each in invited)
            act.tell(
                RunOpened(
                    run=row.id,
                    task=task.name,
                    rounds=row.rounds,
                    quorum=quorum,
                    strategy=strategy.name,
                    invited=names,
                )
            )
            idempotency.keep(act, key, as_asked, str(row.id))
            return described.describe_run(act.session, row, caller)

    def answer(self, caller: Principal, run_id: int, answer: RunAnswer) -> Run:
        """Take a hospital's answer to its invitation. It may change its mind; the same again changes nothing.

        Raises:
            NotFoundError: There is no such run.
            ConflictError: It is over, or the hospital was not invited.
        """
        with self._ledger.act(caller.actor) as act:
            row = _open_run(act.session, run_id)
            envoy = envoy_named(act.session, caller.own_envoy)
            place = next((each for each in row.invitations if each.envoy_id == envoy.id), None)
            if place is None:
                raise ConflictError(f"{envoy.name} was not invited to run {run_id}.", hint="See GET /runs.")
            said = (answer.choice, answer.reason, answer.patients, answer.cohort)
            if (place.choice, place.reason, place.patients, place.cohort) != said:
                place.choice, place.reason, place.patients, place.cohort = said
                place.answered_at = act.now
                act.session.flush()
                act.tell(
                    InvitationAnswered(
                        run=row.id,
                        envoy=envoy.name,
                        choice=answer.choice,
                        patients=answer.patients,
                        reason=answer.reason,
                    )
                )
            return described.describe_run(act.session, row, caller)

    def pause(self, caller: Principal, run_id: int, reason: str | None) -> Run:
        """Open no further round of a run; the one under way goes on to its end. Again is no error.

        Raises:
            NotFoundError, ConflictError: There is no such run, or it is over.
        """
        with self._ledger.act(caller.actor) as act:
            row = _open_run(act.session, run_id)
            if row.state != "paused":
                transitions.pause(act, row, reason)
            return described.describe_run(act.session, row, caller)

    def resume(self, caller: Principal, run_id: int) -> Run:
        """Open rounds of a paused run again; one that failed is tried anew. Again is no error.

        Raises:
            NotFoundError, ConflictError: There is no such run, or it is over.
        """
        with self._ledger.act(caller.actor) as act:
            row = _open_run(act.session, run_id)
            if row.state == "paused":
                if transitions.newest_round(act.session, row) is None:
                    row.state, row.opened_at = "inviting", act.now  # its deadline for answers begins anew
                else:
                    row.state = "running"
                row.reason = None
                act.tell(RunResumed(run=row.id))
            return described.describe_run(act.session, row, caller)

    def close(self, caller: Principal, run_id: int, reason: str | None) -> Run:
        """End a run now: a round of it that is under way fails, what was published stays.

        Raises:
            NotFoundError, ConflictError: There is no such run, or it is over.
        """
        with self._ledger.act(caller.actor) as act:
            row = _open_run(act.session, run_id)
            row.state, row.reason, row.ended_at = "closed", reason, act.now
            last = transitions.newest_round(act.session, row)
            if last is not None and last.state in UNDER_WAY:
                transitions.fail_round(act, last, "The run was closed.")
            act.tell(RunClosed(run=row.id, reason=reason))
            return described.describe_run(act.session, row, caller)

    def get(self, caller: Principal, run_id: int, rounds: int = MOST_SUMMARISED) -> Run:
        """Describe a run with its newest rounds in short, at most so many, as far as the caller may know it.

        Raises:
            NotFoundError: There is no such run.
        """
        with self._ledger.read() as session:
            row = described.run_with_id(session, run_id)
            run = described.describe_run(session, row, caller)
            return run.model_copy(update={"history": history_of(session, row, rounds)})

    def list(
        self, caller: Principal, task: TaskName | None, *, limit: int, cursor: str | None, span: Span = EVERYTHING
    ) -> Page[Run]:
        """List runs, newest first."""
        with self._ledger.read() as session:
            return described.list_runs(session, caller, task, limit=limit, cursor=cursor, span=span)

    def round(self, caller: Principal, n: int) -> RoundDescription:
        """Describe a round.

        Raises:
            NotFoundError: There is no such round.
        """
        with self._ledger.read() as session:
            return described.describe_round(session, described.round_with_id(session, n), caller)

    def quiesce(self, caller: Principal) -> Quiescence:
        """Open nothing new until the next start; what is under way goes on to its end. Again is no error."""
        with self._ledger.act(caller.actor) as act:
            quiescence.begin(act)
        return self.quiescence()

    def end_quiescence(self, caller: Principal) -> Quiescence:
        """Open again what is due. Again is no error."""
        with self._ledger.act(caller.actor) as act:
            quiescence.end(act)
        return self.quiescence()

    def start_again(self, caller: Principal) -> None:
        """Open again what is due, and give hospitals time where a deadline passed while the director was away."""
        self.end_quiescence(caller)
        with self._ledger.act(caller.actor) as act:
            for row in rounds_under_way(act.session):
                if row.state == "collecting" and row.closes_at <= act.now:
                    transitions.extend(act, row, _LONGEST_EXTENSION)

    def quiescence(self) -> Quiescence:
        """Say whether the director can be stopped; what has returned in a round is kept, so that a round may wait."""
        with self._ledger.read() as session:
            since, rounds = quiescence.quiescence(session), rounds_under_way(session)
            under_way = [
                f"Round {each.number} of run {each.run_id} is {each.state}"
                + (
                    f" until {shown_moment(each.closes_at, seconds=True)} at the latest."
                    if each.closing is None
                    else "."
                )
                for each in rounds
                if each.state != "waiting"
            ]
            return Quiescence(
                is_quiet=since is not None,
                since=since.began_at if since is not None else None,
                is_safe=since is not None and not any(each.state == "aggregating" for each in rounds),
                under_way=under_way,
            )


def _open_run(session: Session, run_id: int) -> RunRow:
    row = described.run_with_id(session, run_id)
    if row.state in _ENDED:
        raise ConflictError(f"Run {run_id} is {row.state}.", hint="Open a new one.", run=run_id)
    return row


def _require_nothing_open(session: Session, task: Task) -> None:
    if quiescence.is_quiet(session):
        raise ConflictError(
            "Nothing new is opened: the director is about to be stopped.",
            hint="Restart it; or fl-director quiesce --end",
        )
    row = session.scalars(select(RunRow).where(RunRow.task == task.name, RunRow.state.not_in(_ENDED))).first()
    if row is not None:
        raise ConflictError(
            f"Run {row.id} of {task.name} is {row.state}: one run of a task at a time.",
            hint=f"Let it finish; or end it: fl-director run close {row.id}",
            run=row.id,
        )


def _invited(session: Session, request: RunRequest) -> list[EnvoyRow]:
    """Give who is invited, by name: those that were named, else all that are not disabled."""
    if request.envoys is None:
        rows = list(session.scalars(select(EnvoyRow).where(EnvoyRow.disabled_at.is_(None))))
    else:
        rows = [envoy_named(session, name) for name in dict.fromkeys(request.envoys)]
        for row in rows:
            if row.disabled_at is not None:
                raise ConflictError(
                    f"{row.name} is disabled.", hint=f"fl-director envoy enable {row.name}, or leave it out."
                )
    by_folded = {row.folded_name: row for row in rows}
    return [by_folded[folded] for folded in sorted(by_folded)]
