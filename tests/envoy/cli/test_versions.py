"""Joining and status say which versions stand at the two ends, and whose turn it is where one is too old."""

import json
from typing import Any

import pytest

from contract.compatibility import OLDEST_DIRECTOR
from envoy.director_link import VERSION
from tests.envoy.answering import HEALTH
from tests.envoy.cli.joining import Run, join
from tests.envoy.playing import NOT_FOUND, PlayedDirector, playing


def healthy(**said: Any) -> tuple[int, Any]:
    return 200, {"status": "ok", "version": "0.3.0", **said}


def test_join_names_both_versions_and_the_oldest_that_each_takes(run: Run):
    with playing(PlayedDirector(said={HEALTH: healthy(oldest_envoy="0.1.0", of_later="unknown")})) as director:
        joined = join(run, director.url)
    line = f"The director is 0.3.0 and takes envoys from 0.1.0; this envoy is {VERSION} and takes directors from"
    assert (joined.exit_code, f"{line} {OLDEST_DIRECTOR}." in joined.stdout) == (0, True)
    assert "too old" not in joined.stderr


@pytest.mark.parametrize(
    ("said", "warning"),
    [
        ({"oldest_envoy": "99.0.0"}, "This envoy is too old for the director, which takes 99.0.0 or later"),
        ({"version": "0.0.1"}, "The director is too old for this envoy"),
    ],
    ids=["envoy", "director"],
)
def test_join_and_status_say_which_end_is_too_old(run: Run, said: dict[str, Any], warning: str):
    with playing(PlayedDirector(said={HEALTH: healthy(**said)})) as director:
        joined, status = join(run, director.url), run("status")
    assert (joined.exit_code, f"warning: {warning}" in joined.stderr) == (0, True)
    assert (status.exit_code, f"warning: {warning}" in status.stderr) == (0, True)


def test_status_gives_programs_the_four_versions(run: Run):
    with playing(PlayedDirector(said={HEALTH: healthy(oldest_envoy="0.1.0")})) as director:
        join(run, director.url)
        versions = json.loads(run("status", "--json").stdout)["versions"]
    assert versions == {
        "director": "0.3.0", "oldest_envoy": "0.1.0", "envoy": VERSION, "oldest_director": OLDEST_DIRECTOR,
    }  # fmt: skip


@pytest.mark.parametrize(
    "answer", [NOT_FOUND, (403, {}), (200, {"status": "ok"}), (200, "a page of a proxy")], ids=lambda said: str(said[0])
)
def test_where_no_version_is_to_be_had_the_rest_is_said(run: Run, answer: tuple[int, Any]):
    with playing(PlayedDirector(said={HEALTH: answer})) as director:
        joined, status = join(run, director.url), run("status")
    assert (joined.exit_code, status.exit_code) == (0, 0)
    assert "The director is" not in joined.stdout + status.stdout
    assert "is active at" in status.stdout


def test_a_version_of_the_other_side_is_shown_as_a_short_line(run: Run):
    with playing(PlayedDirector(said={HEALTH: healthy(version="0.3\x1b[31m" + "9" * 5000)})) as director:
        joined = join(run, director.url)
    (line,) = [each for each in joined.stdout.splitlines() if each.startswith("The director is")]
    assert "\x1b" not in line
    assert len(line) < 200


def test_every_request_names_the_envoys_version(run: Run):
    with playing() as director:
        join(run, director.url)
    assert {each.headers.get("User-Agent") for each in director.asked} == {f"fl-envoy/{VERSION}"}
