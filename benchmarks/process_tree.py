"""What a program and all that it starts hold in memory together, looked at while it runs. Linux."""

import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.program import ProgramFailed

_LOOK_SECONDS = 0.25


@dataclass(frozen=True)
class Seen:
    """What a program printed, and how many bytes it and its processes held at most.

    Pages that several processes share count once (the sum of their PSS); what is held between two looks is not seen.
    """

    said: str
    most_bytes: int


def watched(command: Sequence[str]) -> Seen:
    """Run a program to its end.

    Raises:
        ProgramFailed: It failed.
    """
    program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    most = 0
    try:
        while program.poll() is None:
            most = max(most, sum(_bytes_of(each) for each in _family(program.pid)))
            time.sleep(_LOOK_SECONDS)
        said, complained = program.communicate()
    finally:
        program.kill()
    if program.returncode != 0:
        raise ProgramFailed(f"{' '.join(command[:4])} ended with {program.returncode}: {complained[-2000:]}")
    return Seen(said, most)


def _family(parent: int) -> Iterator[int]:
    """Give a process and all below it."""
    yield parent
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:  # it has just ended
            continue
        for child in children:
            yield from _family(int(child))


def _bytes_of(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:  # likewise
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
