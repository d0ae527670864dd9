"""A command that a page names in its text is one that there is, with the options that stand behind it."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from director.cli import app as director_app
from envoy.cli import app as envoy_app
from tests.test_documents import markdown_files

ROOT = Path(__file__).parents[2]
PROGRAMS: dict[str, Any] = {
    "fl-director": typer.main.get_command(director_app),
    "fl-envoy": typer.main.get_command(envoy_app),
}
_NAMED = re.compile(r"`(fl-director|fl-envoy) ([a-z][^`\n]*)`")
_FENCED = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)

PAGES = [page for page in markdown_files(ROOT) if page.is_relative_to(ROOT / "docs") or page.name == "README.md"]


def what_there_is_not(program: str, line: str) -> str | None:
    """Give the word of a line that the program does not know; None: it knows all."""
    command = PROGRAMS[program]
    words = shlex.split(line, posix=False)
    while words and hasattr(command, "commands") and not words[0].startswith("-"):
        if words[0] not in command.commands:
            return words[0]
        command = command.commands[words.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts}
    return next((word for word in words if word.startswith("--") and word not in known), None)


def named(page: Path) -> list[tuple[str, str]]:
    return _NAMED.findall(_FENCED.sub("", page.read_text("utf-8")))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_that_a_page_names_is_there(page: Path) -> None:
    assert [f"{program} {line}" for program, line in named(page) if what_there_is_not(program, line)] == []


def test_pages_name_commands_and_one_that_is_not_there_is_found() -> None:
    assert sum(len(named(page)) for page in PAGES) > 100
    assert what_there_is_not("fl-envoy", "revoke-token") == "revoke-token"
    assert what_there_is_not("fl-envoy", "train --online") == "--online"
    assert what_there_is_not("fl-director", "token issue --role analyst") is None
