"""The hospital of this machine: its name, its limits and its tables come from the envoy's own settings."""

from pathlib import Path

import pytest

from contract.names import EnvoyName
from contract.tasks import DEFAULT_TASK
from envoy.errors import NotJoinedError, SettingsError
from flower_apps.own_hospital import hospital_here
from simulation.consortium import write_consortium
from tests.flower_apps.consortium import DIRECTOR, TASK, virtual, write_home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = write_home(tmp_path / "home", EnvoyName("KUTRRH"))
    monkeypatch.setenv("ENVOY_HOME", str(home))
    return home


def test_it_is_who_joined_with_its_limits_and_tables(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ENVOY_MAX_EPOCHS", "7")
    (tables,) = write_consortium(tmp_path / "tables", 1, 60, seed=0)
    found = hospital_here("127.0.0.1:8000", print, str(tables))
    assert (found.envoy, found.home, found.superlink) == (EnvoyName("KUTRRH"), home, "127.0.0.1:8000")
    assert found.rules.max_epochs == 7
    assert list(found.tasks) == [DEFAULT_TASK]
    assert found.outbox.director == DIRECTOR
    assert found.patients.of(TASK).num_examples == len(virtual(1)[0].split.training)


def test_who_has_joined_no_director_takes_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ENVOY_HOME", str(tmp_path / "none"))
    with pytest.raises(NotJoinedError):
        hospital_here("127.0.0.1:8000", print, str(tmp_path))


def test_without_tables_it_says_so(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("ENVOY_DATA", raising=False)
    with pytest.raises(SettingsError, match="No folder of tables"):
        hospital_here("127.0.0.1:8000", print)
