import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from director.records.prefixes import MOST_CANDIDATES, ids_beginning_with
from director.records.schema import Base, TokenRow
from tests.director.records.test_paging import put_tokens

IDS = create_engine("sqlite://")
Base.metadata.create_all(IDS)
HEX = st.text("0123456789abcdef", min_size=1, max_size=3)


@given(st.sets(HEX, min_size=1), HEX)
def test_the_ids_that_begin_so_are_given_and_the_one_that_is_so_alone(ids: set[str], text: str) -> None:
    with Session(IDS) as session:
        put_tokens(session, {(0, each) for each in ids})
        expected = sorted(each for each in ids if each.startswith(text))
        found = ids_beginning_with(session, TokenRow.id, text.upper())
        session.rollback()
    assert found == ([text] if text in ids else expected[:MOST_CANDIDATES])


@pytest.mark.parametrize("text", ["", " ", "%", "_", "xyz", "a%", "a'", "g"])
def test_what_is_no_beginning_of_an_id_finds_nothing(text: str) -> None:
    with Session(IDS) as session:
        put_tokens(session, [(0, "ab"), (0, "ac")])
        assert ids_beginning_with(session, TokenRow.id, text) == []
        session.rollback()
