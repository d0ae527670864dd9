"""``fl-envoy participate | pause | resume | refuse``: training in rounds, as far as this hospital allows it."""

import json
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer
from pydantic import ValidationError

from contract.errors import FederationError, UnknownTaskError
from contract.link_words import Wait
from contract.messages.runs import RunAnswer
from contract.moments import shown_moment
from contract.names import TaskName
from contract.tasks import BUILT_IN_TASKS
from contract.visible_text import visible_json
from envoy.cli.answers import answer_waiting
from envoy.cli.program import (
    AsJson,
    Data,
    MapFile,
    client_of,
    err,
    out,
    says_what_failed,
    start_keeper,
    tables_source,
    with_map,
)
from envoy.director_client import DirectorClient
from envoy.errors import PolicyError, SettingsError
from envoy.home_lock import only_one
from envoy.membership import Membership, MembershipFile
from envoy.operating_system import when_told_to_stop
from envoy.outbox import Outbox
from envoy.participation.bulletin import Bulletin, Told
from envoy.participation.holds import Holds
from envoy.participation.loop import Participation
from envoy.participation.participant import House, Participant
from envoy.participation.patients import Patients
from envoy.participation.sender import Sender
from envoy.participation.status import read_status
from envoy.participation.switches import Switches
from envoy.reading_progress import Watch, watched_by
from envoy.settings import EnvoySettings, read_settings
from envoy.table_sources import TableSource

_ATTEMPTS = 2
"""How often a request is repeated at once; after that it is said, and tried again more slowly."""


@says_what_failed
def participate(
    data: Data = None,
    runs: Annotated[int | None, typer.Option(min=1, help="End when so many runs are over.")] = None,
    once: Annotated[bool, typer.Option("--once", help="The same as --runs 1.")] = False,
    map_file: MapFile = None,
    as_json: AsJson = False,
) -> None:
    """Take part in training rounds: wait, train, return the update, wait again; until it is stopped."""
    settings = with_map(read_settings(), map_file)
    membership = MembershipFile(settings.home_folder).read()
    tell = _print_json if as_json else _print_line

    def on_wait(wait: Wait) -> None:
        tell(Told(datetime.now(UTC), "retrying", wait.sentence, {"why": wait.why, "attempt": wait.attempt}))

    source = tables_source(_impatient(settings), data, on_wait)
    with only_one(settings.home_folder):
        when_told_to_stop(_stop)
        before = read_status(settings.home_folder)
        bulletin = Bulletin(settings.home_folder, tell)
        bulletin.enter("starting", run=before.run if before else None)
        try:
            _get_ready(settings, membership)
            client = client_of(_impatient(settings), membership, on_wait)
            loop = _participation(settings, membership, source, bulletin, client)
            with watched_by(_told_by(bulletin)):
                loop.take_part(1 if once else runs, in_run=before.run if before else None)
        except KeyboardInterrupt:
            bulletin.say("stopped", "Stopped. Started again, it goes on from here.")
            bulletin.enter("stopped")
        except FederationError as error:
            bulletin.enter("stopped", last_error=error.sentence)
            raise


@says_what_failed
def pause() -> None:
    """Begin nothing more until ``fl-envoy resume``; a running participate sees it within seconds."""
    Switches(read_settings().home_folder).pause(datetime.now(UTC))
    out.print("Paused: no round is trained for, and nothing is sent, until fl-envoy resume.")


@says_what_failed
def resume() -> None:
    """Go on after ``fl-envoy pause``."""
    was_paused = Switches(read_settings().home_folder).resume()
    out.print("Goes on." if was_paused else "There was no pause.")


@says_what_failed
def refuse(
    run: Annotated[int, typer.Argument(min=1, help="The run's number.")],
    reason: Annotated[str | None, typer.Option(help="Why; the consortium's admin reads it.")] = None,
    take_back: Annotated[bool, typer.Option("--take-back", help="Answer the run anew instead.")] = False,
    data: Data = None,
) -> None:
    """Take no part in a run, or no further part, and say why; what was returned stays with the director."""
    if take_back == (reason is not None):
        raise SettingsError("A refusal takes a reason, and to take it back none.", hint="Give one: --reason TEXT")
    answer = _refusal(reason) if reason is not None else None
    settings = read_settings()
    membership = MembershipFile(settings.home_folder).read()
    switches = Switches(settings.home_folder, membership.director)
    client = client_of(settings, membership)
    if answer is not None:
        switches.refuse(run, answer.reason or "")  # first: a running participate stops for it, link or no link
        client.answer_run(run, answer)
        out.print(f"Takes no part in run {run}.")
        return
    switches.take_back(run)
    participant = _participant(settings, membership, tables_source(settings, data), client)
    answer = participant.answer(run, client.run(run).task)
    out.print(f"Run {run}: {answer.choice}. {answer.reason or ''}".strip())


def _refusal(reason: str) -> RunAnswer:
    try:
        return RunAnswer(choice="refuse", reason=reason)
    except ValidationError:
        raise SettingsError(
            "This is no reason: it takes one line of 1 to 500 characters.", hint="Write it shorter: --reason TEXT"
        ) from None


def _participation(
    settings: EnvoySettings, membership: Membership, source: TableSource, bulletin: Bulletin, client: DirectorClient
) -> Participation:
    home, envoy = settings.home_folder, membership.envoy_name
    participant = _participant(settings, membership, source, client)
    holds = Holds(Switches(home), settings.hours)
    sender = Sender(client, envoy, Outbox(home, membership.director), bulletin)

    def between(task: TaskName) -> None:
        if settings.answer == "automatic":
            answer_waiting(settings, client, membership, participant.data(task), dry_run=False)

    renew = _Renewal(MembershipFile(home), membership, client)
    return Participation(client, envoy, participant, sender, holds, bulletin, between=between, renew=renew)


def _impatient(settings: EnvoySettings) -> EnvoySettings:
    return settings.model_copy(update={"attempts": min(settings.attempts, _ATTEMPTS)})


@dataclass
class _Renewal:
    """Takes over a token that ``fl-envoy renew`` or ``join`` has put into the home meanwhile."""

    file: MembershipFile
    membership: Membership
    client: DirectorClient

    def __call__(self) -> bool:
        found = self.file.read()
        is_another = found.token != self.membership.token and found.director == self.membership.director
        if is_another:
            self.client.take_token(found.token)
            self.membership = found
        return is_another


def _participant(
    settings: EnvoySettings, membership: Membership, source: TableSource, client: DirectorClient
) -> Participant:
    patients = Patients(source, seed=settings.seed, held_out_share=settings.held_out_share)
    house = House(settings.rules, settings.allowed_tasks)
    return Participant(client, membership, settings.home_folder, house, patients)


def _get_ready(settings: EnvoySettings, membership: Membership) -> None:
    """Do what takes seconds once, so that the first round does not wait for it."""
    from envoy.participation.warm_up import limit_threads, warm_up  # late: torch, and other commands need none

    limit_threads(settings.threads)
    for name in settings.allowed_tasks:
        with suppress(UnknownTaskError, PolicyError):  # nobody here has seen it: its first round takes longer
            warm_up(BUILT_IN_TASKS.get(name) or start_keeper(settings).last_task(name), membership.envoy_name)


def _told_by(bulletin: Bulletin) -> Watch:
    """Tell of each table that was read to its end."""

    def tell(file: str, rows: int, is_over: bool) -> None:
        if is_over:
            bulletin.say("table_read", f"Read {file}: {rows:,} rows.", file=file, rows=rows)

    return tell


def _stop(signal_number: int, frame: object) -> None:
    """End as Ctrl-C does."""
    raise KeyboardInterrupt


def _print_line(told: Told) -> None:
    err.print(f"{shown_moment(told.at, seconds=True)} {told.sentence}")


def _print_json(told: Told) -> None:
    line = {"at": told.at.isoformat(), "event": told.event, "sentence": told.sentence, **told.facts}
    sys.stdout.write(visible_json(json.dumps(line)) + "\n")
    sys.stdout.flush()
