"""Flower's simulation engine: as many hospitals train at once as there are cores, each in a process of Ray's.

What a hospital trains and how it is combined is the same code as everywhere: Flower carries ``model.pt`` and
``scaler.pkl`` to a hospital and ``model.pt`` back. Whoever knocks at one of Ray's ports needs a word that only this
process and its children know; the reports of both to their makers are off.
"""

import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from threading import Event, current_thread, main_thread

os.environ["FLWR_TELEMETRY_ENABLED"] = "0"  # all of these are asked while they are imported
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
os.environ["RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO"] = "0"  # else it warns of a change of its own
if "RAY_AUTH_MODE" not in os.environ and "ray" not in sys.modules:
    # Ray listens on every address of the machine, and no setting changes that; what it was imported with holds
    os.environ["RAY_AUTH_MODE"] = "token"
    os.environ["RAY_AUTH_TOKEN"] = token_hex(32)  # of this process and those that it starts

from flwr.app import ConfigRecord, Context, Message, MessageType, RecordDict
from flwr.clientapp import ClientApp
from flwr.serverapp import Grid, ServerApp
from flwr.simulation import run_simulation
from flwr.supercore import telemetry

from contract.artifacts.model_file import read_model, write_model
from contract.errors import FederationError
from contract.messages.tasks import TaskDescription
from contract.network import State
from contract.visible_text import visible
from envoy.lesson import Lesson
from flower_apps.wire import ANSWERED, ASKED, read_lesson, written_lesson
from simulation.errors import EngineError
from simulation.in_process import Hospital, Result, Teach
from simulation.shelf import Shelf

telemetry.FLWR_TELEMETRY_ENABLED = "0"  # also where somebody had imported Flower before

_LOOK_SECONDS = 0.05
_SHARED_BYTES = 256 << 20
"""What Ray keeps messages in; without a bound it takes a third of the memory that there is."""
_SHOWN = 300


def in_processes_of_ray(hospitals: Sequence[Hospital], work: Callable[[Teach], Result]) -> Result:
    """Have hospitals train in Ray's processes; each reads its own rows alone.

    Raises:
        EngineError: Flower or Ray stopped, or a hospital could not train.
        FederationError: What the work itself raised.
    """
    logging.getLogger("flwr").setLevel(logging.CRITICAL)  # what goes wrong is raised here
    with TemporaryDirectory(prefix="fl-hospitals-") as folder:
        return _run(Shelf.filled(Path(folder), hospitals), len(hospitals), work)


def _run(shelf: Shelf, hospitals: int, work: Callable[[Teach], Result]) -> Result:
    results: list[Result] = []
    stopped = Event()

    def conduct(grid: Grid, context: Context) -> None:
        results.append(work(_Hospitals(grid, hospitals, stopped).taught))

    server, client = ServerApp(), ClientApp()
    server.main()(conduct)
    client.train()(partial(_train, shelf))
    try:
        with _told_of_ctrl_c(stopped):
            run_simulation(server, client, hospitals, backend_config=_resources())
    except FederationError:
        raise
    except Exception as error:  # Flower's own say nothing more of themselves than that they are RuntimeErrors
        raise EngineError(
            f"Flower's engine stopped: {_shown(error.__cause__ or error)}",
            hint="Look whether memory and disk suffice; --engine own needs neither Flower nor Ray.",
        ) from error
    finally:
        stopped.set()  # Flower waits for no thread: ours must not outlive the run
    return results[0]


@contextmanager
def _told_of_ctrl_c(stopped: Event) -> Iterator[None]:
    """Let the hospitals that train come to their end when a key stops the run; Ray never ends a wait that is cut off.

    A second key does what one does elsewhere.
    """
    if current_thread() is not main_thread():  # no other may ask for signals
        yield
        return
    before = signal.getsignal(signal.SIGINT)

    def stop(number: int, frame: object) -> None:
        stopped.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, stop)
    try:
        yield
    except Exception as error:  # whatever the stop led to
        if stopped.is_set():
            raise KeyboardInterrupt from error
        raise
    finally:
        signal.signal(signal.SIGINT, before)


def _resources() -> dict[str, dict[str, object]]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return {
        "init_args": {
            "num_cpus": cores,
            "object_store_memory": _SHARED_BYTES,
            "log_to_driver": False,
            "logging_level": logging.ERROR,
        },
        "client_resources": {"num_cpus": 1, "num_gpus": 0.0},
    }


@dataclass(frozen=True)
class _Hospitals:
    """All hospitals, as the one who conducts the run reaches them.

    Args:
        grid: Flower's way to them.
        number: How many.
        stopped: Set once the run is over, however it ended.
    """

    grid: Grid
    number: int
    stopped: Event

    def taught(self, lesson: Lesson) -> Sequence[State]:
        """Have all of them train, and wait for all."""
        asked = ConfigRecord(written_lesson(lesson))
        content = RecordDict({ASKED: asked})  # one for all: it is not copied before it is carried
        messages = [Message(content, node, MessageType.TRAIN) for node in self._nodes()]
        waiting = set(self.grid.push_messages(messages))
        learned: dict[int, State] = {}
        while waiting:
            for reply in self.grid.pull_messages(waiting):
                waiting.discard(reply.metadata.reply_to_message_id)
                place, model = _answer(reply)
                learned[place] = read_model(model, lesson.task.layout)
            self._wait()
        return [learned[place] for place in range(self.number)]

    def _nodes(self) -> list[int]:
        while len(nodes := list(self.grid.get_node_ids())) < self.number:
            self._wait()  # Flower registers them while this runs already
        return nodes

    def _wait(self) -> None:
        if self.stopped.wait(_LOOK_SECONDS):
            raise EngineError("The run was stopped.")


def _train(shelf: Shelf, message: Message, context: Context) -> Message:
    """Train as one hospital, in a process of Ray's; why it can't is an answer too."""
    place = context.node_config["partition-id"]
    answer = {"place": place}
    try:
        lesson = read_lesson(message.content[ASKED], TaskDescription.to_task)
        state = shelf.hospital(place).learned(lesson)
        answer["model"] = write_model(state, lesson.task.layout)
    except Exception as error:  # whatever it is, whoever conducts the run is told of it
        answer["failure"] = f"{type(error).__name__}: {error}"
    return Message(RecordDict({ANSWERED: ConfigRecord(answer)}), reply_to=message)


def _answer(reply: Message) -> tuple[int, bytes]:
    """Give which hospital answered, and its model.

    Raises:
        EngineError: It could not train, or the process in which it did ended.
    """
    if reply.has_error():
        raise EngineError(
            "A process of Ray's ended while a hospital trained in it.",
            hint="Mostly memory is short; with --engine own one hospital trains at a time.",
        )
    record = reply.content[ANSWERED]
    if "failure" in record:
        raise EngineError(f"Hospital {record['place'] + 1} could not train: {_shown(record['failure'])}")
    return record["place"], record["model"]


def _shown(reason: object) -> str:
    return visible(" ".join(str(reason).split()))[:_SHOWN]
