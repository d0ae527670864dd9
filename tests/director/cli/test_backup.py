"""``fl-director backup`` and ``restore``."""

import json
from pathlib import Path

import pytest

from director.cli.failures import EXIT_DATA, EXIT_USAGE
from tests.director.cli.conftest import Run
from tests.federation_simulator import SimulatedHospital
from tests.keys import age_key, needs_age


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


def test_a_code_for_each_hospital_is_printed_and_the_way_in_for_the_admin(
    served: Run, hospital: SimulatedHospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served("backup", tmp_path / "copy")
    monkeypatch.setenv("DIRECTOR_DATA_DIR", str(tmp_path / "other"))
    restored = served("restore", tmp_path / "copy")
    assert "KUTRRH: join_" in restored.stdout
    assert "no token holds" in restored.stderr
    assert "fl-director token link" in restored.stderr


def test_as_json_it_says_what_became_of_everybody(
    served: Run, hospital: SimulatedHospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served("backup", tmp_path / "copy")
    monkeypatch.setenv("DIRECTOR_DATA_DIR", str(tmp_path / "other"))
    said = json.loads(served("restore", tmp_path / "copy", "--json").stdout)
    (code,) = said["readmission"]["codes"]
    assert (code["envoy_name"], code["code"][:5], said["known_until"]) == ("KUTRRH", "join_", None)
    assert (said["readmission"]["tokens_held"], said["readmission"]["disabled"]) == (0, [])


def test_what_somebody_kept_of_the_audit_says_which_tokens_hold(
    served: Run, hospital: SimulatedHospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served("backup", tmp_path / "copy")
    served("token", "issue", "--role", "analyst")
    served("audit", "export", "--out", tmp_path / "audit.jsonl")
    served("audit", "checkpoint", "--out", tmp_path / "last.json")
    monkeypatch.setenv("DIRECTOR_DATA_DIR", str(tmp_path / "other"))
    kept = ("--audit-export", tmp_path / "audit.jsonl", "--checkpoint", tmp_path / "last.json")
    said = json.loads(served("restore", tmp_path / "copy", *kept, "--json").stdout)
    head = json.loads((tmp_path / "last.json").read_text())["seq"]
    assert (said["known_until"], said["readmission"]["tokens_revoked"]) == (head, 0)


def test_after_a_planned_move_all_holds_by_the_last_checkpoint_and_by_no_other(
    served: Run, hospital: SimulatedHospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served("backup", tmp_path / "copy")
    served("audit", "checkpoint", "--out", tmp_path / "last.json")
    revoked = {}
    for option in ("--checkpoint", "--last-checkpoint"):
        monkeypatch.setenv("DIRECTOR_DATA_DIR", str(tmp_path / option))
        said = json.loads(served("restore", tmp_path / "copy", option, tmp_path / "last.json", "--json").stdout)
        revoked[option] = said["readmission"]["tokens_revoked"]
    assert revoked == {"--checkpoint": 2, "--last-checkpoint": 0}


def test_what_was_kept_of_another_audit_ends_with_the_exit_code_of_damaged_data(
    served: Run, hospital: SimulatedHospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served("backup", tmp_path / "copy")
    (tmp_path / "other.json").write_text(json.dumps({"seq": 2, "digest": "a" * 64, "at": "2026-01-01T08:00:00Z"}))
    (tmp_path / "other.jsonl").write_text("something else\n")
    monkeypatch.setenv("DIRECTOR_DATA_DIR", str(tmp_path / "other"))
    for option, file in (("--checkpoint", "other.json"), ("--audit-export", "other.jsonl")):
        assert served("restore", tmp_path / "copy", option, tmp_path / file).exit_code == EXIT_DATA
        assert served("restore", tmp_path / "copy", option, tmp_path / "nowhere").exit_code == EXIT_USAGE
    assert not (tmp_path / "other").exists()


@needs_age
def test_an_encrypted_backup_is_made_and_restored_with_its_key(
    served: Run, hospital: SimulatedHospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = age_key(tmp_path / "key.txt")
    made = served("backup", tmp_path / "copy.age", "--encrypt-to", key.recipient)
    assert (made.exit_code, "It was not read back: that takes the key" in made.stderr) == (0, True)
    monkeypatch.setenv("DIRECTOR_DATA_DIR", str(tmp_path / "other"))
    assert served("restore", tmp_path / "copy.age").exit_code == EXIT_USAGE
    restored = served("restore", tmp_path / "copy.age", "--identity", key.file)
    assert (restored.exit_code, served("fsck").stdout) == (0, "clean\n")


def test_whom_nobody_can_encrypt_to_is_refused_before_the_folder_is_looked_at(run: Run, tmp_path: Path) -> None:
    refused = run("backup", tmp_path / "copy.age", "--encrypt-to", "jane@example.org")
    assert (refused.exit_code, "is no recipient" in refused.stderr) == (EXIT_USAGE, True)
