"""An empty database on the disk, and a ledger on it whose clock a test moves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from director.records.database import Database
from director.records.ledger import Ledger
from tests.federation_simulator import SetClock
from tests.migrated import put_empty_database


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    put_empty_database(tmp_path / "director.db")
    database = Database(f"sqlite:///{tmp_path / 'director.db'}")
    yield database
    database.close()


@pytest.fixture
def ledger(database: Database, clock: SetClock) -> Ledger:
    return Ledger(database, clock)
