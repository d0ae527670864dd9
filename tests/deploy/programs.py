"""The commands that files of ``deploy`` name: which there are, and where they lie here."""

import sys
from pathlib import Path
from typing import Any

import typer

from director.cli import app as director_app
from envoy.cli import app as envoy_app

BIN = Path(sys.executable).parent
"""Where our commands lie here; at a hospital or a centre it is ``/opt/fl/bin``."""

_PROGRAMS = {"fl-director": director_app, "fl-envoy": envoy_app}


def is_one_of_ours(words: list[str]) -> bool:
    """Tell whether a command line is of a program of ours, and names a command and options that it has.

    Args:
        words: The program, by its name or its path, and what stands behind it.
    """
    name = Path(words[0]).name
    if name not in _PROGRAMS:
        return False
    command: Any = typer.main.get_command(_PROGRAMS[name])
    words = words[1:]
    while words and hasattr(command, "commands"):
        if words[0] not in command.commands:
            return False
        command = command.commands[words.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts}
    return not hasattr(command, "commands") and {word for word in words if word.startswith("--")} <= known
