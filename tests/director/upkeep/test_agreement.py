"""Whoever writes the database past the program is found by the audit: each such row is named, and nothing else is."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from contract.names import EnvoyName
from director.members.access import LOCAL_ADMIN
from director.records import audit
from director.records.chain import follow
from director.records.database import Database
from director.upkeep.agreement import disagreements
from director.upkeep.recorded import Recorded
from tests.federation_simulator import FederationSimulator, SimulatedHospital

PLANTED = {
    "INSERT INTO tokens (id, sha256, role, created_at, expires_at)"
    " SELECT 'planted', hex(zeroblob(32)), 'admin', created_at, '2099-01-01' FROM tokens LIMIT 1":
        "token planted (role admin): no record says that it was issued",
    "UPDATE tokens SET role = 'admin' WHERE role = 'analyst'": "it was issued with the role analyst",
    "UPDATE tokens SET envoy_id = 1 WHERE envoy_id = 2": "it was issued for MTRH, and its row says KUTRRH",
    "UPDATE tokens SET envoy_id = NULL WHERE role = 'staff'": "it was issued for KNH, and its row says no hospital",
    "UPDATE tokens SET revoked_at = NULL": "the records say that it was revoked, and its row that it holds",
    "UPDATE tokens SET revoked_at = created_at": "its row says that it was revoked, and no record does",
    "UPDATE tokens SET successor_id = NULL": "took its place, and its row says otherwise",
    "UPDATE tokens SET expires_at = '2099-01-01' WHERE successor_id IS NOT NULL":
        "by the records, and longer by its row",
    "UPDATE tokens SET expires_at = '2099' WHERE successor_id IS NULL": "by the records, and longer by its row",
    "UPDATE tokens SET sha256 = hex(zeroblob(32)) WHERE role = 'staff'":
        "it has another secret than the one that was issued",
    "UPDATE enrolment_codes SET sha256 = 'd' WHERE used_at IS NULL AND envoy_id = 5":
        "code d… of Mbagathi: no record accounts for a code that still holds",
    "UPDATE envoys SET name = 'Nyeri', folded_name = 'nyeri' WHERE id = 1":
        "hospital Nyeri: no record says that it was admitted",
    "UPDATE envoys SET disabled_at = NULL":
        "hospital Embu: the records say that it is disabled, its row that it is enabled",
    "UPDATE envoys SET disabled_at = created_at WHERE name = 'KNH'":
        "hospital KNH: the records say that it is enabled, its row that it is disabled",
    "UPDATE enrolment_codes SET used_at = NULL WHERE envoy_id = 3":
        "of KNH: no record accounts for a code that still holds",
    "INSERT INTO enrolment_codes (sha256, envoy_id, created_at, expires_at)"
    " SELECT 'b', envoy_id, created_at, expires_at FROM enrolment_codes WHERE used_at IS NULL AND envoy_id = 5":
        "of Mbagathi: no record accounts for a code that still holds",
    "UPDATE sessions SET ended_at = NULL WHERE ended_at IS NOT NULL": "no record accounts for one that is open",
    "INSERT INTO sessions (id, sha256, token_id, created_at, expires_at, last_used_at)"
    " SELECT 'planted', 'c', token_id, created_at, expires_at, last_used_at FROM sessions"
    " WHERE ended_at IS NULL LIMIT 1":
        "session planted of token ",
    "UPDATE sign_in_links SET used_at = NULL WHERE used_at IS NOT NULL":
        "no record accounts for one that nobody has followed",
    "INSERT INTO sign_in_links (sha256, token_id, created_at, expires_at)"
    " SELECT 'd', token_id, created_at, expires_at FROM sign_in_links WHERE used_at IS NULL":
        "no record accounts for one that nobody has followed",
    "INSERT INTO publications (id, task, global_model_id, actor, created_at)"
    " SELECT 99, task, 1, actor, created_at FROM publications LIMIT 1":
        "task diagnosis_count: the records say that version 2 is published, the rows version 1",
    "UPDATE envoys SET withdrawn_at = NULL WHERE name = 'Nakuru'":
        "hospital Nakuru: the records say that it withdrew, its row that it did not",
    "UPDATE envoys SET withdrawn_at = disabled_at WHERE name = 'Embu'":
        "hospital Embu: the records say that it did not withdraw, its row that it did",
    "INSERT INTO publications (task, actor, created_at) SELECT task, actor, created_at FROM publications LIMIT 1":
        "task diagnosis_count: the records say that version 2 is published, the rows nothing",
    "DELETE FROM publications": "task diagnosis_count: the records say that version 2 is published, the rows nothing",
    "UPDATE global_model_files SET sha256 = (SELECT sha256 FROM submission_files WHERE role = 'model' LIMIT 1)"
    " WHERE role = 'model' AND global_model_id = 2": "version 2 was published with another model than its row names",
}  # fmt: skip
"""What somebody with the database in hand may write → what is said of it. The hospitals' numbers are their places."""


@pytest.fixture
def lively(federation: FederationSimulator, five_hospitals: list[SimulatedHospital]) -> FederationSimulator:
    """A federation in which all has happened that lets somebody in, or no more."""
    director, members = federation.director, federation.director.members
    for nudge in (1, 2):
        federation.train_and_upload(nudge)
        assert federation.aggregate().status_code == 201
    members.add(LOCAL_ADMIN, EnvoyName("Kisii"))
    members.add(LOCAL_ADMIN, EnvoyName("Mbagathi"))  # a further code, unused
    director.submissions.disable_hospital(LOCAL_ADMIN, EnvoyName("MTRH"))
    director.submissions.enable_hospital(LOCAL_ADMIN, EnvoyName("MTRH"))
    director.submissions.disable_hospital(LOCAL_ADMIN, EnvoyName("Embu"))
    members.add(LOCAL_ADMIN, EnvoyName("Nakuru"))
    director.upkeep.withdraw(LOCAL_ADMIN, EnvoyName("Nakuru"), "its board")
    members.issue_token(LOCAL_ADMIN, "staff", EnvoyName("KNH"), person="Jane Wanjiru")
    members.issue_token(LOCAL_ADMIN, "analyst")
    members.revoke_token(LOCAL_ADMIN, members.issue_token(LOCAL_ADMIN, "analyst", key="once").id)
    members.rotate_token(LOCAL_ADMIN, members.issue_token(LOCAL_ADMIN, "analyst", key="twice").id)
    members.issue_token(LOCAL_ADMIN, "analyst", key="lost")
    members.issue_token(LOCAL_ADMIN, "analyst", key="lost")
    out, _ = federation.sign_in(federation.token("admin")), federation.sign_in(federation.token("admin"))
    assert federation.http.delete("/session", headers=out).status_code == 204
    followed = director.people.make_link(LOCAL_ADMIN).code
    assert federation.http.post("/session", json={"link": followed}).status_code == 201
    director.people.make_link(LOCAL_ADMIN)
    return federation


def found_in(session: Session, federation: FederationSimulator) -> list[str]:
    recorded = Recorded()
    assert follow(recorded.reading(audit.links(session))).first_bad is None
    return disagreements(session, recorded, federation.clock())


def found(federation: FederationSimulator, but_for: str = "") -> list[str]:
    """Give what disagrees; once a statement was done, which is taken back."""
    with federation.director.database.write() as session:
        if but_for:
            assert session.connection().exec_driver_sql(but_for).rowcount
        said = found_in(session, federation)
        session.rollback()
        return said


def test_where_everything_went_through_the_program_nothing_disagrees(lively: FederationSimulator) -> None:
    assert found(lively) == []


def test_what_was_written_past_the_program_is_named(lively: FederationSimulator) -> None:
    for statement, defect in PLANTED.items():
        said = found(lively, but_for=statement)
        assert [each for each in said if defect in each], (statement, said)
    assert found(lively) == []


def test_a_planted_token_that_was_revoked_on_record_is_dealt_with(lively: FederationSimulator) -> None:
    with lively.director.database.write() as session:
        session.execute(text(next(iter(PLANTED))))
    lively.director.members.revoke_token(LOCAL_ADMIN, "planted")
    assert found(lively) == []
    assert len(found(lively, but_for="UPDATE tokens SET revoked_at = NULL WHERE id = 'planted'")) == 1


def test_a_code_that_has_expired_holds_nothing_and_is_not_named(lively: FederationSimulator) -> None:
    lively.clock.pass_by(days=30)
    assert found(lively, but_for="UPDATE enrolment_codes SET used_at = NULL WHERE envoy_id = 3") == []


def test_the_tables_of_the_first_version_are_compared_as_well(lively: FederationSimulator, tmp_path: Path) -> None:
    with (
        closing(sqlite3.connect(lively.file("director.db"))) as rows,
        closing(sqlite3.connect(tmp_path / "older.db")) as older,
    ):
        rows.backup(older)
        for table in ("sessions", "sign_in_links", "global_model_files"):
            older.execute(f"DROP TABLE {table}")
        older.execute("ALTER TABLE tokens DROP COLUMN person")
        older.commit()
    with Database(f"sqlite:///{tmp_path / 'older.db'}").write() as session:
        assert found_in(session, lively) == []
        session.execute(text("UPDATE tokens SET role = 'admin' WHERE role = 'staff'"))
        assert len(found_in(session, lively)) == 1
