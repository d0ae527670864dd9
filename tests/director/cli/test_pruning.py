"""``fl-director prune`` says what would go and by which setting, lets it go, and says it to a program too."""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from director.cli import app
from director.cli.pruning import _IN_WORDS
from director.retention_settings import RetentionSettings
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
        assert (would["went"]["keep_versions"], would["logs"]) == (3, {})
        said = run("--keep-versions", "2")
        assert said.splitlines()[:2] == [
            "KNH diagnosis_count: versions 1-3",
            "3 versions of hospitals beyond the newest (keep_versions)",
        ]
        assert f"gone: 3 versions of {would['bytes']:,} bytes, 0 starts" in " ".join(said.split())
        assert "gone: 0 versions" in run()  # the settings keep more than there are
        assert federation.director.upkeep.defects() == []


def test_the_periods_are_those_of_the_settings_and_each_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with FederationSimulator(tmp_path / "old") as federation:
        hospital = federation.enrol("KNH")
        for number in range(4):
            assert hospital.upload(hospital.parcel(number)).status_code == 201
        monkeypatch.setenv("DIRECTOR_DATA_DIR", str(federation.folder))  # the clock of a command is the machine's
        monkeypatch.setenv("DIRECTOR_RETENTION__TRAINING_LOG_DAYS", "1")
        monkeypatch.setenv("DIRECTOR_RETENTION__LOG_DAYS", "3000")
        of_long_ago = federation.file("logs", "access.log.1")
        of_long_ago.touch()
        os.utime(of_long_ago, (0, 0))
        said = run("--dry-run")
        assert said.splitlines()[0] == "KNH diagnosis_count: training logs of versions 1-2"
        assert "2 training logs of versions (training_log_days 1)" in said
        assert "1 one-time codes that ended (code_days 30)" in said
        assert "1 logs of the director, gone or set aside (log_days 3000)" in said
        assert "1 logs of hospitals' training, gone or set aside (training_logs)" in said
        assert json.loads(run("--json"))["went"]["training_log_days"] == 2
        assert not of_long_ago.exists()
        assert "(" not in run()  # nothing is left to go
        assert federation.director.upkeep.defects() == []


def test_every_period_has_its_words():
    assert RetentionSettings.model_fields.keys() <= _IN_WORDS.keys()
