"""A real director on loopback, tables for hospitals that don't exist, and who follows a page at the centre."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulation.consortium import write_consortium
from tests.journeys.reader import PLACES, Reader
from tests.real_processes import RealDirector, clean_environment
from tests.warm_programs import warm_programs


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The tables of five hospitals with 200 patients each."""
    folders = write_consortium(tmp_path_factory.mktemp("tables"), hospitals=5, patients=200, seed=1)
    return {folder.name: folder for folder in folders}


@pytest.fixture
def reader(director: RealDirector, tmp_path: Path) -> Iterator[Reader]:
    for each in ("programs", *(f"centre/{place}" for place in PLACES.values())):
        (tmp_path / each).mkdir(parents=True)
    with warm_programs(tmp_path / "programs") as programs:
        path = f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        ours = {"PATH": path, "DIRECTOR_DATA_DIR": str(director.folder), "DIRECTOR_PORT": str(director.port)}
        yield Reader(tmp_path / "centre", {**clean_environment(), "COLUMNS": "200", **ours})
