"""What is asked of the current models. Every question is noted: who asked which model, never the inputs."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from contract.messages.inference import AnsweringModel
from contract.names import EnvoyName, TaskName
from director.clock import Clock
from director.inference import batch, binary_batch
from director.inference.answers import ReadyModel
from director.inference.beside import PLAIN, Wanted
from director.inference.current import CurrentModels
from director.inference.log import InferenceLog
from director.inference.questions import Asked, asked_in_table, asked_of_many
from director.members.access import Principal


@dataclass(frozen=True)
class Question:
    """Who asks which model, and how the answer shall be.

    Args:
        caller: Who asks.
        request_id: What the answer, the log and a person's question share.
        task: What is asked about.
        envoy: The hospital whose model shall answer; None: the global model.
        probabilities: Whether the answer holds them.
        wanted: What shall stand beside the answers of many rows.
    """

    caller: Principal
    request_id: str
    task: TaskName
    envoy: EnvoyName | None
    probabilities: bool
    wanted: Wanted = PLAIN


@dataclass(frozen=True)
class ManyAnswers:
    """What many rows are answered with.

    Args:
        model: Which model answers all of them.
        notice: What their reader must know.
        blocks: The answer's bytes, computed as they are taken.
        refused: How many rows have an error in place of an answer; None: a wrong one would have refused all.
    """

    model: AnsweringModel
    notice: str
    blocks: Iterator[bytes]
    refused: int | None


class Inference:
    """Answers questions.

    Args:
        models: The current models.
        log: Where questions are noted.
        clock: The time.
    """

    def __init__(self, models: CurrentModels, log: InferenceLog, clock: Clock) -> None:
        self._models = models
        self._log = log
        self._clock = clock

    def answer(self, question: Question, inputs: Mapping[str, object]) -> bytes:
        """Answer one row: as JSON a ``Prediction``, or a ``BinaryPrediction``.

        Raises:
            ForbiddenError: Another hospital's model.
            InvalidInputError: The inputs are not the task's.
            FederationError: As ``CurrentModels.ready``.
        """
        ready = self._ready(question)
        answer = ready.answer(inputs, question.request_id, with_probabilities=question.probabilities)
        self._note(question, ready, 1)
        return answer

    def answer_rows(self, question: Question, rows: Iterable[Mapping[str, object]]) -> ManyAnswers:
        """Answer many rows as one JSON object; raises as ``answer`` before the first bytes."""
        ready = self._ready(question)
        asked = self._noted(question, ready, asked_of_many(ready.task, rows, question.wanted))
        if ready.task.is_binary:
            return _many(ready, asked, binary_batch.json_answers(ready, asked, question.request_id))
        blocks = batch.json_answers(
            ready, asked.raw, question.request_id, asked.beside, with_probabilities=question.probabilities
        )
        return _many(ready, asked, blocks)

    def answer_csv(self, question: Question, table: bytes | IO[bytes]) -> ManyAnswers:
        """Answer a CSV table with one; raises as ``answer`` and ``read_rows`` before the first bytes."""
        ready = self._ready(question)
        asked = self._noted(question, ready, asked_in_table(ready.task, table, question.wanted))
        if ready.task.is_binary:
            blocks = binary_batch.csv_answers(ready, asked)
        else:
            blocks = batch.csv_answers(ready, asked.raw, with_probabilities=question.probabilities)
        return _many(ready, asked, asked.beside.as_csv(blocks, ready.model, ready.task.notice))

    def _ready(self, question: Question) -> ReadyModel:
        if question.envoy is not None:
            question.caller.require_envoy(question.envoy)
        return self._models.ready(question.envoy, question.task)

    def _noted(self, question: Question, ready: ReadyModel, asked: Asked) -> Asked:
        self._note(question, ready, len(asked.raw))
        return asked

    def _note(self, question: Question, ready: ReadyModel, rows: int) -> None:
        self._log.note(self._clock(), question.request_id, question.caller.actor, rows, ready.as_json)


def _many(ready: ReadyModel, asked: Asked, blocks: Iterator[bytes]) -> ManyAnswers:
    refused = len(asked.beside.faults) if asked.beside.wanted.keeps_bad else None
    return ManyAnswers(ready.model, ready.task.notice, blocks, refused)
