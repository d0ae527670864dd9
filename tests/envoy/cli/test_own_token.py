"""A hospital's own token, rotated and ended by the hospital."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.envoy.answering import answering
from tests.envoy.cli.joining import ISSUED, Run, join

TASKS: tuple[int, Any] = (200, {"items": []})
JOINED = ((201, ISSUED), TASKS)
ROTATED = (201, {**ISSUED, "token": "fld_rotated", "id": "t2"})
DESCRIBED: tuple[int, Any] = (200, {"envoy_name": "KNH", "state": "active", "last_seen_at": None, "current": []})
UNKNOWN = (401, {"code": "unauthenticated", "detail": "No valid token came with this request."})
FORBIDDEN = (403, {"code": "forbidden", "detail": "A token of role hospital may not do this."})
ENDED = (200, {"id": "t1"})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "token.json"


def token_in(file: Path) -> str:
    return str(json.loads(file.read_text())["token"])


def test_the_new_token_is_written_before_it_is_used(run: Run, file: Path) -> None:
    with answering(*JOINED, ROTATED, DESCRIBED) as director:
        join(run, director.url)
        ended = run("rotate")
    assert (ended.exit_code, "KNH has a new token, until 2026-04-01" in ended.stdout) == (0, True)
    assert "fld_" not in ended.output
    assert (token_in(file), stat.S_IMODE(file.stat().st_mode)) == ("fld_rotated", 0o600)
    asked = [(each.method, each.path, each.headers["Authorization"]) for each in director.asked[2:]]
    assert asked == [
        ("POST", "/tokens/self/rotate", "Bearer fld_new"),
        ("GET", "/envoys/KNH", "Bearer fld_rotated"),
    ]


def test_a_cut_after_the_answer_leaves_the_new_one_and_before_it_the_old_one(run: Run, file: Path) -> None:
    broken = (200, b"half an ans")
    with answering(*JOINED, broken) as director:
        join(run, director.url)
        assert (run("rotate").exit_code, token_in(file)) == (3, "fld_new")
    with answering(*JOINED, ROTATED, broken) as director:
        join(run, director.url, "--replace")
        assert (run("rotate").exit_code, token_in(file)) == (3, "fld_rotated")


def test_a_new_token_that_does_not_hold_does_not_take_the_old_ones_place(run: Run, file: Path) -> None:
    with answering(*JOINED, ROTATED, UNKNOWN) as director:
        join(run, director.url)
        assert (run("rotate").exit_code, token_in(file)) == (4, "fld_new")


def test_another_hospitals_token_is_not_taken(run: Run, file: Path) -> None:
    with answering(*JOINED, (201, {**ROTATED[1], "envoy_name": "MTRH"})) as director:
        join(run, director.url)
        assert (run("rotate").exit_code, token_in(file)) == (2, "fld_new")


@pytest.mark.parametrize("command", [["rotate"], ["leave", "--yes"]])
def test_a_director_of_before_is_named_in_one_sentence(run: Run, file: Path, command: list[str]) -> None:
    with answering(*JOINED, FORBIDDEN) as director:
        join(run, director.url)
        ended = run(*command)
    assert (ended.exit_code, token_in(file)) == (4, "fld_new")
    assert "is of an earlier version: there the admin alone can" in ended.stderr


def test_leaving_asks_ends_the_token_and_takes_it_out_of_the_home(run: Run, file: Path) -> None:
    with answering(*JOINED, ENDED) as director:
        join(run, director.url)
        asked = run("leave")
        assert (asked.exit_code, len(director.asked), file.exists()) == (2, 2, True)
        assert "The token of KNH stops to hold at" in asked.stderr
        left = run("leave", "--yes")
    assert (left.exit_code, "holds no more" in left.stdout, file.exists()) == (0, True, False)
    assert (director.asked[-1].method, director.asked[-1].path) == ("DELETE", "/tokens/self")
    assert run("status").exit_code == 4
    entries = json.loads(run("ledger", "--json").stdout)
    assert [each["kind"] for each in entries] == ["join", "leave"]


def test_leaving_where_the_token_held_no_more_takes_it_out_all_the_same(run: Run, file: Path) -> None:
    with answering(*JOINED, UNKNOWN) as director:
        join(run, director.url)
        left = run("leave", "--yes")
    assert (left.exit_code, "knew this token no more" in left.stdout, file.exists()) == (0, True, False)


def test_a_code_comes_by_file_or_standard_input(run: Run, tmp_path: Path) -> None:
    (tmp_path / "code.txt").write_bytes("join_from_file\r\n".encode("utf-16"))
    with answering((201, ISSUED), TASKS, (201, ISSUED), TASKS) as director:
        assert run("join", "--director", director.url, "--code-file", "code.txt").exit_code == 0
        assert run("join", "--director", director.url, "--code-file", "-", given="join_piped\n").exit_code == 0
        assert run("join", "--director", director.url).exit_code == 2
        assert run("join", "--director", director.url, "--code", "a", "--code-file", "b").exit_code == 2
    asked = [json.loads(each.body)["code"] for each in director.asked if each.path == "/join"]
    assert asked == ["join_from_file", "join_piped"]
