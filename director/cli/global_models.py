"""``fl-director aggregate`` and ``fl-director model``: making, reading and publishing global versions."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from contract.agreement import require_agreement
from contract.errors import ArtifactError
from contract.messages.decisions import DecisionRequest
from contract.messages.global_models import AggregationRequest, GlobalModel, NoteRequest, PublishRequest
from contract.moments import shown_moment
from contract.names import AliasName, EnvoyName, TaskName
from contract.parts import GLOBAL_FILES
from contract.plain_files import read_bounded
from contract.table_layout import needed
from director.cli.compared import print_comparison
from director.cli.listing import Before, Limit, Since, print_list, read_list
from director.cli.parts_shown import as_words, table_of_parts
from director.cli.program import (
    AsJson,
    Task,
    Yes,
    err,
    opened_director,
    out,
    parameter_of,
    path_given,
    print_json,
    say_nobody_was_asked,
    says_what_failed,
)
from director.errors import UsageError
from director.members.access import LOCAL_ADMIN
from director.settings import read_settings

app = typer.Typer(no_args_is_help=True, help="Global models.")

Version = Annotated[str, typer.Argument(help="Its number, an alias, champion (or current), challenger or latest.")]

Wide = Annotated[bool, typer.Option("--wide", help="All that is known of each hospital's part: a wide table.")]


@says_what_failed
def aggregate(
    task: Task,
    strategy: Annotated[str | None, typer.Option(help="How to combine, such as clip+trimmed_mean.")] = None,
    parameter: Annotated[
        list[str] | None, typer.Option(help="Of the strategy, such as f=2; may be given many times.")
    ] = None,
    envoy: Annotated[list[str] | None, typer.Option(help="Only these hospitals; may be given many times.")] = None,
    scaler: Annotated[str, typer.Option(help="merged, or a hospital whose scaler to reuse.")] = "merged",
    trained_here: Annotated[
        bool,
        typer.Option(
            "--trained-here", help="Of each its newest that was trained from what is current, even if set aside."
        ),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be.")] = False,
    wide: Wide = False,
    as_json: AsJson = False,
) -> None:
    """Move the global model on by what is new since the current one, and publish it unless it must be confirmed."""
    request = AggregationRequest(
        task=TaskName(task),
        strategy=strategy,
        parameters=dict(parameter_of(each) for each in parameter or ()),
        envoys=tuple(EnvoyName(name) for name in envoy) if envoy else None,
        scaler=scaler,
        trained_here=trained_here,
        dry_run=dry_run,
    )
    director = opened_director()
    made, is_new = director.models.aggregate(LOCAL_ADMIN, request)
    _print_model(made, as_json, wide=wide)
    if is_new and made.published:
        say_nobody_was_asked(director, "publish")


@app.command("list")
@says_what_failed
def model_list(
    task: Task, limit: Limit = None, since: Since = None, before: Before = None, as_json: AsJson = False
) -> None:
    """List global versions, newest first."""
    page_of = partial(opened_director().models.list, LOCAL_ADMIN, TaskName(task))
    listed = read_list(page_of, limit, since, before, as_json=as_json)
    table = Table("version", "state", "aliases", "strategy", "hospitals", "examples", "sha256", needed("made"))
    nothing = f"No global model of task {task} yet. Make one of what hospitals sent: fl-director aggregate"
    print_list(listed, table, _cells, as_json, nothing=nothing)


@app.command("show")
@says_what_failed
def model_show(version: Version, task: Task, wide: Wide = False, as_json: AsJson = False) -> None:
    """Show a global version and what it rests on."""
    director = opened_director()
    number = director.naming.number(TaskName(task), version)
    _print_model(director.models.get(LOCAL_ADMIN, TaskName(task), number), as_json, wide=wide)


@app.command("compare")
@says_what_failed
def model_compare(a: Version, b: Version, task: Task, as_json: AsJson = False) -> None:
    """Put two versions beside each other: hospitals' results, the validation table, the lineage, the weights."""
    director = opened_director()
    one, other = (director.naming.number(TaskName(task), each) for each in (a, b))
    found = director.comparing.compare(LOCAL_ADMIN, TaskName(task), one, other)
    print_json(found) if as_json else print_comparison(found)


@app.command("publish")
@says_what_failed
def model_publish(
    version: Version,
    task: Task,
    reason: Annotated[
        str | None, typer.Option(help="Why; it goes on record, and what nobody confirmed takes it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a version the current one; an older one is a rollback."""
    why, director = PublishRequest(reason=reason).reason, opened_director()
    number = director.naming.number(TaskName(task), version)
    _print_model(director.models.publish(LOCAL_ADMIN, TaskName(task), number, why), as_json)
    say_nobody_was_asked(director, "publish")


@app.command("begin-anew")
@says_what_failed
def model_begin_anew(
    task: Task,
    reason: Annotated[str, typer.Option(help="Why; it goes on record.")],
    yes: Yes = False,
) -> None:
    """Let no version be the current one: the task is learned anew, from the shared start. Asks first."""
    why, director = DecisionRequest(reason=reason).reason, opened_director()
    require_agreement(
        f"Nothing answers for the federation on {task} until the next version; every version stays, and can be "
        "published again.",
        agreed=yes,
    )
    before = director.models.begin_anew(LOCAL_ADMIN, TaskName(task), why)
    if before is None:
        out.print(f"No version of {task} is current: it begins from the shared start as it is.")
        return
    out.print(f"{task} begins anew, from the shared start. Global model {before} was current.")
    err.print("Next: fl-director aggregate --trained-here, of what is here; or let the hospitals train: run open")
    err.print(f"To take it back: fl-director model publish {before}")
    say_nobody_was_asked(director, "publish")


@app.command("alias")
@says_what_failed
def model_alias(version: Version, name: str, task: Task, as_json: AsJson = False) -> None:
    """Call a version NAME from now on, and no other one."""
    naming = opened_director().naming
    number = naming.number(TaskName(task), version)
    _print_model(naming.alias(LOCAL_ADMIN, TaskName(task), number, AliasName(name)), as_json)


@app.command("unalias")
@says_what_failed
def model_unalias(name: str, task: Task, as_json: AsJson = False) -> None:
    """Call no version NAME any more."""
    naming = opened_director().naming
    number = naming.number(TaskName(task), AliasName(name))
    _print_model(naming.unalias(LOCAL_ADMIN, TaskName(task), number, AliasName(name)), as_json)


@app.command("note")
@says_what_failed
def model_note(
    version: Version,
    text: Annotated[str, typer.Argument(help='What to note, in one line; "" takes the note away.')],
    task: Task,
    as_json: AsJson = False,
) -> None:
    """Note something about a version, in place of what was noted; only admins read it."""
    note, naming = NoteRequest(note=text).note, opened_director().naming
    number = naming.number(TaskName(task), version)
    _print_model(naming.note(LOCAL_ADMIN, TaskName(task), number, note), as_json)


@app.command("import")
@says_what_failed
def model_import(
    folder: Annotated[
        Path, typer.Argument(parser=path_given, metavar="FOLDER", help="What python -m aggregation --out wrote.")
    ],
    task: Task,
    as_json: AsJson = False,
) -> None:
    """Take a model that python -m aggregation made, through the gate, and publish it; again makes no second version."""
    try:
        most = read_settings().max_upload_bytes
        files = {role: read_bounded(folder / name, most) for role, name in GLOBAL_FILES.items()}
    except OSError as error:
        raise UsageError(
            f"{error.filename}: {error.strerror}.", hint="Name the folder that python -m aggregation --out wrote."
        ) from None
    except ArtifactError as error:
        raise UsageError(error.sentence, hint=error.hint) from None
    director, whole = opened_director(), (files["model"], files["scaler"], files["card"])
    known = director.models.version_imported(TaskName(task), *whole)
    if known is not None:
        _print_model(known, as_json)
        err.print(f"Known already as version {known.version}: no version was made. {_where_it_stands(known)}")
        return
    made = director.models.import_model(LOCAL_ADMIN, TaskName(task), *whole)
    _print_model(made, as_json)
    if made.published:
        say_nobody_was_asked(director, "publish")


def _where_it_stands(known: GlobalModel) -> str:
    if known.published:
        return "It is the current one."
    return f"It is not the current one; to make it so: fl-director model publish {known.version}"


def _print_model(model: GlobalModel, as_json: bool, *, wide: bool = False) -> None:
    if as_json:
        print_json(model)
        return
    what = f"global model {model.version}" if model.version else "preview"
    state = "current" if model.published else "waits to be confirmed" if model.waiting else "not current"
    state = "stale: made for another definition of the task, it answers nothing" if model.stale else state
    out.print(f"{what} of {model.task} ({state}), {model.strategy}, {model.num_examples} examples")
    out.print(f"sha256 {model.sha256}")
    if model.engine_run:
        run = model.engine_run
        out.print(f"made under {run.engine} in {run.length}, run {run.id}")
    if model.aliases:
        out.print(f"aliases: {', '.join(model.aliases)}")
    if model.note:
        out.print(f"note: {model.note}")
    if model.held_out:
        out.print(f"on the validation table: {as_words(model.held_out)}")
    out.print(table_of_parts(model, wide))
    for note in model.notes:
        out.print(note)
    for each in model.standing:
        out.print(f"{each.envoy_name} stands still and keeps its share. {each.reason or ''}")
    for word in model.answers:
        out.print(f"{word.envoy_name} says: {word.answer}")
    for each in model.quarantined:
        for check in each.checks:
            if not check.passed:
                out.print(f"{each.envoy_name}: {check.sentence}")
    if model.quarantined and model.version:
        out.print("Next: fl-director submission list --verdict quarantined, then fl-director submission show ID")


def _cells(each: GlobalModel) -> Sequence[str]:
    state = "current" if each.published else "stale" if each.stale else "waits" if each.waiting else ""
    numbers = str(len(each.inputs)), str(each.num_examples)
    aliases, made = ", ".join(each.aliases), shown_moment(each.created_at)
    return str(each.version), state, aliases, each.strategy, *numbers, each.sha256[:12], made
