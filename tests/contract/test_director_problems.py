"""What a director says when it says no."""

import json

import pytest

from contract.director_problems import MAX_SHOWN, DirectorProblem, read_problem, shown


def test_a_problem_says_its_detail_and_each_failed_check_once() -> None:
    failed = {"passed": False, "sentence": "The model is refused."}
    said = {"code": "artifact_invalid", "detail": "The model is refused.", "hint": "Train again.", "checks": [failed]}
    found = read_problem(json.dumps(said).encode())
    assert (found.code, found.sentence, found.hint) == ("artifact_invalid", "The model is refused.", "Train again.")


def test_facts_and_the_request_are_told_and_act_on_nothing() -> None:
    facts = {"row": 3, "feature": "a\x1b[2J", "x\x07": 0.5, "is": True, "none": None, "list": [1], "object": {}}
    found = read_problem(json.dumps({"facts": facts, "request_id": "r1\n"}).encode())
    assert found.facts == {"row": 3, "feature": r"a\x1b[2J", r"x\x07": 0.5, "is": True, "none": None}
    assert found.request_id == "r1"
    many = {f"fact {number}": number for number in range(5000)}
    assert len(read_problem(json.dumps({"facts": many}).encode()).facts) == 20


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"\xff",
        b"[]",
        b"[" * 100_000,
        b'{"checks": 5, "detail": {"a": 1}, "hint": null, "code": 7, "facts": [1], "request_id": 3}',
        b'{"checks": [1, null, {"passed": false, "sentence": 3}], "code": "\\u001b[2J"}',
        b'{"status": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_problem_has_nothing_to_say(body: bytes) -> None:
    found = read_problem(body)
    assert (found.code, found.sentence, found.hint) == ("unknown", "", "")
    assert (found.facts, found.request_id) == ({}, "")


def test_a_text_of_the_other_side_is_one_short_line_that_acts_on_nothing() -> None:
    assert (
        shown("\x1b[2J\x1b]0;gotcha\x07 one\r\ntwo \u202ethree\x9b")
        == r"\x1b[2J\x1b]0;gotcha\x07 one\r\ntwo \u202ethree\x9b"
    )
    assert len(shown("x" * 10**6)) == MAX_SHOWN
    assert shown(None) == shown(["x"]) == ""


def test_only_some_of_very_many_checks_are_told() -> None:
    checks = [{"passed": False, "sentence": f"Number {number}."} for number in range(5000)]
    assert len(read_problem(json.dumps({"checks": checks}).encode()).failed) == 20
    assert DirectorProblem().sentence == ""
