"""A real director on loopback, and tables for hospitals that don't exist."""

from pathlib import Path

import pytest

from simulation.consortium import write_consortium


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The tables of five hospitals with 200 patients each."""
    folders = write_consortium(tmp_path_factory.mktemp("tables"), hospitals=5, patients=200, seed=1)
    return {folder.name: folder for folder in folders}
