"""What every list has in common: how much of it, since when, and what is said where it is cut off or empty."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Generic, TypeVar

import typer
from pydantic import BaseModel
from rich.table import Table

from contract.messages.base import Page
from contract.moments import WRITTEN_AS, read_moment
from director.cli.program import err, every_item, out, print_json
from director.clock import utc_now
from director.errors import UsageError
from director.records.paging import MAX_PAGE, CountedPage, Span

_Item = TypeVar("_Item", bound=BaseModel)

Limit = Annotated[
    int | None,
    typer.Option("--limit", min=1, help=f"At most so many; else {MAX_PAGE}, with --json all.", show_default=False),
]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="WHEN", help=f"Only from this moment on: {WRITTEN_AS}.", show_default=False),
]
Before = Annotated[
    str | None, typer.Option("--before", metavar="WHEN", help="Only from before this moment.", show_default=False)
]


@dataclass(frozen=True)
class Listed(Generic[_Item]):
    """What there is to print of a list.

    Args:
        items: The newest first, or by name.
        total: How many there are.
        is_narrowed: Whether options left some out.
    """

    items: Sequence[_Item]
    total: int
    is_narrowed: bool


def read_list(
    page_of: Callable[..., Page[_Item]],
    limit: int | None,
    since: str | None,
    before: str | None,
    *,
    as_json: bool,
    usual: int | None = None,
    filters: Sequence[object] = (),
) -> Listed[_Item]:
    """Read a list as far as it is asked for.

    Args:
        page_of: Gives a page; takes ``limit``, ``cursor`` and ``span``.
        limit: What ``--limit`` said.
        since: What ``--since`` said.
        before: What ``--before`` said.
        as_json: Whether a program asks: it gets all where there is no other limit.
        usual: How many where nothing was said, of a program too; None: a page, of a program all.
        filters: What other options said that leave some out.
    """
    span = Span(since=_moment(since), before=_moment(before), is_counted=True)
    is_narrowed = any(each is not None for each in (since, before, *filters))
    most = limit or usual or (None if as_json else MAX_PAGE)
    if most is None:
        items = every_item(partial(page_of, span=Span(since=span.since, before=span.before)))
        return Listed(items, len(items), is_narrowed)
    found, total = _newest(page_of, most, span)
    return Listed(found, total, is_narrowed)


def print_list(
    listed: Listed[_Item], table: Table, cells: Callable[[_Item], Sequence[str]], as_json: bool, *, nothing: str
) -> None:
    """Print a list as a table or as JSON; where it is cut off say so, and where it is empty what to do next.

    Args:
        listed: What to print.
        table: Its columns.
        cells: Gives an item's cells.
        as_json: Whether a program asks.
        nothing: Sentences for where there is nothing at all.
    """
    if as_json:
        print_json(listed.items)
    elif listed.items:
        for each in listed.items:
            table.add_row(*cells(each))
        out.print(table)
    else:
        out.print("None matches; without the options that choose, all are listed." if listed.is_narrowed else nothing)
    if len(listed.items) < listed.total:
        said = f"{len(listed.items):,} of {listed.total:,}; more with --limit, others with --since and --before"
        (err if as_json else out).print(said)


def whole_id(found: Sequence[str], typed: str, what: str) -> str:
    """Give the one id that begins as a person typed it; where none does, what was typed.

    Args:
        found: The ids that begin so.
        typed: What the person wrote.
        what: What they are ids of, in the plural.

    Raises:
        UsageError: There are several.
    """
    if len(found) > 1:
        raise UsageError(
            f"Several {what} begin with {typed[:40]!r}: {', '.join(found)}.", hint="Write as much as names one of them."
        )
    return found[0] if found else typed


def _newest(page_of: Callable[..., Page[_Item]], most: int, span: Span) -> tuple[list[_Item], int]:
    items: list[_Item] = []
    page = page_of(limit=min(most, MAX_PAGE), cursor=None, span=span)
    total = page.total if isinstance(page, CountedPage) else len(page.items)
    further = Span(since=span.since, before=span.before)
    while True:
        items += page.items
        if page.next is None or len(items) >= most:
            return items, total
        page = page_of(limit=min(most - len(items), MAX_PAGE), cursor=page.next, span=further)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    at = read_moment(text, utc_now())
    if at is None:
        raise UsageError(f"{text[:40]!r} is no moment.", hint=f"Write for example {WRITTEN_AS}.")
    return at
