"""How far the reading of a table is, for whoever watches: told by the readers, shown elsewhere.

Who watches is known to the context and not to the readers: a dozen signatures between a command and a file would carry
what none of them has to know.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Watch = Callable[[str, int, bool], None]
"""Takes a file's name, how many of its rows were read so far, and whether that is all of them."""

_watch: ContextVar[Watch | None] = ContextVar("who watches the reading of tables", default=None)


@contextmanager
def watched_by(watch: Watch) -> Iterator[None]:
    """Have the readers tell somebody, within this context."""
    before = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(before)


def tell_rows(file: str, rows: int, *, is_over: bool = False) -> None:
    """Tell how many rows of a file were read so far."""
    watch = _watch.get()
    if watch is not None:
        watch(file, rows, is_over)
