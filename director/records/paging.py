"""Lists a page at a time, by key: a cursor says after which row the next page begins, so no new row shifts it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from contract.messages.base import Page
from director.errors import MalformedRequestError

MAX_PAGE = 200

# What a cursor looks like where the key is a number, a moment with an id, or a name.
BY_NUMBER = "^[0-9]{1,12}$"
BY_MOMENT = "^(0|[0-9]{1,16}\\.[0-9a-f]{1,32})$"
BY_NAME = "^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$"
_FORMS: Mapping[tuple[type, ...], str] = {(int,): BY_NUMBER, (datetime, str): BY_MOMENT, (str,): BY_NAME}

_BEGINNING = "0"
"""What an earlier version took for the first page's cursor; no number and no moment of a row is 0."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_Item = TypeVar("_Item")

Key = tuple[InstrumentedAttribute[Any], ...]
"""The columns that order a list; together no two rows share them, and no row changes them."""

At = InstrumentedAttribute[datetime]
"""The column that says when what a row tells of came to be."""


@dataclass(frozen=True)
class Span:
    """Which stretch of time a list is asked for, and whether to say how many there are in it.

    Args:
        since: The first moment; None: from the beginning.
        before: The first moment that is too late; None: to the end.
        is_counted: Whether the page says the total, which is one more statement.
    """

    since: datetime | None = None
    before: datetime | None = None
    is_counted: bool = False

    def within(self, query: Select[Any], at: At) -> Select[Any]:
        """Leave the rows of this stretch."""
        if self.since is not None:
            query = query.where(at >= self.since)
        return query if self.before is None else query.where(at < self.before)


EVERYTHING = Span()


class CountedPage(Page[_Item], Generic[_Item]):
    """A page, and how many items there are on all of them."""

    total: int


def page_of(
    session: Session,
    query: Select[Any],
    key: Key,
    describe: Callable[[Any], _Item],
    *,
    limit: int,
    cursor: str | None,
    newest_first: bool = False,
    at: At | None = None,
    span: Span = EVERYTHING,
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
        at=at,
        span=span,
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
    at: At | None = None,
    span: Span = EVERYTHING,
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
        at: When a row came to be; None: the list knows no time.
        span: The stretch of time; a page of one that is counted is a ``CountedPage``.

    Raises:
        MalformedRequestError: The cursor was never given out.
    """
    if at is not None:
        query = span.within(query, at)
    counted = query.with_only_columns(func.count(), maintain_column_froms=True) if span.is_counted else None
    kinds = [column.type.python_type for column in key]
    values = values_of_cursor(cursor, kinds) if cursor is not None else None
    if values is not None:
        after = tuple_(*(literal(value, column.type) for value, column in zip(values, key, strict=True)))
        query = query.where(tuple_(*key) < after if newest_first else tuple_(*key) > after)
    order = [column.desc() if newest_first else column.asc() for column in key]
    rows = session.scalars(query.order_by(*order).limit(limit + 1)).unique().all()
    last = [getattr(rows[limit - 1], column.key) for column in key] if len(rows) > limit else None
    following = cursor_after(last) if last is not None else None
    items = list(describe(rows[:limit]))
    if counted is not None:
        return CountedPage(items=items, next=following, total=session.scalar(counted) or 0)
    return Page(items=items, next=following)


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
    if re.fullmatch(_FORMS[tuple(kinds)], cursor) is None:
        raise MalformedRequestError(
            "This cursor was never given out.", hint="Use the 'next' of the page before, or none for the first page."
        )
    if cursor == _BEGINNING and kinds[0] is not str:
        return None
    return [_value(part, kind) for part, kind in zip(cursor.split("."), kinds, strict=True)]


def _value(text: str, kind: type) -> Any:
    if kind is str:
        return text
    return _EPOCH + int(text) * _MICROSECOND if kind is datetime else int(text)
