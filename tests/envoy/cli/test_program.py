"""What every command shares, and above all how it ends; whole days of commands are a journey."""

import time
from pathlib import Path

import pytest

from envoy.cli.program import new_client
from envoy.settings import read_settings
from tests.envoy.answering import answering
from tests.envoy.cli.joining import Run
from tests.real_processes import free_port


@pytest.mark.parametrize("command", ["statistics", "train", "evaluate", "status"])
def test_a_director_that_does_not_answer_ends_a_command_with_3(away: Run, command: str) -> None:
    ended = away(command)
    assert (ended.exit_code, ended.stdout) == (3, "")
    assert "does not answer" in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["status"], 4, "has not joined"),
        (["statistics"], 4, "has not joined"),
        (["send", "nowhere"], 5, "lacks metadata.json"),
        (["train", "--offline", "parcel", "--scaler", "mine"], 2, "no choice of scaler"),
        (["train", "--offline", "parcel", "--task", "No Such"], 2, "No Such"),
        (["train", "--offline", "parcel", "--data", "nowhere"], 5, "There is no hosp/diagnoses_icd.csv"),
        (["train", "--offline", "blocked/parcel"], 5, "blocked"),
        (["join", "--director", "nowhere", "--code", "code"], 2, "no address"),
        (["join", "--director", f"http://127.0.0.1:{free_port()}", "--code", "code"], 3, "does not answer"),
    ],
)
def test_each_failure_has_its_exit_code_and_its_sentence(
    run: Run, tmp_path: Path, arguments: list[str], code: int, sentence: str
) -> None:
    (tmp_path / "blocked").write_text("a file where a folder should be")
    ended = run(*arguments)
    assert ended.exit_code == code, ended.stderr
    assert ended.stdout == ""
    assert sentence in ended.stderr
    assert not (tmp_path / "parcel").exists()


def test_no_folder_of_tables_is_wrong_usage(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ENVOY_DATA")
    ended = run("check")
    assert (ended.exit_code, "No folder of tables was named" in ended.stderr) == (2, True)


def test_every_command_keeps_to_the_bandwidth_that_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENVOY_KILOBYTES_PER_SECOND", "4")
    with answering((200, {"items": [], "next": None, "beside": "x" * 2000})) as director:
        asked = new_client(read_settings(), director.url, "fld_x")
        began = time.monotonic()
        asked.submissions(limit=1)
    assert time.monotonic() - began >= 0.5
