"""``fl-director logs``: the newest lines of what happened, or of a hospital's training."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from contract.names import EnvoyName
from director.cli.program import AsJson, opened_director, out, print_json, says_what_failed
from director.errors import NotFoundError
from director.members.access import LOCAL_ADMIN
from director.upkeep.logs import DIRECTOR_LOG, training_log_of

_LONGEST_LOOK_BYTES = 4 << 20
"""As far back as it looks: some ten thousand lines."""


@says_what_failed
def logs(
    envoy: Annotated[str | None, typer.Option(help="This hospital's training logs instead.")] = None,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, max=10_000, help="How many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Print the newest lines of the director's log, oldest first; or of the training logs that a hospital sent."""
    director = opened_director()
    path = director.logs / DIRECTOR_LOG
    if envoy is not None:
        hospital = director.submissions.get_hospital(LOCAL_ADMIN, EnvoyName(envoy))
        path = training_log_of(director.logs, hospital.envoy_name)
    found = _newest_lines(path, lines)
    if as_json:
        print_json([_read(line) for line in found])
        return
    for line in found:
        out.print(line)


def _newest_lines(path: Path, number: int) -> list[str]:
    """Give the last lines of a text file, whole ones only."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            begins = max(0, size - _LONGEST_LOOK_BYTES)
            file.seek(begins)
            text = file.read().decode(errors="replace")
    except FileNotFoundError:
        raise NotFoundError(f"There is no {path.name} yet.", hint="It begins with the first act.") from None
    lines = text.splitlines()
    return (lines[1:] if begins else lines)[-number:]


def _read(line: str) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return line
