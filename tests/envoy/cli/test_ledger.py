"""``fl-envoy ledger``: everything that left."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contract.names import Digest
from envoy.ledger import UNKNOWN, Ledger
from tests.envoy.answering import Asked
from tests.envoy.cli.joining import Run, join
from tests.envoy.playing import Answer, PlayedDirector, playing

PROBLEM = {"code": "unknown_envoy", "detail": "Nobody knows you."}


def entries(run: Run) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("ledger", "--json").stdout)
    return found


def test_all_that_left_stands_in_the_ledger_with_its_digest_and_its_outcome(run: Run, tmp_path: Path) -> None:
    nothing = run("ledger").stdout
    assert ("Nothing has left" in nothing, "fl-envoy join" in nothing) == (True, True)
    with playing() as director:
        join(run, director.url)
        run("statistics")
        run("train", "--offline", tmp_path / "parcel")
        run("send", tmp_path / "parcel", "--dry-run")
        assert [each["kind"] for each in entries(run)] == ["join", "statistics"]
        run("send", tmp_path / "parcel")
    joined, statistics, upload = entries(run)
    sent = director.only("/statistics/KNH").body
    assert (joined["to"], joined["sha256"], joined["outcome"]) == (director.url, None, "joined")
    assert (statistics["sha256"], statistics["bytes"]) == (Digest.of(sent), len(sent))
    assert (upload["kind"], upload["outcome"]) == ("upload", "admitted")
    assert upload["parts"]["model"] == Digest.of((tmp_path / "parcel" / "model.pt").read_bytes())
    assert director.url in run("ledger").stdout


def test_neither_the_code_nor_the_token_nor_a_patients_value_stands_there(run: Run, tmp_path: Path) -> None:
    with playing() as director:
        join(run, director.url)
        run("statistics")
    report = json.loads(director.only("/statistics/KNH").body)
    written = (tmp_path / "home" / "ledger.jsonl").read_text()
    assert not [each for each in ("fld_", '"code"', str(report["mean"][0])) if each in written]


def test_a_refusal_is_told_and_a_lost_answer_stays_open(run: Run) -> None:
    with playing(PlayedDirector(said={"/statistics/KNH": (404, PROBLEM)})) as director:
        join(run, director.url)
        assert run("statistics").exit_code == 4
        director.said["/statistics/KNH"] = (200, b"<html>")
        assert run("statistics").exit_code == 3
    assert [each["outcome"] for each in entries(run)] == ["joined", "refused: unknown_envoy (404)", UNKNOWN]


def test_the_line_is_written_before_the_sending(run: Run, tmp_path: Path) -> None:
    file, seen = tmp_path / "home" / "ledger.jsonl", []

    def look(asked: Asked) -> Answer:
        seen.append(file.read_text().count('"statistics"'))
        return 404, PROBLEM

    with playing(PlayedDirector(said={"/statistics/KNH": look})) as director:
        join(run, director.url)
        run("statistics")
    assert seen == [1]


def test_without_a_ledger_nothing_leaves(run: Run, tmp_path: Path) -> None:
    with playing() as director:
        join(run, director.url)
        (tmp_path / "home" / "ledger.jsonl").unlink()
        (tmp_path / "home" / "ledger.jsonl").mkdir()
        assert run("statistics").exit_code == 5
    assert director.paths("POST") == ["/join"]


@pytest.mark.parametrize("command", ["train", "statistics"])
def test_a_dry_run_is_not_a_sending(run: Run, command: str) -> None:
    with playing() as director:
        join(run, director.url)
        assert run(command, "--dry-run").exit_code == 0
    assert [each["kind"] for each in entries(run)] == ["join"]


def filled(home: Path, count: int) -> None:
    """Write so many sendings, an hour from each to the next, the first at the beginning of 2026."""
    beginning = datetime(2026, 1, 1, tzinfo=UTC)
    hours = iter(range(2 * count))
    book = Ledger(home, lambda: beginning + timedelta(hours=next(hours) // 2))
    for number in range(count):
        book.became(book.leaving(to="https://a", kind=f"run {number}: take_part", sha256=None, size=1), "taken")


def test_of_many_the_newest_are_shown_and_how_many_there_are(run: Run, tmp_path: Path) -> None:
    filled(tmp_path / "home", 205)
    shown = run("ledger")
    assert shown.stdout.count("take_part") == 200
    assert shown.stdout.splitlines()[-1].startswith("2026-01-09 12:00:00 UTC to https://a: run 204: take_part")
    assert shown.stderr == "200 of 205; more with --limit, others with --since and --before\n"
    assert run("ledger", "--limit", "3").stderr.startswith("3 of 205;")
    assert (run("ledger", "--limit", "205").stderr, len(entries(run))) == ("", 205)


def test_a_stretch_of_time_is_asked_for_in_the_form_that_is_shown(run: Run, tmp_path: Path) -> None:
    filled(tmp_path / "home", 48)
    asked = ["ledger", "--since", "2026-01-01 23:00 UTC", "--before", "2026-01-02T01:00Z"]
    lines = run(*asked).stdout.splitlines()
    assert [each[:23] for each in lines] == ["2026-01-01 23:00:00 UTC", "2026-01-02 00:00:00 UTC"]
    assert len(json.loads(run(*asked, "--json").stdout)) == 2
    assert "Nothing left in that time" in run("ledger", "--before", "2025-12-31").stdout
    refused = run("ledger", "--since", "tuesday")
    assert (refused.exit_code, "'tuesday' is no moment" in refused.stderr) == (2, True)
