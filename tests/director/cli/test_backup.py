"""``fl-director backup`` and ``restore``."""

import json
from pathlib import Path

import pytest

from director.cli.failures import EXIT_DATA, EXIT_USAGE
from tests.director.cli.conftest import Run
from tests.federation_simulator import SimulatedHospital


def test_a_federation_is_copied_and_restored_in_another_folder(
    served: Run, hospital: SimulatedHospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hospital.train_and_upload()
    copy = tmp_path / "copy"
    made = served("backup", copy)
    assert (made.exit_code, "audit up to record" in made.stdout) == (0, True)
    assert "every hospital's models" in made.stderr
    monkeypatch.setenv("DIRECTOR_DATA_DIR", str(tmp_path / "other"))
    restored = served("restore", copy)
    assert (restored.exit_code, restored.stdout.startswith(f"Ready: {tmp_path / 'other'}, as of ")) == (0, True)
    assert served("fsck").stdout == "clean\n"
    assert [each["envoy_name"] for each in json.loads(served("envoy", "list", "--json").stdout)] == ["KUTRRH"]


def test_each_failure_has_its_exit_code(
    served: Run, hospital: SimulatedHospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy"
    assert served("backup", copy).exit_code == 0
    assert served("backup", copy).exit_code == EXIT_USAGE
    assert served("restore", copy).exit_code == EXIT_USAGE  # into the folder that is served
    monkeypatch.setenv("DIRECTOR_DATA_DIR", str(tmp_path / "other"))
    assert served("restore", tmp_path / "nowhere").exit_code == EXIT_USAGE
    (copy / "director.db").write_bytes(b"something else")
    assert served("restore", copy).exit_code == EXIT_DATA
    assert not (tmp_path / "other").exists()
