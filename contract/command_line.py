"""How a program of ours begins and ends, whichever it is: its streams, its version, its errors as JSON.

With ``--json`` whoever asks is a program: what went wrong is then one JSON document in a line of standard output, with
the same exit code. Knows no command.
"""

import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NoReturn, Protocol, runtime_checkable

import typer

from contract.errors import CallerError, FederationError
from contract.interface_words import in_commands
from contract.messages.base import Message
from contract.software import version_line
from contract.stream_characters import as_taken, fit_streams
from contract.terminal import Terminal, failures_shown
from contract.visible_text import visible_json


class CommandProblem(Message):
    """What went wrong, for a program; the names are those of the director's problems."""

    code: str
    detail: str
    hint: str = ""
    facts: dict[str, str | int | float | bool | None]
    exit_code: int


class CommandFailure(Message):
    """The document that stands in the place of an answer."""

    error: CommandProblem


@runtime_checkable
class _UsageProblem(Protocol):
    """What typer ends with where arguments are none of the command's, whichever click it has inside."""

    exit_code: int

    def format_message(self) -> str: ...


class _NotTakenError(CallerError):
    """The arguments are none of the command's."""

    code = "usage"


def run_program(app: Callable[..., object]) -> None:
    """Run a typer application as the whole program; the process ends with its exit code."""
    fit_streams()
    with failures_shown():
        if "--json" in sys.argv[1:]:
            _run_for_a_program(app)
        try:
            app()
        except typer.Exit as end:
            raise SystemExit(end.exit_code) from None


def end_with(
    error: FederationError, exit_code: int, *, as_json: bool, words: Mapping[str, str] = MappingProxyType({})
) -> NoReturn:
    """End a command with an error: said to a person on standard error, or to a program as the command's document.

    Args:
        error: What went wrong.
        exit_code: How the program ends.
        as_json: Whether a program asks.
        words: The program's commands, by the operation of the director's interface that each stands for.
    """
    problem = _problem_of(error, exit_code, words)
    if as_json:
        _print_document(problem)
    else:
        Terminal(stderr=True).print_failure(problem.detail, problem.hint)
    raise typer.Exit(exit_code) from None


def version_option(program: str) -> object:
    """Give the option ``--version`` of a program, for its callback."""

    def show(wanted: bool) -> None:
        if wanted:
            Terminal().print(version_line(program))
            raise typer.Exit

    return typer.Option("--version", callback=show, is_eager=True, help="Print the version, and end.")


def _run_for_a_program(app: Callable[..., object]) -> None:
    try:
        ended = app(standalone_mode=False)
    except typer.Abort:
        raise SystemExit(1) from None
    except typer.Exit as end:
        raise SystemExit(end.exit_code) from None
    except Exception as error:  # typer may bring its own click, so that its usage errors have no one class
        if not isinstance(error, _UsageProblem):
            raise
        not_taken = _NotTakenError(error.format_message(), hint="Ask the command with --help.")
        _print_document(_problem_of(not_taken, error.exit_code, {}))
        raise SystemExit(error.exit_code) from None
    raise SystemExit(ended if isinstance(ended, int) else 0)


def _problem_of(error: FederationError, exit_code: int, words: Mapping[str, str]) -> CommandProblem:
    """Say an error in the program's words; what no text in Unicode holds, as part of a file's name, as its escape."""
    facts = {name: as_taken(fact, "utf-8") if isinstance(fact, str) else fact for name, fact in error.facts.items()}
    detail, hint = (as_taken(in_commands(text, words), "utf-8") for text in (error.sentence, error.hint))
    return CommandProblem(code=error.code, detail=detail, hint=hint, facts=facts, exit_code=exit_code)


def _print_document(problem: CommandProblem) -> None:
    sys.stdout.write(visible_json(CommandFailure(error=problem).model_dump_json()) + "\n")
    sys.stdout.flush()
