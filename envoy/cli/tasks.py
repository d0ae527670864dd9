"""``fl-envoy task``: what this hospital is asked to train for, whether it may be, and what its table must hold."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from contract.director_problems import shown
from contract.messages.tasks import TaskDescription
from contract.tasks import BUILT_IN_TASKS, Task
from envoy.accepted_tasks import AcceptedTasks
from envoy.cli.program import (
    AsJson,
    chosen_task,
    err,
    joined,
    out,
    path_said,
    print_json,
    says_what_failed,
    start_keeper,
    task_at_hand,
)
from envoy.director_client import DirectorClient
from envoy.errors import NetworkError, PolicyError, RefusedError, SettingsError
from envoy.house_rules import in_words, known_task, needs_a_word
from envoy.in_words import features_in_words, task_in_words
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
    if not rows:
        out.print("The director has no task that is learned from now. Ask the consortium's admin.")
        return
    table = Table("task", "title", "cut points", "plan", "here")
    for each, standing in rows:
        plan = each.training
        how_long = f"{plan.local_steps} steps" if plan.local_epochs is None else f"{plan.local_epochs} epochs"
        points = shown(in_words(each.cut_points), 80)
        table.add_row(each.name, shown(each.title), points, f"{how_long}, from {each.minimum_examples} rows", standing)
    out.print(table)


@app.command()
@says_what_failed
def accept(
    task: Annotated[str | None, typer.Argument(help="The task; else ENVOY_TASK.", show_default=False)] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask on a terminal.")] = False,
) -> None:
    """Look at a task as the director defines it now, and accept it; of a built-in one its cut points."""
    settings = read_settings()
    client, _ = joined(settings)
    name = chosen_task(settings, task)
    found = known_task(client.task(name), name, settings.rules)
    if not needs_a_word(found):
        out.print(f"Task {name} with the cut points {in_words(found.cut_points)} needs no word of yours.")
        return
    if found.digest in AcceptedTasks(settings.home_folder).digests:
        out.print(f"Task {name} is accepted as the director defines it now.")
        return
    _show(found, is_asked_for=True)
    if yes or not on_a_terminal() or typer.confirm(_question(found)):
        _accept(settings, found)


@app.command()
@says_what_failed
def template(
    task: Annotated[str, typer.Argument(metavar="FILE.toml|NAME", help="The task's file, or a task known here.")],
    out_file: Annotated[
        Path | None, typer.Option("--out", parser=path_said, metavar="FILE", help="Write the header to this file.")
    ] = None,
) -> None:
    """Give the header that an export of this hospital's table must have, and say what each column holds."""
    from envoy.own_table.template import columns_in_words, header_of

    found = task_at_hand(read_settings(), task)
    header = header_of(found)
    if out_file is None:
        out.print(header.rstrip("\n"))
    elif out_file.exists():
        raise SettingsError(f"{out_file} is there already.", hint="Name another file with --out.")
    else:
        out_file.write_text(header, encoding="utf-8")
        err.print(f"The header is in {out_file}. Below it, a row for each patient or admission:")
    table = Table("column", "holds", "an empty cell")
    for each in columns_in_words(found):
        table.add_row(each.column, each.holds, each.missing)
    err.print(table)


def look_at_tasks(settings: EnvoySettings, client: DirectorClient, *, accept_all: bool) -> None:
    """After joining, show what needs this hospital's word and have it given; a failure leaves the membership be.

    That are built-in tasks whose cut points were moved, and those of the director's own that the settings name.
    """
    try:
        given = client.tasks().items
    except (NetworkError, RefusedError) as error:
        err.print(f"The director's tasks could not be looked at: {error.sentence}")
        return
    for said in given:
        if said.name not in (*BUILT_IN_TASKS, *settings.allowed_tasks):
            err.print(f"There is also the task {said.name}: {shown(said.title)} To look at it: {_command(said.name)}")
            continue
        try:
            found = known_task(said, said.name, settings.rules)
        except PolicyError as error:
            err.print(f"warning: this hospital will not train for task {said.name}. {error.sentence}")
            continue
        if not needs_a_word(found):
            continue
        _show(found, is_asked_for=False)
        if accept_all or (on_a_terminal() and typer.confirm(_question(found), err=True)):
            _accept(settings, found)
        else:
            err.print(f"Nothing was accepted. Later: {_command(found.name)}")


def on_a_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty()


def _show(found: Task, *, is_asked_for: bool) -> None:
    """Show what there is to accept: moved cut points, or a whole definition."""
    where, ours = out if is_asked_for else err, BUILT_IN_TASKS.get(found.name)
    if ours is not None:
        where.print(
            f"The consortium has moved the cut points of task {found.name} to {in_words(found.cut_points)}; this envoy "
            f"knows {in_words(ours.cut_points)}. They decide what your patients are labelled as."
        )
        return
    for word, text in task_in_words(found):
        where.print(f"{word}: {text}")
    table = Table("feature", "column", "holds", "an empty cell", "known")
    for each in features_in_words(found):
        table.add_row(each.feature, each.column, each.holds, each.missing, each.known)
    where.print(table)


def _question(found: Task) -> str:
    return "Accept them?" if found.name in BUILT_IN_TASKS else f"Accept the task {found.name}?"


def _accept(settings: EnvoySettings, found: Task) -> None:
    start_keeper(settings).accept(found)
    with_what = f"the cut points {in_words(found.cut_points)}" if found.name in BUILT_IN_TASKS else found.digest[:12]
    err.print(f"Accepted: task {found.name} with {with_what}.")


def _command(name: str) -> str:
    return f"fl-envoy task accept {name}"


def _standing(settings: EnvoySettings, said: TaskDescription) -> str:
    """Say whether this hospital trains for a task."""
    try:
        agreed = start_keeper(settings).agreed(said, said.name)
    except PolicyError as error:
        return error.sentence
    return "accepted" if needs_a_word(agreed) else "known"
