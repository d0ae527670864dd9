"""However many hospitals, uploads, versions and rounds there are, an answer asks the database as often."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from benchmarks.crowded import crowd
from contract.names import EnvoyName, TaskName
from director.members.access import LOCAL_ADMIN
from tests.federation_simulator import FederationSimulator

TASK = TaskName("diagnosis_count")
PAGE: dict[str, Any] = {"limit": 50, "cursor": None}
ASKED = {
    "overview": lambda director: director.overview.overview(LOCAL_ADMIN, TASK),
    "lineage": lambda director: director.overview.lineage(TASK, **PAGE),
    "received": lambda director: director.overview.received(LOCAL_ADMIN, EnvoyName("H001"), **PAGE),
    "course": lambda director: director.overview.course(LOCAL_ADMIN, EnvoyName("H001"), TASK),
    "rounds": lambda director: director.overview.rounds(LOCAL_ADMIN, 1, **PAGE),
    "ladder": lambda director: director.overview.ladder(LOCAL_ADMIN, 1),
    "envoys": lambda director: director.submissions.list_hospitals(LOCAL_ADMIN, **PAGE),
    "submissions": lambda director: director.submissions.list(
        LOCAL_ADMIN, envoy_name=None, task=None, verdict=None, **PAGE
    ),
}


def statements(folder: Path, **size: int) -> dict[str, int]:
    """Count what each answer asks, in a federation of this size."""
    with FederationSimulator(folder) as federation:
        federation.director._conductor.stop()
        federation.director._follower.stop()
        crowd(federation.director, federation.clock.now, **size)
        asked: list[str] = []
        event.listen(federation.director.database._engine, "before_cursor_execute", lambda *each: asked.append(each[2]))
        found = {}
        for name, ask in ASKED.items():
            asked.clear()
            ask(federation.director)
            found[name] = len(asked)
        return found


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, int], dict[str, int]]:
    folder = tmp_path_factory.mktemp("crowded")
    few = statements(folder / "few", hospitals=3, uploads=2, versions=3, rounds=3)
    return few, statements(folder / "many", hospitals=40, uploads=6, versions=60, rounds=12)


@pytest.mark.parametrize("name", ASKED)
def test_an_answer_asks_as_often_for_many_as_for_few(counted: tuple[dict[str, int], dict[str, int]], name: str) -> None:
    few, many = counted
    assert many[name] == few[name] <= 33
