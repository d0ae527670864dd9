"""The tables of what watching remembers: what is put into a row comes back, and a channel tells of each thing once."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError

from contract.names import EnvoyName
from director.records.database import Database
from director.records.watch_schema import AlertChannelRow, AlertRow, VerificationRow

NOW = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)


def alert(channel: str = "mail") -> AlertRow:
    return AlertRow(channel=channel, kind="hospital_silent", subject="KNH", hospital=EnvoyName("KNH"), since=NOW)


def test_rows_come_back_as_they_were_put(database: Database) -> None:
    with database.write() as session:
        session.add_all((alert("mail"), alert("webhook")))
        session.add(AlertChannelRow(name="mail", failures=2, failed_at=NOW, why="away"))
        session.add(VerificationRow(at=NOW, records=7, defect=None))
    with database.read() as session:
        found = session.get_one(AlertRow, ("webhook", "hospital_silent", "KNH"))
        assert (found.hospital, found.since, found.told_at, found.ended_at) == ("KNH", NOW, None, None)
        channel = session.get_one(AlertChannelRow, "mail")
        assert (channel.sent_at, channel.failures, channel.why) == (None, 2, "away")
        assert session.get_one(VerificationRow, 1).records == 7


def test_a_channel_has_each_thing_once(database: Database) -> None:
    with database.write() as session:
        session.add(alert())
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(alert())
