"""A real director on loopback, with two hospitals' models and two global versions, and an analyst's token for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from analyst import Client
from tests.federation_simulator import FederationSimulator
from tests.real_processes import RealDirector


@dataclass(frozen=True)
class Served:
    """A director that serves, and a token that it takes."""

    director: RealDirector
    token: str

    @property
    def url(self) -> str:
        return self.director.url


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """Fill an empty folder with a federation, and serve it while the block runs."""
    with FederationSimulator(folder) as federation:
        for name in ("KUTRRH", "MTRH"):
            assert federation.enrol(name).send_statistics().status_code == 201
        for nudge in (1, 2):
            federation.train_and_upload(nudge)
            assert federation.aggregate().status_code == 201
    director = RealDirector(folder)
    director.start()
    try:
        yield Served(director, director.json("token", "issue", "--role", "analyst")["token"])
    finally:
        director.stop()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("analyst") / "director") as served:
        yield served


@pytest.fixture
def client(served: Served) -> Iterator[Client]:
    with Client(served.url, served.token) as client:
        yield client
