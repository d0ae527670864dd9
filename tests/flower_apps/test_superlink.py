"""How the SuperLink is begun, and what it is asked: sign-in and encryption are on, nothing is installed or reported."""

import json
import tomllib
from pathlib import Path

import pytest

from contract.names import EnvoyName
from flower_apps.errors import ProgramFailedError
from flower_apps.superlink import SuperLink


def test_it_is_begun_with_sign_in_encryption_and_no_installing(tmp_path: Path):
    command = SuperLink(tmp_path, 8123).command("127.0.0.1", Path("ca.pem"), Path("a.pem"), Path("a.key"))
    said = " ".join(command[1:])
    assert "--enable-supernode-auth" in said
    assert "--disable-runtime-dependency-installation" in said
    assert "--ssl-ca-certfile ca.pem --ssl-certfile a.pem --ssl-keyfile a.key" in said
    assert "--insecure" not in said
    assert f"--database {tmp_path / 'superlink.db'}" in said


def test_programs_of_this_machine_find_it_by_its_settings(tmp_path: Path):
    there = SuperLink(tmp_path / "s", 8123)
    there.keep_address(tmp_path / 'c"a.pem')
    said = tomllib.loads((tmp_path / "s" / "flower" / "config.toml").read_text())
    assert said["superlink"]["here"] == {
        "address": "127.0.0.1:8123",
        "root-certificates": str((tmp_path / 'c"a.pem').resolve()),
    }
    assert there.surroundings["FLWR_HOME"] == str(tmp_path / "s" / "flower")


def test_what_it_will_not_take_is_said_with_what_it_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    program = tmp_path / "flwr"
    said = json.dumps({"success": False, "error-message": "No such\x1b[2J key."})
    program.write_text(f"#!/bin/sh\necho '{said}'\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr("flower_apps.superlink.program", lambda name: str(program))
    with pytest.raises(ProgramFailedError, match="did not take it") as refused:
        SuperLink(tmp_path).admit(EnvoyName("KNH"), tmp_path / "node.pub")
    assert "No such" in refused.value.sentence
    assert refused.value.sentence.isprintable()


def test_a_program_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("flower_apps.superlink.program", lambda name: str(tmp_path / "none"))
    with pytest.raises(ProgramFailedError, match="is not installed"):
        SuperLink(tmp_path).ended("1")
