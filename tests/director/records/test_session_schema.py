"""The tables of people at the dashboard: what is put into a row comes back, and no row is without its token."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from contract.names import Digest
from director.records.database import Database
from director.records.schema import TokenRow
from director.records.session_schema import SessionRow, SignInLinkRow

A = Digest("a" * 64)
NOW = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def kept(database: Database) -> Database:
    """A token, somebody who is signed in with it, and a link."""
    token = TokenRow(id="t", sha256=A, role="admin", created_at=NOW, expires_at=NOW, person="Jane Wanjiru")
    with database.write() as session:
        session.add(token)
        session.flush()
        session.add(session_row("s", A))
        session.add(SignInLinkRow(sha256=A, token_id="t", created_at=NOW, expires_at=NOW))
    return database


def session_row(id_: str, sha256: Digest, of: str = "t") -> SessionRow:
    end = NOW + timedelta(hours=12)
    return SessionRow(id=id_, sha256=sha256, token_id=of, created_at=NOW, expires_at=end, last_used_at=NOW)


def test_a_session_and_a_link_come_back_with_their_token(kept: Database) -> None:
    with kept.read() as session:
        found, link = session.get_one(SessionRow, "s"), session.get_one(SignInLinkRow, A)
        assert (found.token.person, found.ended_at, found.expires_at - NOW) == (
            "Jane Wanjiru",
            None,
            timedelta(hours=12),
        )
        assert (link.token.id, link.used_at) == ("t", None)


@pytest.mark.parametrize("row", [session_row("s2", A), session_row("s2", Digest("b" * 64), "nobody")])
def test_a_cookie_is_of_one_session_and_a_session_of_a_token(kept: Database, row: SessionRow) -> None:
    with pytest.raises(IntegrityError), kept.write() as session:
        session.add(row)
