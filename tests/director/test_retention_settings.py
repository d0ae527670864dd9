"""The periods: what may be set, and that the admin's page decides about every table, folder and period there is."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import inspect

from director.records.schema import Base
from director.retention_settings import NO_PERIODS, RetentionSettings, before
from director.settings import read_settings
from tests.federation_simulator import FederationSimulator, SimulatedHospital

PAGE = Path(__file__).resolve().parents[2] / "docs" / "admin.md"
HEADING = "### What is kept, how long\n"
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def test_a_period_counts_days_back_and_nought_lets_nothing_go():
    assert before(NOW, 2) == datetime(2026, 5, 30, tzinfo=UTC)
    assert before(NOW, 0) is None
    without = {name: 0 for name in RetentionSettings.model_fields if name != "key_days"}
    assert RetentionSettings(**without) == NO_PERIODS


@pytest.mark.parametrize("given", [{"log_days": -1}, {"key_days": 0}, {"model_days": 3}, {"version_days": 36_501}])
def test_what_makes_no_sense_is_refused(given: dict[str, int]):
    with pytest.raises(ValidationError):
        RetentionSettings(**given)


def test_they_are_read_from_the_file_and_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "director.toml").write_text("[retention]\nversion_days = 730\nlog_days = 90\n")
    monkeypatch.setenv("DIRECTOR_RETENTION__LOG_DAYS", "180")
    found = read_settings().retention
    assert (found.version_days, found.log_days, found.key_days) == (730, 180, 30)


def rows() -> Iterator[tuple[str, str, str, str]]:
    """Give the lines of the page's table: what, where, how long, why."""
    section = PAGE.read_text(encoding="utf-8").partition(HEADING)[2].partition("\n## ")[0]
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 4 and cells[0] != "what":
            yield cells[0], cells[1], cells[2], cells[3]


def named(place: int) -> set[str]:
    return {name for row in rows() for name in re.findall(r"`([^`]+)`", row[place])}


def test_of_every_table_of_the_database_it_is_decided_how_long_it_is_kept(federation: FederationSimulator):
    with federation.director.ledger.read() as session:
        there = set(inspect(session.connection()).get_table_names())
    assert there == {*Base.metadata.tables, "alembic_version"}
    said = {name for name in named(1) if not name.endswith("/") and "." not in name}
    assert there - said == set(), "a line in docs/admin.md, What is kept, how long; and a period where it needs one"
    assert said - there - {"audit.head"} == set(), "docs/admin.md names a table that there is none"


def test_of_every_folder_and_file_of_the_data_folder_too(federation: FederationSimulator, hospital: SimulatedHospital):
    hospital.train_and_upload()
    assert federation.aggregate().status_code == 201
    federation.director.upkeep.note_head()
    federation.restart()
    (federation.folder / "upkeep.lock").touch()
    there = {f"{each.name}/" if each.is_dir() else each.name for each in federation.folder.iterdir()}
    assert there - named(1) == set(), "a line in docs/admin.md, What is kept, how long"


def test_every_line_says_how_long_and_every_period_stands_there_with_its_default():
    assert all(how_long for _, _, how_long, _ in rows())
    said = {name: int(days) for row in rows() for name, days in re.findall(r"`(\w+_days)` \((\d+)\)", row[2])}
    assert said == RetentionSettings().model_dump()
