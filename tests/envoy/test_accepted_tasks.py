"""Which definitions of tasks somebody at this hospital accepted."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contract.tasks import DIAGNOSIS_COUNT
from envoy.accepted_tasks import AcceptedTasks
from envoy.errors import PolicyError
from tests.envoy.own_table.heart import HEART

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MOVED = [replace(DIAGNOSIS_COUNT, cut_points=(3.0, high)) for high in (9.0, 10.0)]


def test_what_was_accepted_stays_so(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert AcceptedTasks(home).digests == frozenset()
    for task in (*MOVED, MOVED[0]):
        AcceptedTasks(home).accept(task, NOW)
    assert AcceptedTasks(home).digests == {task.digest for task in MOVED}
    assert [path.name for path in home.iterdir()] == ["accepted_tasks.json"]


def test_the_definition_that_was_accepted_last_is_kept_with_it(tmp_path: Path) -> None:
    kept = AcceptedTasks(tmp_path)
    assert kept.last(MOVED[0].name) is None
    for task in (*MOVED, HEART):
        kept.accept(task, NOW)
    found = kept.last(MOVED[0].name), kept.last(HEART.name)
    assert [each and each.to_task() for each in found] == [MOVED[1], HEART]


def test_a_file_of_the_version_before_which_kept_no_definitions_still_accepts(tmp_path: Path) -> None:
    old = {"task": HEART.name, "digest": HEART.digest, "cut_points": [0.1, 0.3], "accepted_at": NOW.isoformat()}
    (tmp_path / "accepted_tasks.json").write_text(json.dumps({"accepted": [old]}))
    assert AcceptedTasks(tmp_path).digests == {HEART.digest}
    assert AcceptedTasks(tmp_path).last(HEART.name) is None
    AcceptedTasks(tmp_path).accept(MOVED[0], NOW)
    assert AcceptedTasks(tmp_path).digests == {HEART.digest, MOVED[0].digest}


def test_a_file_that_can_not_be_read_accepts_nothing(tmp_path: Path) -> None:
    (tmp_path / "accepted_tasks.json").write_text("{")
    with pytest.raises(PolicyError, match="is not known"):
        _ = AcceptedTasks(tmp_path).digests
    with pytest.raises(PolicyError, match="is not known"):
        AcceptedTasks(tmp_path).accept(MOVED[0], NOW)
