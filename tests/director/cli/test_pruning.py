"""``fl-director prune`` says what would go, lets it go, and says it to a program too."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from director.cli import app
from tests.federation_simulator import FederationSimulator


def run(*arguments: str) -> str:
    ended = CliRunner().invoke(app, ["prune", *arguments])
    assert ended.exit_code == 0, ended.output
    return ended.stdout


def test_what_would_go_is_said_first_and_then_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with FederationSimulator(tmp_path / "old") as federation:
        hospital = federation.enrol("KNH")
        for number in range(5):
            assert hospital.upload(hospital.parcel(number)).status_code == 201
        monkeypatch.setenv("DIRECTOR_DATA_DIR", str(federation.folder))
        would = json.loads(run("--dry-run", "--keep-versions", "2", "--json"))
        assert (would["versions"], would["dry_run"], would["starts"]) == ({"KNH diagnosis_count": "1-3"}, True, 0)
        said = run("--keep-versions", "2")
        assert said.splitlines()[0] == "KNH diagnosis_count: versions 1-3"
        assert f"gone: 3 versions of {would['bytes']:,} bytes, 0 starts" in " ".join(said.split())
        assert "gone: 0 versions" in run()  # the settings keep more than there are
        assert federation.director.upkeep.defects() == []
