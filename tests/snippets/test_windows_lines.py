"""What a page tells people on Windows to type can't run here; but each program's line in it names what there is."""

import re
import shlex
from typing import Any

import pytest
import typer

from envoy.cli import app as envoy_app
from tests.snippets.blocks import Block, all_blocks

WINDOWS = ("powershell", "bat")
_OUR_LINE = re.compile(r"(?:^|\| )fl-envoy (?P<rest>[^|<>\n]*)", re.MULTILINE)

LINES = [
    (block, found["rest"].strip())
    for block in all_blocks()
    if block.language in WINDOWS
    for found in _OUR_LINE.finditer(block.text)
]


@pytest.mark.parametrize(("block", "line"), LINES, ids=[f"{block}: {line}" for block, line in LINES])
def test_a_line_for_windows_names_a_command_and_its_options(block: Block, line: str) -> None:
    command: Any = typer.main.get_command(envoy_app)
    words = shlex.split(line, posix=False)
    while words and hasattr(command, "commands") and not words[0].startswith("-"):
        assert words[0] in command.commands, f"{block}: there is no fl-envoy {line}"
        command = command.commands[words.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known, f"{block}: fl-envoy {line}"


def test_there_are_such_lines() -> None:
    assert {block.language for block, _ in LINES} == set(WINDOWS)
