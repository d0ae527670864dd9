"""Houses for a whole file of tests: each leaves it served and in order."""

from collections.abc import Iterator

import pytest

from tests.faults.house import House, found_house
from tests.real_processes import ForkedDirector, RealDirector


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A director with three hospitals' models, that starts quickly."""
    house = found_house(ForkedDirector(tmp_path_factory.mktemp("house") / "director"))
    yield house
    house.director.stop()


@pytest.fixture(scope="module")
def commanded_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The same, started by its command."""
    house = found_house(RealDirector(tmp_path_factory.mktemp("house") / "director"))
    yield house
    house.director.stop()
