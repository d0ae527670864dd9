"""What a hospital does when it is asked through Flower: what its envoy does in a round, within the same limits."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from contract.artifacts.scaler_file import write_scaler
from contract.errors import FederationError
from contract.messages.tasks import TaskDescription
from contract.names import Digest, EnvoyName, TaskName
from contract.parts import Parcel
from contract.tasks import Task
from envoy.accepted_tasks import AcceptedTasks
from envoy.errors import DataError, PolicyError
from envoy.evaluation import evaluate
from envoy.house_rules import HouseRules, agreed_task
from envoy.ledger import Ledger
from envoy.outbox import Outbox
from envoy.parcel import pack
from envoy.participation.patients import Patients
from flower_apps.wire import Answer, Asked, Fields

LEDGER_KIND = "flower"


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Hospital:
    """One hospital.

    Args:
        envoy: Its name, as the director knows it.
        home: The envoy's home: accepted tasks and ledger.
        outbox: Where the last model of a run waits until ``fl-envoy send`` brings it to the director.
        rules: Its limits.
        tasks: Those that it trains for.
        patients: Its tables.
        superlink: Where its models go, as the ledger names it.
        say: Takes a sentence for people of the hospital.
        clock: Gives the time, UTC.
    """

    envoy: EnvoyName
    home: Path
    outbox: Outbox
    rules: HouseRules
    tasks: Collection[TaskName]
    patients: Patients
    superlink: str
    say: Callable[[str], None]
    clock: Callable[[], datetime] = _utc_now

    def answer(self, fields: Fields) -> Answer:
        """Train as it was asked; why it does not is an answer too. A model that is answered stands in the ledger."""
        try:
            return self._answer(fields)
        except (DataError, OSError) as error:  # it may speak of tables and places, which nobody outside needs
            self.say(error.sentence if isinstance(error, DataError) else str(error))
            return Answer(self.envoy, 0, b"", refusal="Its tables or its disk have a defect; it is told there.")
        except FederationError as error:
            self.say(error.sentence)
            return Answer(self.envoy, 0, b"", refusal=error.sentence)

    def _answer(self, fields: Fields) -> Answer:
        asked = Asked.read(fields, self._agreed)
        parcel = self._learned(asked)
        if asked.is_last:
            self.outbox.keep_own(parcel)
        model = parcel["model"]
        self._ledger.leaving(
            to=self.superlink,
            kind=LEDGER_KIND,
            sha256=Digest.of(model),
            size=len(model),
            parts={"model": parcel.digests["model"]},
        )
        return Answer(self.envoy, self.patients.of(asked.lesson.task).num_examples, model)

    def handed_over(self, answer: Answer) -> None:
        """Write into the ledger that Flower has taken an answer."""
        sha256 = Digest.of(answer.model)
        waiting = [each for each in self._ledger.entries() if each.kind == LEDGER_KIND and each.sha256 == sha256]
        if waiting and not answer.refusal:
            self._ledger.became(waiting[-1].id, "handed to Flower")

    @property
    def _ledger(self) -> Ledger:
        return Ledger(self.home)

    def _agreed(self, described: TaskDescription) -> Task:
        if described.name not in self.tasks:
            raise PolicyError(f"This hospital does not take part in runs of task {described.name}.")
        return agreed_task(described, described.name, self.rules, AcceptedTasks(self.home).digests)

    def _learned(self, asked: Asked) -> Parcel:
        lesson = asked.lesson
        data = self.patients.of(lesson.task)
        self.rules.require_enough(lesson.task, data.num_examples)
        trained = lesson.learned_by(self.envoy, data.split)
        return pack(
            task=lesson.task,
            base=asked.base,
            state=trained.state,
            scaler=write_scaler(lesson.scaler),
            num_examples=data.num_examples,
            metrics=evaluate(lesson.task, trained.state, lesson.scaler, data.split.held_out).metrics,
            log=trained.log,
            seed=lesson.seed,
            trained_at=self.clock(),
        )
