"""Taking part in rounds, by command."""

import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.tasks import DIAGNOSIS_COUNT
from envoy.participation.status import Status, write_status
from envoy.participation.switches import Switches
from tests.envoy.answering import Asked
from tests.envoy.cli.joining import Run, join
from tests.envoy.participation.rounds_played import MERGED, NOW, PlayedRounds
from tests.envoy.playing import Answer, playing
from tests.s3_server import S3Server
from tests.unruly_proxy import UnrulyProxy


@pytest.fixture
def director() -> Iterator[PlayedRounds]:
    with playing(PlayedRounds()) as played:
        assert isinstance(played, PlayedRounds)
        yield played


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """Let pytest end as it did before."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_one_run_is_told_in_lines_of_json(run: Run, director: PlayedRounds) -> None:
    join(run, director.url)
    ended = run("participate", "--once", "--json")
    assert ended.exit_code == 0, ended.output
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [each["event"] for each in lines][:3] == ["ready", "invited", "table_read"]
    assert lines[-1]["event"] == "run.over"
    assert {"at", "event", "sentence"} <= set(lines[0])
    read = [each for each in lines if each["event"] == "table_read"]
    assert [each["file"] for each in read] == [
        f"hosp/{name}.csv.gz" for name in ("diagnoses_icd", "admissions", "patients")
    ]
    assert read[0]["sentence"] == f"Read hosp/diagnoses_icd.csv.gz: {read[0]['rows']:,} rows."
    assert list(director.returned) == [1, 2]


def test_or_in_plain_lines_with_the_time(run: Run, director: PlayedRounds) -> None:
    join(run, director.url)
    ended = run("participate", "--runs", "1")
    assert (ended.exit_code, ended.stdout) == (0, "")
    assert " UTC Round 1 of 2 (run 1): trains from the shared start" in ended.stderr
    status = json.loads(run("status", "--json").stdout)["participation"]
    assert (status["state"], status["is_running"]) == ("stopped", False)
    assert "Does not participate now; it last did so as stopped" in run("status").stdout


def test_a_token_that_holds_no_more_ends_it_with_4_and_the_status_says_why(
    run: Run, director: PlayedRounds, home: Path
) -> None:
    join(run, director.url)
    director.said["/envoys/KNH/work"] = 401, {"code": "unauthenticated", "detail": "No such token."}
    assert run("participate").exit_code == 4
    found = json.loads((home / "status.json").read_text())
    assert (found["state"], found["last_error"]) == ("stopped", "No such token.")


def test_a_token_that_was_renewed_meanwhile_is_taken(run: Run, director: PlayedRounds, home: Path) -> None:
    join(run, director.url)

    def holds_no_more(asked: Asked) -> Answer:
        kept = json.loads((home / "token.json").read_text())
        (home / "token.json").write_text(json.dumps({**kept, "token": "fld_renewed"}))
        director.said.clear()
        return 401, {"code": "unauthenticated", "detail": "No such token."}

    director.said["/envoys/KNH/work"] = holds_no_more
    ended = run("participate", "--once")
    assert (ended.exit_code, "Goes on with the token" in ended.stderr) == (0, True)
    assert director.asked[-1].headers["Authorization"] == "Bearer fld_renewed"


def test_a_version_that_waits_is_answered_where_the_hospital_lets_it(
    run: Run, director: PlayedRounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    join(run, director.url)
    director.add_version(DIAGNOSIS_COUNT.initial_state(), MERGED)
    assert run("participate", "--once").exit_code == 0
    assert director.versions[0]["answers"] == []
    director.returned.clear()
    director.is_invited = True
    monkeypatch.setenv("ENVOY_ANSWER", "automatic")
    assert "Said of version 1: refuse" in run("participate", "--once").stderr
    assert director.versions[0]["answers"][0]["envoy_name"] == "KNH"


def test_who_has_not_joined_or_named_no_tables_is_told_before_anything_begins(
    run: Run, director: PlayedRounds, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("participate").exit_code == 4
    join(run, director.url)
    monkeypatch.delenv("ENVOY_DATA")
    assert run("participate").exit_code == 2
    assert not (home / "status.json").exists()


def test_a_pause_is_taken_back(run: Run, home: Path) -> None:
    assert "until fl-envoy resume" in run("pause").stdout
    assert Switches(home).is_paused
    assert [run("resume").stdout for _ in range(2)] == ["Goes on.\n", "There was no pause.\n"]
    assert not Switches(home).is_paused


def test_a_refusal_is_kept_and_told_and_taken_back_with_a_new_answer(
    run: Run, director: PlayedRounds, home: Path
) -> None:
    join(run, director.url)
    assert run("refuse", "1", "--reason", "No staff.").exit_code == 0
    assert Switches(home, director.url).refusal(1) == "No staff."
    assert "Run 1: take_part." in run("refuse", "1", "--take-back").stdout
    assert Switches(home, director.url).refusal(1) is None
    assert [(each["choice"], each["reason"]) for each in director.answers] == [
        ("refuse", "No staff."),
        ("take_part", None),
    ]


def test_a_refusal_without_a_link_holds_all_the_same(run: Run, home: Path) -> None:
    with playing(PlayedRounds()) as director:
        join(run, director.url)
    assert run("refuse", "1", "--reason", "No staff.").exit_code == 3
    assert Switches(home, director.url).refusal(1) == "No staff."


@pytest.mark.parametrize("options", [[], ["--reason", "x", "--take-back"], ["--reason", ""], ["--reason", "a\nb"]])
def test_a_refusal_takes_a_reason_of_one_line(run: Run, director: PlayedRounds, options: list[str]) -> None:
    join(run, director.url)
    assert run("refuse", "1", *options).exit_code == 2
    assert director.answers == []


def test_the_status_says_what_is_going_on_without_a_link(run: Run, home: Path) -> None:
    with playing(PlayedRounds()) as director:
        join(run, director.url)
    write_status(home, Status(state="training", since=NOW, run=1, number=3, rounds=9))
    ended = run("status")
    assert (ended.exit_code, "as training, round 3 of 9 (run 1)" in ended.stdout) == (3, True)


def test_a_bucket_that_is_away_is_asked_again_as_a_director_is(
    run: Run, director: PlayedRounds, s3: S3Server, tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = s3.bucket(is_open=True).put_folder(tables, "mimic")
    monkeypatch.setenv("ENVOY_S3_ANONYMOUS", "1")
    monkeypatch.setenv("ENVOY_ATTEMPTS", "8")
    with UnrulyProxy(int(s3.url.rpartition(":")[2]), seed=1, cut_share=0.001) as proxy:
        monkeypatch.setenv("ENVOY_S3_ENDPOINT", proxy.url)
        join(run, director.url)
        proxy.reset_next(4)  # a look at a table asks three times
        ended = run("participate", "--once", "--data", str(address))
    assert ended.exit_code == 0, ended.output
    assert f"The S3 server at {proxy.url} does not answer: " in ended.stderr
    assert re.search(r"UTC no answer, trying again in [0-9]+ s \(2 of 2\): .*, at the S3 server\n", ended.stderr)
    assert re.search(r"Trying again in [0-9]+ s\. ", ended.stderr)
    assert list(director.returned) == [1, 2]
