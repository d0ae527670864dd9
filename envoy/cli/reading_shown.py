"""What is being read, on standard error: a line that moves where a person looks, else one line for each file."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from envoy.cli.program import err
from envoy.reading_progress import watched_by


@contextmanager
def reading_shown(*, as_json: bool) -> Iterator[None]:
    """Show which table is being read, and how many of its rows were read so far; nothing beside JSON."""
    if as_json:
        yield
    elif err.is_terminal and not err.is_dumb_terminal:  # that one can't take a line back
        yield from _moving()
    else:
        yield from _lines()


def _moving() -> Iterator[None]:
    columns = (
        SpinnerColumn(),
        TextColumn("reading {task.description}: {task.completed:,.0f} rows"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        known: dict[str, TaskID] = {}

        def show(file: str, rows: int, is_over: bool) -> None:
            if file not in known:
                known[file] = progress.add_task(file, total=None)
            progress.update(known[file], completed=rows, total=rows if is_over else None)

        with watched_by(show):
            yield


def _lines() -> Iterator[None]:
    said: set[str] = set()

    def say(file: str, rows: int, is_over: bool) -> None:
        if is_over and file not in said:  # the careful way reads again what the short way gave up
            said.add(file)
            err.print(f"Read {file}: {rows:,} rows.")

    with watched_by(say):
        yield
