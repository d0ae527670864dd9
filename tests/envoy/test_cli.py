"""``fl-envoy`` where there is no link, or an answer of few words; its whole days are a journey."""

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from envoy.cli import app
from simulation.consortium import write_consortium
from tests.envoy.answering import answering
from tests.real_processes import free_port

Run = Callable[..., Result]
ISSUED = {"token": "fld_new", "id": "t1", "role": "hospital", "envoy_name": "KNH", "expires_at": "2026-04-01T00:00:00Z"}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_consortium(tmp_path_factory.mktemp("tables"), hospitals=1, patients=30, seed=1)[0]


@pytest.fixture
def run(tmp_path: Path, tables: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command of an envoy that has not joined, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name, value in (("HOME", tmp_path / "home"), ("DATA", tables), ("ATTEMPTS", 0)):
        monkeypatch.setenv(f"ENVOY_{name}", str(value))
    monkeypatch.setenv("COLUMNS", "300")

    def invoke(*arguments: Any, given: str | None = None) -> Result:
        return CliRunner().invoke(app, [str(each) for each in arguments], input=given)

    return invoke


def join(run: Run, url: str) -> Result:
    return run("join", "--director", url, "--code", "code")


@pytest.fixture
def away(run: Run) -> Run:
    """The same, joined to a director that answers no more."""
    with answering((201, ISSUED)) as director:
        assert join(run, director.url).exit_code == 0
    return run


def test_a_token_is_kept_for_its_owner_and_renewed_once_the_director_knows_it(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "home" / "token.json"
    described: dict[str, Any] = {"envoy_name": "KNH", "state": "active", "last_seen_at": None, "current": []}
    renewed = json.dumps({**ISSUED, "token": "fld_renewed"})
    with answering((201, ISSUED), (401, {"code": "unauthenticated", "detail": "No."}), (200, described)) as director:
        joined = join(run, director.url)
        assert (joined.exit_code, "A member as KNH until 2026-04-01." in joined.stdout) == (0, True)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert run("renew", given=renewed).exit_code == 4
        assert json.loads(file.read_text())["token"] == "fld_new"
        assert run("renew", "--json", given=renewed).exit_code == 0
    assert json.loads(file.read_text())["token"] == "fld_renewed"
    assert [each.headers.get("Authorization") for each in director.asked] == [None, *["Bearer fld_renewed"] * 2]


def test_a_code_that_is_no_hospitals_joins_nobody(run: Run, tmp_path: Path) -> None:
    with answering((201, {**ISSUED, "role": "admin", "envoy_name": None})) as director:
        assert join(run, director.url).exit_code == 4
    assert not (tmp_path / "home").exists()


def test_a_check_says_that_there_is_nothing_or_everything_that_there_is(run: Run, tmp_path: Path) -> None:
    assert run("check").stdout == "No defects.\n"
    (tmp_path / "diagnoses_icd.csv").write_text("subject_id,hadm_id,seq_num,icd_code,icd_version\n1,10,1,4.28E+03,9\n")
    found = run("check", "--data", tmp_path, "--json")
    assert (found.exit_code, [each["kind"] for each in json.loads(found.stdout)]) == (5, ["damaged_code"])
    table = run("check", "--data", tmp_path)
    assert (table.exit_code, "scientific notation" in table.stdout) == (5, True)


def test_a_parcel_is_trained_without_a_link_and_shown_before_it_is_sent(run: Run, tmp_path: Path) -> None:
    trained = run("train", "--offline", tmp_path / "parcel", "--json")
    assert (trained.exit_code, json.loads(trained.stdout)["submission"]) == (0, None)
    assert f"fl-envoy send {tmp_path / 'parcel'}" in trained.stderr
    shown = json.loads(run("send", tmp_path / "parcel", "--dry-run", "--json").stdout)
    assert shown["bytes"]["model"] == (tmp_path / "parcel" / "model.pt").stat().st_size
    assert shown["metadata"]["num_examples"] == 24
    as_text = run("send", tmp_path / "parcel", "--dry-run").stdout
    assert as_text.endswith("Nothing was sent.\n")
    assert (tmp_path / "parcel" / "training.log").read_text() in as_text


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


def test_too_few_patients_end_a_command_with_6(run: Run, tmp_path: Path) -> None:
    (few,) = write_consortium(tmp_path, hospitals=1, patients=5, seed=1)
    assert run("train", "--offline", tmp_path / "parcel", "--data", few).exit_code == 6


def test_no_folder_of_tables_is_wrong_usage(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ENVOY_DATA")
    ended = run("check")
    assert (ended.exit_code, "No folder of tables was named" in ended.stderr) == (2, True)
