"""``fl-flower``: what it says to a person; what it does over the real Flower is in test_server_app."""

from pathlib import Path

import pytest

from flower_apps.cli import main
from tests.flower_apps.consortium import virtual, write_plan


def said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
    monkeypatch.setattr("sys.argv", ["fl-flower", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    shown = capsys.readouterr()
    return int(str(ended.value.code or 0)), " ".join((shown.out + shown.err).split())


def test_a_key_is_made_and_its_public_half_named(tmp_path: Path, capsys, monkeypatch):
    code, shown = said(capsys, monkeypatch, "key", "--out", str(tmp_path / "own"))
    assert code == 0
    assert "node.pub" in shown.replace(" ", "")
    code, shown = said(capsys, monkeypatch, "key", "--out", str(tmp_path / "own"))
    assert code == 4
    assert "is there already" in shown


def test_what_is_no_plan_is_said_before_anything_is_begun(tmp_path: Path, capsys, monkeypatch):
    plan = write_plan(tmp_path / "plan", virtual(2))
    (plan / "scaler.pkl").unlink()
    arguments = ("run", str(plan), "--out", str(tmp_path / "out"), "--folder", str(tmp_path / "superlink"))
    code, shown = said(capsys, monkeypatch, *arguments)
    assert code == 4
    assert "fl-director run plan" in shown
    assert not (tmp_path / "out").exists()


def test_a_hospital_has_a_name_that_it_could_have(tmp_path: Path, capsys, monkeypatch):
    (tmp_path / "node.pub").write_text("key")
    arguments = ("admit", "../KNH", str(tmp_path / "node.pub"), "--folder", str(tmp_path))
    assert said(capsys, monkeypatch, *arguments)[0] == 4
