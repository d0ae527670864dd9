"""How programs begin and end, shown on the programs themselves."""

import json
from collections.abc import Callable
from typing import Annotated, Any

import pytest
import typer

from aggregation.__main__ import main as aggregation
from contract.command_line import end_with, run_program, version_option
from contract.errors import FederationError
from director.cli import main as director
from envoy.cli import main as envoy
from simulation.cli import main as simulation
from tests.streams import ENCODINGS, run_main

PROGRAMS: dict[str, Callable[[], object]] = {
    "fl-director": director,
    "fl-envoy": envoy,
    "fl-simulate": simulation,
    "python -m aggregation": aggregation,
}


class _BrokenError(FederationError):
    code = "broken"


def small() -> None:
    """A program of two commands."""
    app = typer.Typer()

    @app.callback()
    def start(show_version: Annotated[bool, version_option("small")] = False) -> None: ...

    @app.command()
    def fail(number: int = 0, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
        end_with(_BrokenError("It → broke.", hint="Mend it.", count=2), 4, as_json=as_json)

    @app.command()
    def stop(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
        raise typer.Abort if as_json else typer.Exit(3)

    run_program(app)


def test_an_error_is_said_to_a_person_on_standard_error() -> None:
    ended = run_main(small, "fail")
    assert (ended.code, ended.out, ended.err) == (4, "", "error: It → broke.\n  Mend it.\n")


def test_with_json_an_error_is_one_document_in_a_line_of_standard_output() -> None:
    ended = run_main(small, "fail", "--json", encoding="ascii")
    assert (ended.code, ended.err, ended.out.count("\n")) == (4, "", 1)
    assert json.loads(ended.out) == {
        "error": {
            "code": "broken", "detail": "It → broke.", "hint": "Mend it.", "facts": {"count": 2}, "exit_code": 4,
        }
    }  # fmt: skip


@pytest.mark.parametrize("arguments", [["fail", "--json", "--number", "many"], ["no-such", "--json"]])
def test_arguments_that_are_none_of_the_commands_are_json_too(arguments: list[str]) -> None:
    ended = run_main(small, *arguments)
    assert (ended.code, ended.err) == (2, "")
    assert json.loads(ended.out)["error"]["code"] == "usage"
    without = run_main(small, *(each for each in arguments if each != "--json"))
    assert (without.code, without.out) == (2, "")
    assert "Usage" in without.err


def test_how_a_command_ends_is_how_the_program_ends() -> None:
    assert run_main(small, "stop").code == 3
    assert run_main(small, "stop", "--json").code == 1


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_program_says_its_version(name: str) -> None:
    ended = run_main(PROGRAMS[name], "--version")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"{name} 0.")


def commands(app: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Give the path of every command of a typer application."""
    found = typer.main.get_command(app) if isinstance(app, typer.Typer) else app
    inner = getattr(found, "commands", {})
    return [path] + [each for name, command in inner.items() for each in commands(command, (*path, name))]


def applications() -> dict[str, list[tuple[str, ...]]]:
    from director.cli import app as of_director
    from envoy.cli import app as of_envoy
    from simulation.cli import app as of_simulation

    apps = {"fl-director": of_director, "fl-envoy": of_envoy, "fl-simulate": of_simulation}
    return {name: commands(app) for name, app in apps.items()} | {"python -m aggregation": [()]}


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])  # what ASCII holds every stream takes
@pytest.mark.parametrize("name", PROGRAMS)
def test_every_stream_takes_the_help_of_every_command(name: str, encoding: str) -> None:
    main: Callable[[], object] = PROGRAMS[name]
    for path in applications()[name]:
        ended = run_main(main, *path, "--help", encoding=encoding)
        assert (ended.code, ended.err) == (0, ""), path
        assert "sage" in ended.out
        assert "\\u" not in ended.out


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_every_stream_takes_what_is_wrong_with_the_arguments(name: str, encoding: str) -> None:
    ended = run_main(PROGRAMS[name], "--größe=日", encoding=encoding)
    assert (ended.code, ended.out) == (2, "")
    assert "gr" in ended.err
