"""What the tests of participating stand on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulation.consortium import write_consortium
from tests.envoy.participation.rounds_played import PlayedRounds, Taking
from tests.envoy.playing import playing


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_consortium(tmp_path_factory.mktemp("tables"), hospitals=1, patients=50, seed=1)[0]


@pytest.fixture
def director() -> Iterator[PlayedRounds]:
    played = PlayedRounds()
    with playing(played):
        yield played


@pytest.fixture
def taking(director: PlayedRounds, tables: Path, tmp_path: Path) -> Taking:
    return Taking(director.url, tmp_path / "home", tables)
