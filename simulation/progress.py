"""How far a run has come, on standard error and on a terminal alone."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import Progress

from contract.terminal import Terminal


@contextmanager
def progress_shown(steps: int, *, wanted: bool = True) -> Iterator[Callable[[], None]]:
    """Show a bar; what is given moves it on by a step."""
    shows = wanted and sys.stderr.isatty()
    with Progress(console=Terminal(stderr=True), transient=True, disable=not shows) as progress:
        bar = progress.add_task("rounds", total=steps)
        yield lambda: progress.advance(bar)
