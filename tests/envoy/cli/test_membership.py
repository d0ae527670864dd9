"""Joining, and a token that takes the place of another."""

import json
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contract.tasks import DIAGNOSIS_COUNT
from envoy.own_words import HOW_TO_RENEW
from tests.envoy.answering import answering
from tests.envoy.cli.joining import ISSUED, Run, join
from tests.envoy.playing import PlayedDirector, playing
from tests.envoy.test_room import files_of_at_most


def test_a_token_is_kept_for_its_owner_and_renewed_once_the_director_knows_it(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "home" / "token.json"
    described: dict[str, Any] = {"envoy_name": "KNH", "state": "active", "last_seen_at": None, "current": []}
    renewed = json.dumps({**ISSUED, "token": "fld_renewed"})
    tasks: tuple[int, Any] = (200, {"items": []})
    refused = (401, {"code": "unauthenticated", "detail": "No."})
    with answering((201, ISSUED), tasks, refused, (200, described)) as director:
        joined = join(run, director.url)
        assert (joined.exit_code, "A member as KNH until 2026-04-01 00:00 UTC." in joined.stdout) == (0, True)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert run("renew", given=renewed).exit_code == 4
        assert json.loads(file.read_text())["token"] == "fld_new"
        assert run("renew", "--json", given=renewed).exit_code == 0
    assert json.loads(file.read_text())["token"] == "fld_renewed"
    assert [each.headers.get("Authorization") for each in director.asked] == [
        None,
        "Bearer fld_new",
        *["Bearer fld_renewed"] * 2,
    ]


def test_a_code_that_is_no_hospitals_joins_nobody(run: Run, tmp_path: Path) -> None:
    with answering((201, {**ISSUED, "role": "admin", "envoy_name": None})) as director:
        assert join(run, director.url).exit_code == 4
    assert not (tmp_path / "home" / "token.json").exists()


ELSEWHERE = "http://director.example"
"""Reached through the played director as its proxy."""
WARNING = "warning: http://director.example is not encrypted"


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[PlayedDirector]:
    """A director that is not on this machine."""
    with playing() as director:
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HTTP_PROXY", director.url)
        yield director


def test_a_code_does_not_travel_where_others_read_along(run: Run, elsewhere: PlayedDirector) -> None:
    ended = join(run, ELSEWHERE)
    assert (ended.exit_code, "is not encrypted" in ended.stderr, elsewhere.asked) == (6, True, [])


@pytest.mark.parametrize("said_by", ["--insecure-http", "ENVOY_INSECURE_HTTP"])
def test_whoever_accepts_that_is_warned_each_time(
    run: Run, elsewhere: PlayedDirector, monkeypatch: pytest.MonkeyPatch, said_by: str
) -> None:
    if said_by.startswith("ENVOY"):
        monkeypatch.setenv(said_by, "1")
    assert join(run, ELSEWHERE, *([said_by] if said_by.startswith("--") else [])).exit_code == 0
    monkeypatch.delenv("ENVOY_INSECURE_HTTP", raising=False)
    for command in ("status", "statistics"):
        ended = run(command)
        assert (ended.exit_code, WARNING in ended.stderr) == (0, True), ended.stderr


def test_a_home_that_joined_so_before_anybody_asked_goes_on_and_is_warned(
    run: Run, elsewhere: PlayedDirector, tmp_path: Path
) -> None:
    kept = {"director": ELSEWHERE, "envoy_name": "KNH", "token": "fld_old", "expires_at": "2026-04-01T00:00:00Z"}
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "token.json").write_text(json.dumps(kept))
    ended = run("status")
    assert (ended.exit_code, WARNING in ended.stderr) == (0, True)
    (tmp_path / "home" / "token.json").write_text(json.dumps({**kept, "insecure_http": False}))
    assert run("status").exit_code == 6


def moved_to(*cut_points: float) -> PlayedDirector:
    return PlayedDirector(task=replace(DIAGNOSIS_COUNT, cut_points=cut_points))


def test_moved_cut_points_are_shown_at_joining_and_accepted_by_whoever_says_so(run: Run) -> None:
    with playing(moved_to(3, 9)) as director:
        joined = join(run, director.url)
        assert joined.exit_code == 0
        assert "moved the cut points of task diagnosis_count to 3 and 9; this envoy knows 5 and 15" in joined.stderr
        assert "Later: fl-envoy task accept diagnosis_count" in joined.stderr
        assert run("statistics").exit_code == 6
        joined = join(run, director.url, "--accept")
        assert "Accepted: task diagnosis_count with the cut points 3 and 9." in joined.stderr
        assert run("statistics").exit_code == 0


def test_joining_says_of_a_task_that_is_another_one_that_nothing_is_trained_for_it(run: Run) -> None:
    with playing(PlayedDirector(description={"minimum_examples": 1})) as director:
        joined = join(run, director.url, "--accept")
        assert (joined.exit_code, "this hospital will not train for task diagnosis_count" in joined.stderr) == (0, True)
        assert run("statistics").exit_code == 6


def test_joining_holds_though_the_tasks_can_not_be_looked_at(run: Run, tmp_path: Path) -> None:
    with playing(PlayedDirector(said={"/tasks": (404, {"code": "not_found", "detail": "No."})})) as director:
        joined = join(run, director.url)
    assert (joined.exit_code, "could not be looked at: No." in joined.stderr) == (0, True)
    assert (tmp_path / "home" / "token.json").exists()


def test_joining_says_once_what_two_hospitals_can_know_of_each_other(run: Run) -> None:
    with playing() as director:
        joined = join(run, director.url, "--json")
    assert joined.stderr.count("each can compute the other's statistics") == 1
    assert json.loads(joined.stdout)["envoy_name"] == "KNH"


def test_status_shows_what_the_admin_expects_where_the_director_knows_such_a_thing(run: Run) -> None:
    with playing() as director:
        join(run, director.url)
        assert (run("status").exit_code, "expects" in run("status").stdout) == (0, False)
        director.said["/envoys/KNH/expectation"] = (200, {"envoy_name": "KNH", "num_examples": 1200})
        assert "expects at most 1,200 training patients" in run("status").stdout
        assert json.loads(run("status", "--json").stdout)["expected_examples"] == 1200
        director.said["/envoys/KNH/expectation"] = (403, {"code": "forbidden", "detail": "No."})
        assert run("status").exit_code == 4


@pytest.mark.parametrize("home", ["file", "file/below", "no_room"])
def test_a_home_that_takes_nothing_is_told_before_the_code_is_spent(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ENVOY_HOME", str(tmp_path / home))
    with playing() as director:
        with files_of_at_most(1000 if home == "no_room" else 1 << 20):
            ended = join(run, director.url)
        assert (ended.exit_code, f"ENVOY_HOME names {tmp_path / home}" in ended.stderr) == (2, True), ended.stderr
        assert director.asked == []


def test_a_home_of_another_federation_is_told_before_the_code_is_spent(run: Run, tmp_path: Path) -> None:
    with playing() as before, playing() as director:
        join(run, before.url)
        ended = join(run, director.url)
        assert (ended.exit_code, "say it again with --replace" in ended.stderr, director.asked) == (2, True, [])
        replaced = join(run, director.url, "--replace")
        assert (replaced.exit_code, "In the place of KNH's at" in replaced.stderr) == (0, True)
    assert json.loads((tmp_path / "home" / "token.json").read_text())["director"] == director.url


def test_another_hospitals_code_loses_neither_token(run: Run, tmp_path: Path) -> None:
    with playing() as director:
        join(run, director.url)
        director.said["/join"] = (201, {**ISSUED, "token": "fld_other", "envoy_name": "MTRH"})
        ended = join(run, director.url)
        apart = tmp_path / "home" / "joined" / "MTRH"
        assert (ended.exit_code, f"ENVOY_HOME={apart}" in ended.stderr) == (2, True)
    assert json.loads((tmp_path / "home" / "token.json").read_text())["token"] == "fld_new"
    assert json.loads((apart / "token.json").read_text())["token"] == "fld_other"


@pytest.mark.parametrize("by", ["file", "input"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_renewed_token_is_read_as_windows_programs_save_it(run: Run, tmp_path: Path, encoding: str, by: str) -> None:
    given = json.dumps({**ISSUED, "token": "fld_renewed"}).encode(encoding)
    (tmp_path / "new.json").write_bytes(given)
    with playing() as director:
        join(run, director.url)
        ended = run("renew", "--file", "new.json") if by == "file" else run("renew", given=given)
    assert ended.exit_code == 0, ended.stderr
    assert json.loads((tmp_path / "home" / "token.json").read_text())["token"] == "fld_renewed"


def test_status_says_what_the_home_knows_though_the_director_is_away(away: Run, tmp_path: Path) -> None:
    ended = away("status")
    assert (ended.exit_code, "does not answer" in ended.stderr) == (3, True)
    assert ended.stdout == (f"Home {tmp_path / 'home'}: KNH; its token ended 2026-04-01 00:00 UTC. {HOW_TO_RENEW}\n")


def test_a_token_that_ended_is_said_to_be_ended_and_whom_to_ask(run: Run) -> None:
    hint = "Send the header Authorization: Bearer TOKEN; ask the consortium's admin for a new token."
    with playing() as director:
        join(run, director.url)
        director.said["/envoys/KNH"] = (401, {"code": "unauthenticated", "detail": "No valid token.", "hint": hint})
        ended = run("status")
    assert ended.exit_code == 4
    assert "error: The director does not take this hospital's token: it ended" in ended.stderr
    assert "fl-envoy renew --file FILE" in ended.stderr
    assert "Authorization" not in ended.stderr


def test_status_of_a_home_that_uploaded_nothing_says_what_to_do_next(run: Run) -> None:
    with playing() as director:
        join(run, director.url)
        assert "To train and upload: fl-envoy train" in run("status").stdout
