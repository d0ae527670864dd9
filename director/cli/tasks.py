"""``fl-director task``: what the federation learns, as files of the consortium's own."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from contract.errors import ArtifactError, InvalidTaskError
from contract.messages.base import Message
from contract.messages.tasks import TaskDescription
from contract.moments import shown_moment
from contract.names import Digest, TaskName
from contract.plain_files import read_bounded
from contract.table_layout import needed
from contract.tasks import Task
from contract.tasks.task_file import MAX_TASK_BYTES, read_task_file
from director.cli.failures import EXIT_DATA
from director.cli.program import AsJson, err, opened_director, out, path_given, print_json, says_what_failed
from director.errors import UsageError
from director.members.access import LOCAL_ADMIN

app = typer.Typer(no_args_is_help=True, help="What the federation learns: tasks, each a file.")


class Checked(Message):
    """What a look at a file found."""

    task: TaskName | None
    digest: Digest | None
    mistakes: list[str]


File = Annotated[Path, typer.Argument(parser=path_given, metavar="FILE", help="The task: TOML, as docs/tasks.md says.")]


@app.command("check")
@says_what_failed
def task_check(file: File, as_json: AsJson = False) -> None:
    """Name every mistake in a file; exit code 5 if there is one. Needs no federation."""
    try:
        task = read_task_file(_bytes_of(file))
    except InvalidTaskError as error:
        mistakes = list(error.mistakes) or [error.sentence]
        if as_json:
            print_json(Checked(task=None, digest=None, mistakes=mistakes))
        else:
            for each in mistakes:
                out.print(each)
            err.print_failure(f"{len(mistakes)} {'mistakes' if len(mistakes) > 1 else 'mistake'}.", error.hint)
        raise typer.Exit(EXIT_DATA) from None
    if as_json:
        print_json(Checked(task=task.name, digest=task.digest, mistakes=[]))
    else:
        _print(task)


@app.command("add")
@says_what_failed
def task_add(file: File, as_json: AsJson = False) -> None:
    """Let the federation learn a task from now on; a further file of its name defines it anew."""
    found, is_new = opened_director().tasks.add(LOCAL_ADMIN, _bytes_of(file))
    if as_json:
        print_json(found)
        return
    out.print(f"{found.name} is learned {'from now on' if is_new else 'already'}: {found.digest}")


@app.command("list")
@says_what_failed
def task_list(as_json: AsJson = False) -> None:
    """List the tasks, also those that are retired."""
    found = opened_director().tasks.known()
    if as_json:
        print_json(found)
        return
    table = Table(needed("task"), "title", "digest", "from", "")
    for each in found:
        source = "built in" if each.added_at is None else f"{each.added_by}, {shown_moment(each.added_at)}"
        state = "" if each.retired_at is None else f"retired {shown_moment(each.retired_at)}"
        table.add_row(each.name, each.title, each.digest[:12], source, state)
    out.print(table)


@app.command("show")
@says_what_failed
def task_show(name: str, as_json: AsJson = False) -> None:
    """Show a task as hospitals get it."""
    found = opened_director().tasks.get(TaskName(name))
    if as_json:
        print_json(found)
        return
    _print(found.to_task())
    if found.retired_at is not None:
        out.print(f"retired: {shown_moment(found.retired_at)}")


@app.command("retire")
@says_what_failed
def task_retire(name: str, as_json: AsJson = False) -> None:
    """Let nothing be learned of a task any more; its models stay, and answer."""
    found: TaskDescription = opened_director().tasks.retire(LOCAL_ADMIN, TaskName(name))
    if as_json:
        print_json(found)
        return
    out.print(f"{found.name} is retired. To bring it back, add its file again.")


def _bytes_of(file: Path) -> bytes:
    try:
        return read_bounded(file, MAX_TASK_BYTES)
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}.", hint="Name a task's file.") from None
    except ArtifactError as error:
        raise UsageError(error.sentence, hint=error.hint) from None


def _print(task: Task) -> None:
    hidden = task.architecture.hidden_sizes
    out.print(f"{task.name}: {task.title}")
    out.print(task.notice)
    out.print(f"digest: {task.digest}")
    out.print(f"source: {task.source}{f', at {task.index}' if task.index else ''}")
    out.print(f"outcome: {task.outcome.kind}, {task.label}; cut points {', '.join(f'{p:g}' for p in task.cut_points)}")
    out.print(f"model: {'mlp ' + ', '.join(map(str, hidden)) if hidden else 'logistic'}")
    table = Table("feature", "kind", "unit", "known", "values", "missing")
    for each in task.features:
        values = ", ".join(each.categories) or f"{each.minimum:g} to {each.maximum:g}"
        missing = "refused" if each.missing is None else f"stands for it: {each.missing}"
        table.add_row(each.name, each.kind, each.unit, each.availability or "", values, missing)
    out.print(table)
