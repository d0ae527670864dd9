"""Whichever worker is asked answers for all, and no figure is ever smaller than somebody saw it."""

import os
import time
from pathlib import Path

import pytest

from director.watching.figures import Sample, Times
from director.watching.workers import GONE_SECONDS, Workers


def requests(number: int) -> list[Sample]:
    return [Sample("requests_total", number, ("GET", "/tasks", "200")), Sample("loop_lag_seconds", 0.5)]


def counted(samples) -> dict[str, float]:
    return {each.labels[-1]: each.value for each in samples if each.figure == "requests_total"}


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Workers, Workers]:
    return Workers(tmp_path / "workers", "11"), Workers(tmp_path / "workers", "12")


def test_one_that_is_alone_writes_nothing_and_names_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    alone = Workers()
    alone.tell(requests(3))
    assert counted(alone.all(requests(3))) == {str(os.getpid()): 3}
    alone.end()
    assert list(tmp_path.iterdir()) == []


def test_each_gives_what_the_other_told(pair: tuple[Workers, Workers]):
    one, other = pair
    times = Sample("request_seconds", Times((1, 2), 0.5), ("GET", "/tasks"))
    other.tell([*requests(5), times])
    found = list(one.all(requests(3)))
    assert counted(found) == {"11": 3, "12": 5}
    assert Sample("request_seconds", Times((1, 2), 0.5), ("GET", "/tasks", "12")) in found


def test_what_one_gave_of_itself_the_other_knows_at_once(pair: tuple[Workers, Workers]):
    one, other = pair
    one.tell(requests(100))  # as whoever is asked does before it answers
    assert counted(one.all(requests(100)))["11"] == counted(other.all(requests(0)))["11"] == 100


def test_one_that_ended_is_told_of_no_more(pair: tuple[Workers, Workers], tmp_path: Path):
    one, other = pair
    other.tell(requests(5))
    other.end()
    assert counted(one.all(requests(3))) == {"11": 3}
    other.tell(requests(5))  # and then it is killed
    long_ago = time.time() - GONE_SECONDS - 1
    os.utime(tmp_path / "workers" / "12.json", (long_ago, long_ago))
    assert counted(one.all(requests(3))) == {"11": 3}
    assert not (tmp_path / "workers" / "12.json").exists()


@pytest.mark.parametrize(
    "text", ["", "[1]", '[["x", [], {}]]', '[["x", 1, 1]]', '{"x": 1}', '[["x", [], [1]]]', "\xff"]
)
def test_a_file_that_is_none_of_ours_is_passed_over(pair: tuple[Workers, Workers], tmp_path: Path, text: str):
    one, other = pair
    other.tell(requests(5))
    (tmp_path / "workers" / "13.json").write_bytes(text.encode("latin-1"))
    assert counted(one.all(requests(3))) == {"11": 3, "12": 5}


def test_a_disk_that_refuses_is_only_asked_again(tmp_path: Path):
    (tmp_path / "workers").write_text("a file in the folder's place")
    worker = Workers(tmp_path / "workers", "11")
    worker.tell(requests(1))
    assert counted(worker.all(requests(1))) == {"11": 1}
