"""A consortium that was written once."""

from pathlib import Path

import pytest

from envoy.tables import Tables, read_tables
from simulation.consortium import (
    write_consortium,
)
from tests.simulation.written import PATIENTS


@pytest.fixture(scope="session")
def consortium(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    return write_consortium(tmp_path_factory.mktemp("consortium"), 7, PATIENTS, seed=3)


@pytest.fixture(scope="session")
def tables(consortium: tuple[Path, ...]) -> tuple[Tables, ...]:
    return tuple(read_tables(folder) for folder in consortium)
