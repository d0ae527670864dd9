"""``fl-director validation``: the held-out table that the gate holds every model against."""

import codecs
from pathlib import Path
from typing import Annotated

import typer

from contract.errors import ArtifactError
from contract.messages.validation import ValidationTable
from contract.moments import shown_moment
from contract.names import TaskName
from contract.plain_files import read_bounded
from contract.written_text import read_text
from director.cli.program import AsJson, Task, err, opened_director, out, path_given, print_json, says_what_failed
from director.errors import UsageError
from director.members.access import LOCAL_ADMIN
from director.settings import read_settings

app = typer.Typer(no_args_is_help=True, help="The held-out table that the gate holds every model against.")

File = Annotated[Path, typer.Argument(parser=path_given, metavar="FILE", help="The table, CSV.")]


@app.command("set")
@says_what_failed
def validation_set(file: File, task: Task, as_json: AsJson = False) -> None:
    """Set the table: CSV of the task's features and label: low, medium, high, or 0 and 1."""
    try:
        data = read_bounded(file, read_settings().max_batch_bytes)
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # UTF-8's own mark its reader knows
            data = read_text(data, file.name).encode()
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}.", hint="Name a CSV file.") from None
    except ArtifactError as error:
        raise UsageError(error.sentence, hint=error.hint) from None
    _set(data, task, as_json)


@app.command("show")
@says_what_failed
def validation_show(task: Task, as_json: AsJson = False) -> None:
    """Say which table holds."""
    _print(opened_director().models.validation_table(TaskName(task)), as_json)


@app.command("clear")
@says_what_failed
def validation_clear(task: Task, as_json: AsJson = False) -> None:
    """Hold models against no table any more."""
    _set(None, task, as_json)


def _set(data: bytes | None, task: str, as_json: bool) -> None:
    found = opened_director().models.set_validation_table(LOCAL_ADMIN, TaskName(task), data)
    _print(found, as_json)
    if found.replaces is not None and not as_json:
        was = found.replaces
        err.print(
            f"It takes the place of {was.rows:,} rows, set at {shown_moment(was.created_at)} by {was.by}, "
            f"sha256 {was.sha256}"
        )


def _print(table: ValidationTable, as_json: bool) -> None:
    if as_json:
        print_json(table)
        return
    if table.sha256 is None:
        out.print(f"{table.task} has no validation table.")
    else:
        out.print(f"{table.task}: {table.rows} rows, sha256 {table.sha256}")
        err.print(f"set at {shown_moment(table.created_at)} by {table.by}")
    for note in table.notes:
        err.print(f"warning: {note}")
