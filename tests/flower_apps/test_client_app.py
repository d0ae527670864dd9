"""The ClientApp of Flower's own SuperNode: it answers as the hospital of this machine does, and no other."""

from importlib.util import find_spec
from pathlib import Path

import pytest

if find_spec("flwr") is None:
    pytest.skip("Flower has an environment of its own: make test-flower", allow_module_level=True)

from flwr.app import ConfigRecord, Context, Message, MessageType, RecordDict
from flwr.supercore.task_identity import TaskIdentity

from contract.artifacts.model_file import read_model
from contract.names import Digest, EnvoyName
from envoy.ledger import Ledger
from envoy.lesson import Lesson
from flower_apps.client_app import app
from flower_apps.wire import ANSWERED, ASKED, Answer, Asked
from simulation.consortium import write_consortium
from tests.flower_apps.consortium import START, TASK, virtual, write_home

VIRTUAL = virtual(1)[0]


@pytest.fixture(autouse=True)
def in_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message of Flower's knows its run, its task and its node from the process that it is made in."""
    for name in ("_run_id", "_task_id", "_node_id"):
        monkeypatch.setattr(TaskIdentity, name, 1)


def test_it_trains_on_its_own_tables_and_puts_it_into_its_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tables,) = write_consortium(tmp_path / "tables", 1, 60, seed=0)
    home = write_home(tmp_path / "home", EnvoyName("KUTRRH"))
    monkeypatch.setenv("ENVOY_HOME", str(home))
    monkeypatch.setenv("ENVOY_DATA", str(tables))
    lesson = Lesson(TASK, START, VIRTUAL.scaler(TASK), seed=0, number=1, proximal=0.0)
    asked = RecordDict({ASKED: ConfigRecord(Asked(lesson, "1", 2, Digest("a" * 64)).written())})
    message = Message(asked, 1, MessageType.TRAIN)
    message.metadata.__dict__["_message_id"] = "1"
    reply = app(message, Context(run_id=1, node_id=1, node_config={}, state=RecordDict(), run_config={}))
    answer = Answer.read(dict(reply.content[ANSWERED]))
    ours = VIRTUAL.learned(lesson)
    theirs = read_model(answer.model, TASK.layout)
    assert all((theirs[name] == ours[name]).all() for name in ours)
    assert [each.outcome for each in Ledger(home).entries()] == ["handed to Flower"]
