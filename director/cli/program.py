"""What every command shares: how it is wrapped, the director that it opens, what it reads and prints."""

import inspect
import logging
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, ParamSpec, TypeVar

import typer
from pydantic import BaseModel, TypeAdapter, ValidationError
from rich.table import Table

from aggregation.errors import UnknownStrategyError
from aggregation.parameters import named_value
from contract.command_line import end_with
from contract.errors import FederationError
from contract.messages.base import Page
from contract.messages.problems import Check
from contract.messages.proposals import ProposedAct
from contract.tasks import DEFAULT_TASK
from contract.terminal import Terminal
from contract.visible_text import visible_json
from director.assembly import Director
from director.cli.failures import as_said, exit_code
from director.cli.placing import place_line, require_folder, require_touched
from director.cli.words import COMMANDS
from director.errors import UsageError
from director.records.given_files import given_path
from director.records.paging import MAX_PAGE
from director.settings import DATA_DIR_VARIABLE, read_settings

out, err = Terminal(), Terminal(stderr=True)
_P = ParamSpec("_P")
_R = TypeVar("_R")
_Item = TypeVar("_Item")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Yes = Annotated[bool, typer.Option("--yes", help="Don't ask: it is meant.")]
Task = Annotated[
    str, typer.Option("--task", help="The task.", default_factory=lambda: str(DEFAULT_TASK), show_default=DEFAULT_TASK)
]


def path_given(text: str) -> Path:
    """Read a path of a command line, as ``given_path``; a ``typer.Option(parser=…)``."""
    try:
        return given_path(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text}: {error}.") from None


_DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        parser=path_given,
        metavar="FOLDER",
        help="The federation's folder, for this command; else as DIRECTOR_DATA_DIR and director.toml say.",
    ),
]


@dataclass
class _Place:
    """Whether the line that names the data folder waits for a command's JSON to be out, and the line that waits."""

    waits: bool = False
    line: str = ""


_place = _Place()


def says_what_failed(command: Callable[_P, _R]) -> Callable[_P, _R]:
    """Turn an error into its sentence, its hint and an exit code; and let the command take ``--data-dir``."""

    @wraps(command)
    def wrapped(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        folder = kwargs.pop("data_dir", None)
        if folder is not None:  # the server's workers, and the tracker, read it there too
            os.environ[DATA_DIR_VARIABLE] = str(folder)
        _place.waits, _place.line = bool(kwargs.get("as_json")), ""
        try:
            return command(*args, **kwargs)
        except (FederationError, ValidationError, OSError) as error:
            said, _place.line = as_said(error), ""
            end_with(said, exit_code(said), as_json=kwargs.get("as_json") is True, words=COMMANDS)
        finally:
            if _place.line:
                err.print(_place.line)
                _place.line = ""

    _add_option(wrapped, "data_dir", _DataDir)
    return wrapped


def _add_option(command: Any, name: str, annotation: Any) -> None:
    """Let a command have one more option than its function says."""
    signature = inspect.signature(command, eval_str=True)
    option = inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
    command.__signature__ = signature.replace(parameters=[*signature.parameters.values(), option])
    command.__annotations__ = {**command.__annotations__, name: annotation}


def director_here(**named: Any) -> Director:
    """Give the director of the data folder as it is configured, be there a federation or not.

    Args:
        named: As ``read_settings``.
    """
    settings = read_settings(**named)
    require_folder(settings)
    return Director(settings)


def say_where(director: Director) -> None:
    """Name the data folder: with ``--json`` once the command is over, and not beside an error."""
    line = place_line(director.settings)
    if _place.waits:
        _place.line = line
    else:
        err.print(line)


class _OnTerminal(logging.Handler):
    """Says on the terminal what went wrong beside a command that did its work."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one line."""
        why = getattr(record, "facts", {}).get("why", "")
        err.print(f"warning: {record.getMessage()}: {why}" if why else f"warning: {record.getMessage()}")


def opened_director() -> Director:
    """Give a director whose database is there and usable; what fails beside an act is said on the terminal."""
    logger = logging.getLogger("director")
    if not any(isinstance(each, _OnTerminal) for each in logger.handlers):
        logger.addHandler(_OnTerminal(logging.ERROR))
    director = director_here()
    require_touched(director)
    say_where(director)
    director.database.check_ready()
    director.blobs.prepare()
    director.learn_tasks()
    return director


def every_item(page_of: Callable[..., Page[_Item]]) -> list[_Item]:
    """Read a list to its end; ``page_of`` takes ``limit`` and ``cursor``."""
    items: list[_Item] = []
    cursor: str | None = None
    while True:
        page = page_of(limit=MAX_PAGE, cursor=cursor)
        items += page.items
        cursor = page.next
        if cursor is None:
            return items


def duration(text: str) -> timedelta:
    """Read a span such as 90d, 12h or 30m."""
    units = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
    number, unit = text[:-1], units.get(text[-1:])
    if unit is None or not number.isdecimal() or not 0 < int(number) < 100_000:
        raise UsageError(f"{text!r} is no duration.", hint="Write for example 90d, 12h or 30m.")
    return timedelta(**{unit: int(number)})


def parameter_of(text: str) -> tuple[str, float]:
    """Read a strategy's parameter such as f=2."""
    try:
        return named_value(text)
    except UnknownStrategyError as error:
        raise UsageError(error.sentence, hint=error.hint) from None


def print_json(value: BaseModel | Sequence[object]) -> None:
    """Print a message, or a list of them, as JSON."""
    data = TypeAdapter(object).dump_json(value, indent=2)
    sys.stdout.write(visible_json(data.decode()) + "\n")


def say_nobody_was_asked(director: Director, act: ProposedAct) -> None:
    """Say that an act which waits for a second admin over HTTP did not wait here."""
    if act in director.settings.two_admins:
        err.print(
            "No second admin was asked: whoever works on the data folder has all of it. The audit says admin:cli."
        )


def print_checks(checks: Sequence[Check]) -> None:
    """Print what the gate looked at."""
    table = Table("check", "", "seen", "bound", "")
    for each in checks:
        table.add_row(each.name, "passed" if each.passed else "failed", each.seen, each.bound, each.sentence)
    out.print(table)
