"""Lists a page at a time, by key: a cursor says after which row the next page begins, so no new row shifts it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Select, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from contract.messages.base import Page
from director.errors import MalformedRequestError

MAX_PAGE = 200

# What a cursor looks like where the key is a number, a moment with an id, or a name.
BY_NUMBER = "^[0-9]{1,12}$"
BY_MOMENT = "^(0|[0-9]{1,16}\\.[0-9a-f]{1,32})$"
BY_NAME = "^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$"

_BEGINNING = "0"
"""What an earlier version took for the first page's cursor; no number and no moment of a row is 0."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_Item = TypeVar("_Item")

Key = tuple[InstrumentedAttribute[Any], ...]
"""The columns that order a list; together no two rows share them, and no row changes them."""


def page_of(
    session: Session,
    query: Select[Any],
    key: Key,
    describe: Callable[[Any], _Item],
    *,
    limit: int,
    cursor: str | None,
    newest_first: bool = False,
) -> Page[_Item]:
    """Give one page of a query's rows, in the order of a key; as ``page_of_rows``, row by row."""
    return page_of_rows(
        session,
        query,
        key,
        lambda rows: [describe(row) for row in rows],
        limit=limit,
        cursor=cursor,
        newest_first=newest_first,
    )


def page_of_rows(
    session: Session,
    query: Select[Any],
    key: Key,
    describe: Callable[[Sequence[Any]], Sequence[_Item]],
    *,
    limit: int,
    cursor: str | None,
    newest_first: bool = False,
) -> Page[_Item]:
    """Give one page of a query's rows, in the order of a key.

    Args:
        session: A transaction.
        query: The rows, without an order.
        key: What orders them: numbers, moments or names without a dot.
        describe: Turns the page's rows into as many items, so that what they need besides is asked for once.
        limit: How many items a page holds.
        cursor: The ``next`` of the page before; None: the first page.
        newest_first: Largest key first.

    Raises:
        MalformedRequestError: The cursor was never given out.
    """
    kinds = [column.type.python_type for column in key]
    values = values_of_cursor(cursor, kinds) if cursor is not None else None
    if values is not None:
        after = tuple_(*(literal(value, column.type) for value, column in zip(values, key, strict=True)))
        query = query.where(tuple_(*key) < after if newest_first else tuple_(*key) > after)
    order = [column.desc() if newest_first else column.asc() for column in key]
    rows = session.scalars(query.order_by(*order).limit(limit + 1)).unique().all()
    last = [getattr(rows[limit - 1], column.key) for column in key] if len(rows) > limit else None
    following = cursor_after(last) if last is not None else None
    return Page(items=list(describe(rows[:limit])), next=following)


def cursor_after(values: Iterable[Any]) -> str:
    """Write the cursor of a page that follows on a row with these values of its key."""
    return ".".join(
        str((value - _EPOCH) // _MICROSECOND) if isinstance(value, datetime) else str(value) for value in values
    )


def values_of_cursor(cursor: str, kinds: Sequence[type]) -> Sequence[Any] | None:
    """Read a cursor: the values of the key of the last row before the page; None: it is the first page's.

    Raises:
        MalformedRequestError: It was never given out.
    """
    parts = cursor.split(".")
    if cursor == _BEGINNING and kinds[0] is not str:
        return None
    try:
        if len(parts) != len(kinds) or not cursor.isascii():
            raise ValueError(cursor)
        return [_value(part, kind) for part, kind in zip(parts, kinds, strict=True)]
    except (ValueError, OverflowError):
        raise MalformedRequestError(
            "This cursor was never given out.", hint="Use the 'next' of the page before, or none for the first page."
        ) from None


def _value(text: str, kind: type) -> Any:
    if not text:
        raise ValueError(text)
    if kind is str:
        return text
    if not text.isdigit() or len(text) > 18:
        raise ValueError(text)
    return _EPOCH + int(text) * _MICROSECOND if kind is datetime else int(text)
