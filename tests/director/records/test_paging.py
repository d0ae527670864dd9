"""Pages by key: whoever follows the cursors sees each row once, whatever arrives meanwhile."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, insert, select
from sqlalchemy.orm import Session

from contract.messages.base import Page
from contract.names import Digest
from director.errors import MalformedRequestError
from director.records.paging import CountedPage, Span, page_of
from director.records.schema import AuditRow, Base, EnvoyRow, TokenRow

BEGINNING = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)
BY_NUMBER, BY_MOMENT, BY_NAME = (AuditRow.seq,), (TokenRow.created_at, TokenRow.id), (EnvoyRow.folded_name,)
PEOPLE = create_engine("sqlite://")
Base.metadata.create_all(PEOPLE)

Moment = tuple[int, str]
moments = st.tuples(st.integers(0, 3), st.text("0123456789abcdef", min_size=1, max_size=3))


def put_tokens(session: Session, keys: Iterator[Moment] | list[Moment] | set[Moment]) -> None:
    rows = [
        {
            "id": token_id,
            "sha256": Digest.of(f"{second} {token_id}".encode()),
            "role": "analyst",
            "created_at": BEGINNING + timedelta(microseconds=second),
            "expires_at": BEGINNING,
        }
        for second, token_id in keys
    ]
    if rows:
        session.execute(insert(TokenRow), rows)


def put_entries(session: Session, seqs: list[int]) -> None:
    given = {"at": BEGINNING, "actor": "a", "act": "b", "subject": "c", "facts": {}}
    digest = Digest("0" * 64)
    session.execute(insert(AuditRow), [{**given, "seq": seq, "previous": digest, "digest": digest} for seq in seqs])


def put_envoys(session: Session, names: list[str]) -> None:
    session.execute(
        insert(EnvoyRow), [{"name": name, "folded_name": name.casefold(), "created_at": BEGINNING} for name in names]
    )


def page(
    session: Session, key: tuple[Any, ...], cursor: str | None, limit: int = 2, newest_first: bool = False
) -> Page[Any]:
    def describe(row: object) -> Any:
        return getattr(row, key[-1].key)

    return page_of(session, select(key[0].class_), key, describe, limit=limit, cursor=cursor, newest_first=newest_first)


def followed(next_page: Callable[[str | None], Page[Any]], between: Callable[[], None]) -> list[Any]:
    """Follow the cursors to the end; something happens between each two pages."""
    seen, cursor = [], None
    for _ in range(100):
        found = next_page(cursor)
        seen += found.items
        cursor = found.next
        if cursor is None:
            return seen
        between()
    raise AssertionError("the pages have no end")


@given(
    there=st.lists(moments, unique_by=lambda key: key[1], max_size=12),
    arriving=st.lists(st.lists(moments, max_size=3), max_size=6),
    limit=st.integers(1, 4),
    newest_first=st.booleans(),
)
def test_whatever_arrives_between_two_pages_each_row_that_was_there_is_seen_once(
    there: list[Moment], arriving: list[list[Moment]], limit: int, newest_first: bool
):
    known, coming = {token_id for _, token_id in there}, iter(arriving)

    with Session(PEOPLE) as session:

        def between() -> None:
            new = {token_id: (second, token_id) for second, token_id in next(coming, []) if token_id not in known}
            known.update(new)
            put_tokens(session, list(new.values()))

        put_tokens(session, there)
        seen = followed(
            lambda cursor: page(session, BY_MOMENT, cursor, limit, newest_first=newest_first),
            between,
        )
        session.rollback()
    assert len(seen) == len(set(seen))
    were_there = [token_id for token_id in seen if token_id in {token_id for _, token_id in there}]
    assert were_there == [token_id for _, token_id in sorted(there, reverse=newest_first)]


@given(
    there=st.sets(st.integers(1, 40), max_size=12),
    arriving=st.lists(st.integers(1, 40), max_size=8),
    newest_first=st.booleans(),
)
def test_a_list_by_number_shows_each_row_once(there: set[int], arriving: list[int], newest_first: bool):
    known, coming = set(there), iter(arriving)

    with Session(PEOPLE) as session:

        def between() -> None:
            new = next(coming, None)
            if new is not None and new not in known:
                known.add(new)
                put_entries(session, [new])

        if there:
            put_entries(session, sorted(there))
        seen = followed(lambda cursor: page(session, BY_NUMBER, cursor, 3, newest_first=newest_first), between)
        session.rollback()
    assert len(seen) == len(set(seen))
    assert [seq for seq in seen if seq in there] == sorted(there, reverse=newest_first)


@pytest.fixture
def session() -> Iterator[Session]:
    with Session(PEOPLE) as session:
        put_entries(session, [1, 2, 3])
        put_tokens(session, [(5, "aa"), (5, "ab"), (5, "ac"), (6, "a0")])
        put_envoys(session, ["0", "1", "Embu", "KNH"])
        yield session
        session.rollback()


def test_rows_of_one_moment_are_told_apart_by_their_ids(session: Session):
    first = page(session, BY_MOMENT, None, newest_first=True)
    assert first.items == ["a0", "ac"]
    second = page(session, BY_MOMENT, first.next, newest_first=True)
    assert (second.items, second.next) == (["ab", "aa"], None)
    assert page(session, BY_MOMENT, None, 3).items == ["aa", "ab", "ac"]


def test_a_last_page_that_is_just_full_has_no_next(session: Session):
    assert page(session, BY_NUMBER, None, 3).next is None
    assert page(session, BY_NUMBER, None, 2).next == "2"
    assert page(session, BY_NUMBER, "9" * 12).items == []


def test_an_earlier_versions_first_cursor_is_the_first_page_but_a_name_may_be_0(session: Session):
    assert page(session, BY_NUMBER, "0", newest_first=True) == page(session, BY_NUMBER, None, newest_first=True)
    assert page(session, BY_MOMENT, "0", newest_first=True) == page(session, BY_MOMENT, None, newest_first=True)
    assert page(session, BY_NAME, "0").items == ["1", "embu"]


@pytest.mark.parametrize(
    ("key", "cursor"),
    [
        *((BY_NUMBER, cursor) for cursor in ("", "x", "-1", "+1", " 1", "1_0", "1.5", "1e3", "0x1", "9" * 19)),
        *((BY_NUMBER, cursor) for cursor in ("\u0663", "\u00b2", "\uff13", "9" * 5000, "1.a", "null")),
        *((BY_MOMENT, cursor) for cursor in ("", ".", "5", "5.aa.b", ".aa", "aa.5", "-5.aa", "00")),
        *((BY_MOMENT, cursor) for cursor in ("\u0665.aa", "5.\u00e9", "5.AA", "5.xyz", "4.85334942570945e+16")),
        *((BY_MOMENT, cursor) for cursor in ("9" * 18 + ".aa", "9" * 19 + ".aa")),
        *((BY_NAME, cursor) for cursor in ("Embu.KNH", "K\u00e9nya", "\u0663")),
    ],
)
@pytest.mark.parametrize("newest_first", [True, False])
def test_a_cursor_that_was_never_given_out_is_refused(
    session: Session, key: tuple[Any, ...], cursor: str, newest_first: bool
):
    with pytest.raises(MalformedRequestError, match="never given out"):
        page(session, key, cursor, newest_first=newest_first)


@given(st.sampled_from([BY_NUMBER, BY_MOMENT, BY_NAME]), st.text(max_size=30))
def test_any_text_as_a_cursor_is_a_page_or_a_refusal(key: tuple[Any, ...], cursor: str):
    with Session(PEOPLE) as session, contextlib.suppress(MalformedRequestError):
        assert page(session, key, cursor).items == []


@given(st.lists(moments, max_size=12, unique_by=lambda key: key[1]), st.integers(0, 4), st.integers(0, 4))
def test_a_stretch_of_time_holds_what_came_to_be_in_it_and_is_counted_whole(
    keys: list[Moment], since: int, before: int
) -> None:
    since_at, before_at = (BEGINNING + timedelta(microseconds=each) for each in (since, before))
    span = Span(since=since_at, before=before_at, is_counted=True)
    with Session(PEOPLE) as session:
        put_tokens(session, keys)
        found = page_of(
            session,
            select(TokenRow),
            BY_MOMENT,
            lambda row: row.id,
            limit=2,
            cursor=None,
            at=TokenRow.created_at,
            span=span,
        )
        session.rollback()
    inside = sorted(key for key in keys if since <= key[0] < before)
    assert isinstance(found, CountedPage)
    assert (found.items, found.total) == ([id_ for _, id_ in inside[:2]], len(inside))


def test_nobody_counts_who_is_not_asked_to() -> None:
    with Session(PEOPLE) as session:
        assert not isinstance(page(session, BY_MOMENT, None), CountedPage)
