"""``fl-envoy task list | accept``: what the director asks this hospital to train for, and whether it may."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from contract.messages.tasks import TaskDescription
from contract.tasks import BUILT_IN_TASKS, Task
from envoy.accepted_tasks import AcceptedTasks
from envoy.cli.program import AsJson, chosen_task, err, joined, out, print_json, says_what_failed, start_keeper
from envoy.director_client import DirectorClient
from envoy.errors import NetworkError, PolicyError, RefusedError
from envoy.house_rules import in_words, known_task
from envoy.settings import EnvoySettings, read_settings

app = typer.Typer(no_args_is_help=True, help="The tasks that the director asks this hospital to train for.")


@app.command("list")
@says_what_failed
def list_tasks(as_json: AsJson = False) -> None:
    """Show the director's tasks, and whether this hospital trains for them."""
    settings = read_settings()
    client, _ = joined(settings)
    rows = [(each, _standing(settings, each)) for each in client.tasks().items]
    if as_json:
        print_json([{**each.model_dump(mode="json"), "standing": standing} for each, standing in rows])
        return
    table = Table("task", "cut points", "plan", "here")
    for each, standing in rows:
        plan = f"{each.training.local_epochs} epochs, from {each.minimum_examples} patients"
        table.add_row(each.name, in_words(each.cut_points), plan, standing)
    out.print(table)


@app.command()
@says_what_failed
def accept(
    task: Annotated[str | None, typer.Argument(help="The task; else ENVOY_TASK.", show_default=False)] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask on a terminal.")] = False,
) -> None:
    """Accept the cut points that the consortium chose for a task."""
    settings = read_settings()
    client, _ = joined(settings)
    name = chosen_task(settings, task)
    found = known_task(client.task(name), name, settings.rules)
    if found == BUILT_IN_TASKS[name] or found.digest in _accepted(settings):
        out.print(f"Task {name} with the cut points {in_words(found.cut_points)} needs no word of yours.")
        return
    out.print(_question(found))
    if yes or not on_a_terminal() or typer.confirm("Accept them?"):
        _accept(settings, found)


def look_at_tasks(settings: EnvoySettings, client: DirectorClient, *, accept_all: bool) -> None:
    """After joining, show which cut points were moved and have them accepted; a failure leaves the membership be."""
    try:
        moved = [task for task in client.tasks().items if task.name in BUILT_IN_TASKS]
    except (NetworkError, RefusedError) as error:
        err.print(f"The director's tasks could not be looked at: {error.sentence}")
        return
    for said in moved:
        try:
            found = known_task(said, said.name, settings.rules)
        except PolicyError as error:
            err.print(f"warning: this hospital will not train for task {said.name}. {error.sentence}")
            continue
        if found == BUILT_IN_TASKS[found.name]:
            continue
        err.print(_question(found))
        if accept_all or (on_a_terminal() and typer.confirm("Accept them?", err=True)):
            _accept(settings, found)
        else:
            err.print(f"Nothing was accepted. Later: fl-envoy task accept {found.name}")


def on_a_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty()


def _question(found: Task) -> str:
    return (
        f"The consortium has moved the cut points of task {found.name} to {in_words(found.cut_points)}; this envoy "
        f"knows {in_words(BUILT_IN_TASKS[found.name].cut_points)}. They decide what your patients are labelled as."
    )


def _accept(settings: EnvoySettings, found: Task) -> None:
    AcceptedTasks(settings.home_folder).accept(found, datetime.now(UTC))
    err.print(f"Accepted: task {found.name} with the cut points {in_words(found.cut_points)}.")


def _accepted(settings: EnvoySettings) -> frozenset[str]:
    return frozenset(AcceptedTasks(settings.home_folder).digests)


def _standing(settings: EnvoySettings, said: TaskDescription) -> str:
    """Say whether this hospital trains for a task."""
    try:
        start_keeper(settings).agreed(said, said.name)
    except PolicyError as error:
        return error.sentence
    return "known" if said.cut_points == BUILT_IN_TASKS[said.name].cut_points else "accepted"
