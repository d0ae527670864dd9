"""Rows that this program did not write are refused, whether they are to be copied or to be restored."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from contract.messages.audit import Checkpoint
from contract.names import Digest
from director.errors import AuditDamagedError, OperatorError
from director.records.database import Database
from director.upkeep.soundness import require_sound
from tests.federation_simulator import FederationSimulator, SimulatedHospital

UNSOUND = {
    "CREATE VIEW mine AS SELECT * FROM tokens": "is not as this program makes one: view mine is there",
    "UPDATE audit SET actor = 'somebody else' WHERE seq = 3": "'s audit does not hold: record 3 ",
    "UPDATE tokens SET role = 'admin'": "'s rows and its audit disagree: token ",
}


@pytest.mark.parametrize("statement", UNSOUND)
def test_the_first_thing_that_is_wrong_is_said_with_what_to_do(
    federation: FederationSimulator, hospital: SimulatedHospital, statement: str
) -> None:
    with federation.director.database.write() as session:
        session.execute(text(statement))
        for of_copy, whose, advice in (
            (False, "The federation", "Run: fl-director fsck"),
            (True, "The backup", "Use another backup; nothing was changed."),
        ):
            with pytest.raises(OperatorError) as refused:
                require_sound(session, federation.clock(), of_copy=of_copy)
            assert refused.value.sentence.startswith(whose)
            assert UNSOUND[statement] in refused.value.sentence
            assert refused.value.hint.startswith(advice)
        session.rollback()


def test_what_is_sound_says_what_its_audit_says(federation: FederationSimulator, hospital: SimulatedHospital) -> None:
    head = federation.director.upkeep.checkpoint()
    with federation.director.database.read() as session:
        assert require_sound(session, federation.clock(), [head]).head == head.seq
        with pytest.raises(AuditDamagedError, match="that a checkpoint knows"):
            require_sound(session, federation.clock(), [Checkpoint(seq=2, digest=Digest("a" * 64), at=head.at)])


OF_BEFORE = Path(__file__).with_name("made_by_0003.sql")
"""What the program made that had schema 0003: two hospitals that joined and one that did not yet, one of them disabled;
tokens issued, issued again, rotated, revoked."""


@pytest.mark.parametrize("is_migrated", [False, True])
def test_rows_that_an_earlier_version_wrote_are_sound_and_a_planted_one_is_found(
    tmp_path: Path, *, is_migrated: bool
) -> None:
    with closing(sqlite3.connect(tmp_path / "director.db")) as rows:
        rows.executescript(OF_BEFORE.read_text())
    database, now = Database(f"sqlite:///{tmp_path / 'director.db'}"), datetime(2026, 1, 1, 9, tzinfo=UTC)
    if is_migrated:
        database.migrate()
    with database.write() as session:
        assert len(require_sound(session, now).tokens) == 7
        session.execute(text("UPDATE tokens SET role = 'admin' WHERE role = 'hospital'"))
        with pytest.raises(OperatorError, match="it was issued with the role hospital"):
            require_sound(session, now)
    database.close()
