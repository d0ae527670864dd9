"""Asking through a grid that loses messages and whose nodes go and come: everybody answers, each for itself alone."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.util import find_spec

import pytest

if find_spec("flwr") is None:
    pytest.skip("Flower has an environment of its own: make test-flower", allow_module_level=True)

from flwr.app import ConfigRecord, Error, Message, RecordDict
from flwr.supercore.task_identity import TaskIdentity

from contract.names import Digest, EnvoyName
from envoy.lesson import Lesson
from flower_apps.over_grid import OverGrid
from flower_apps.wire import ANSWERED, Answer, Asked
from tests.flower_apps.consortium import START, TASK, virtual

NAMES = [each.name for each in virtual(3)]
LESSON = Lesson(TASK, START, virtual(1)[0].scaler(TASK), seed=0, number=1, proximal=0.0)
ASKED = Asked(LESSON, "1", 1, Digest("a" * 64))


@pytest.fixture(autouse=True)
def in_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message of Flower's knows its run, its task and its node from the process that it is made in."""
    for name in ("_run_id", "_task_id", "_node_id"):
        monkeypatch.setattr(TaskIdentity, name, 1)


@dataclass
class Node:
    """As the SuperLink knows one."""

    node_id: int
    name: str
    last_activated_at: str = "1"
    lost: int = 0
    failing: int = 0
    speaks_as: str | None = None
    answer: dict | None = None


@dataclass
class Grid:
    """What Flower's grid does, over nodes that may fail."""

    nodes: list[Node]
    asked: dict[str, tuple[Node, Message]] = field(default_factory=dict)
    pushed: list[str] = field(default_factory=list)

    def get_nodes(self) -> list[Node]:
        return self.nodes

    def push_messages(self, messages: Iterable[Message]) -> list[str]:
        keys = []
        for message in messages:
            node = next(each for each in self.nodes if each.node_id == message.metadata.dst_node_id)
            keys.append(f"{len(self.pushed)}")
            message.metadata.__dict__["_message_id"] = keys[-1]
            self.pushed.append(node.name)
            if node.lost:
                node.lost -= 1
                node.last_activated_at += "1"  # it was begun anew, and knows of nothing
            else:
                self.asked[keys[-1]] = node, message
        return keys

    def pull_messages(self, keys: Iterable[str]) -> list[Message]:
        return [self._reply(*self.asked.pop(key)) for key in keys if key in self.asked]

    def _reply(self, node: Node, message: Message) -> Message:
        if node.failing:
            node.failing -= 1
            return Message(Error(code=1, reason="gone\x1b[2J"), reply_to=message)
        fields = node.answer or Answer(EnvoyName(node.speaks_as or node.name), 10, b"m").written()
        return Message(RecordDict({ANSWERED: ConfigRecord(fields)}), reply_to=message)


def nodes() -> list[Node]:
    return [Node(number, str(name)) for number, name in enumerate(NAMES, start=1)]


def ask(grid: Grid, deadline: float = 30.0) -> tuple[dict[EnvoyName, Answer], list[str]]:
    said: list[str] = []
    return dict(OverGrid(grid, NAMES, deadline, said.append).ask(ASKED)), said


def test_each_hospital_is_asked_once_by_the_node_of_its_name():
    grid = Grid([*nodes(), Node(9, "Somebody")])
    answers, said = ask(grid)
    assert set(answers) == set(NAMES)
    assert sorted(grid.pushed) == sorted(map(str, NAMES))
    assert said == []


def test_a_node_that_was_begun_anew_is_asked_anew():
    grid = Grid(nodes())
    grid.nodes[0].lost = 2
    answers, _ = ask(grid)
    assert set(answers) == set(NAMES)
    assert grid.pushed.count(str(NAMES[0])) == 3


def test_a_node_that_failed_is_said_and_asked_again_after_a_pause(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("flower_apps.over_grid._PAUSE_SECONDS", 0.1)
    grid = Grid(nodes())
    grid.nodes[1].failing = 1
    answers, said = ask(grid)
    assert set(answers) == set(NAMES)
    assert len(said) == 1
    assert said[0].startswith(f"{NAMES[1]}'s node failed")
    assert said[0].isprintable()


def test_who_is_not_there_is_asked_once_it_comes():
    late = nodes()[2]

    class Coming(Grid):
        def get_nodes(self) -> list[Node]:
            if time.monotonic() > begun + 0.5 and late not in self.nodes:
                self.nodes.append(late)
            return self.nodes

    begun = time.monotonic()
    answers, _ = ask(Coming(nodes()[:2]))
    assert set(answers) == set(NAMES)


def test_after_the_deadline_it_goes_on_without_the_rest():
    answers, said = ask(Grid(nodes()[:2]), deadline=0.5)
    assert set(answers) == set(NAMES[:2])
    assert said == [f"Round 1: no answer of {NAMES[2]} within the deadline."]


def test_a_node_speaks_for_its_own_hospital_alone():
    grid = Grid(nodes())
    grid.nodes[0].speaks_as = str(NAMES[1])
    answers, _ = ask(grid)
    assert answers[NAMES[0]].refusal == f"Its node answers as {NAMES[1]}."
    assert answers[NAMES[1]].refusal == ""


def test_an_answer_that_is_none_is_a_refusal():
    grid = Grid(nodes())
    grid.nodes[0].answer = {"envoy": 7}
    answers, _ = ask(grid)
    assert answers[NAMES[0]].refusal.startswith("Its answer can't be read")
