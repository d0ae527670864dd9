"""The tables: what is put into a row comes back as what it was."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from contract.names import Digest, EnvoyName, TaskName
from director.records.database import Database
from director.records.schema import (
    Base,
    EnvoyRow,
    GlobalModelFileRow,
    GlobalModelRow,
    StartRow,
    StatisticsRow,
    SubmissionFileRow,
    SubmissionRow,
)

A, B, C = (Digest(letter * 64) for letter in "abc")
NOW = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)
ENGINE = create_engine("sqlite://")
Base.metadata.create_all(ENGINE)

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=zones))
def test_a_moment_of_any_zone_comes_back_as_the_same_moment_in_utc(moment: datetime):
    with Session(ENGINE) as session:
        row = EnvoyRow(name="KNH", folded_name="knh", created_at=moment, joined_at=None, disabled_at=None)
        session.add(row)
        session.flush()
        session.expire(row)
        assert row.created_at == moment
        assert row.created_at.tzinfo is UTC
        assert row.joined_at is None
        session.rollback()


def test_names_and_digests_come_back_as_what_they_are(database: Database):
    with database.write() as session:
        session.add(
            StartRow(
                task=TaskName("diagnosis_count"),
                base=A,
                model_sha256=B,
                scaler_sha256=None,
                global_version=None,
                created_at=NOW,
            )
        )
        session.add(
            EnvoyRow(name=EnvoyName("KNH"), folded_name="knh", created_at=NOW, joined_at=None, disabled_at=None)
        )
    with database.read() as session:
        start, envoy = session.query(StartRow).one(), session.query(EnvoyRow).one()
        kinds = [type(value) for value in (start.task, start.base, start.model_sha256, start.scaler_sha256, envoy.name)]
    assert kinds == [TaskName, Digest, Digest, type(None), EnvoyName]


def test_no_decision_is_null_and_not_the_text_null(database: Database):
    with database.write() as session:
        envoy = EnvoyRow(name=EnvoyName("KNH"), folded_name="knh", created_at=NOW, joined_at=None, disabled_at=None)
        session.add(
            StatisticsRow(
                envoy=envoy,
                task=TaskName("t"),
                version=1,
                num_examples=10,
                mean=[1.0],
                m2=[2.0],
                verdict="admitted",
                checks=[],
                decision=None,
                created_at=NOW,
            )
        )
    with database.read() as session:
        assert session.scalar(text("SELECT decision IS NULL FROM statistics")) == 1


def test_what_has_files_knows_each_by_its_role():
    submission = SubmissionRow(
        files=[SubmissionFileRow(role="model", sha256=A, bytes=1), SubmissionFileRow(role="scaler", sha256=B, bytes=2)]
    )
    version = GlobalModelRow(files=[GlobalModelFileRow(role="card", sha256=C)])
    assert submission.digests == {"model": A, "scaler": B}
    assert (submission.digest_of("scaler"), version.digest_of("card")) == (B, C)
    with pytest.raises(KeyError):
        version.digest_of("model")
