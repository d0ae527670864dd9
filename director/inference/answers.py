"""The ward: inputs → probabilities and risk level, and which model answered. Knows nothing of how a model was made.

A model and its scaler are one bundle, loaded once per version and switched as one; answering touches no database.
"""

import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.artifacts.model_file import read_model
from contract.artifacts.scaler_file import read_scaler
from contract.errors import FederationError
from contract.messages import AnsweringModel, Prediction
from contract.names import EnvoyName, TaskName
from contract.network import Layers, Matrix, apply_layers, layers_of, softmax
from contract.tasks import RISK_LEVELS, Task
from director.errors import NoModelError
from director.members.registry import current_submissions, unknown_envoy
from director.records.blobs import BlobStore
from director.records.schema import EnvoyRow, SubmissionRow
from director.submissions.arrival import find_task
from director.tasks.starts import current_global_model

_log = logging.getLogger(__name__)

_BLOCK_ROWS = 512
"""Rows that go through the network at once in a batch: few enough for the cache, and for one thread of the BLAS."""


@dataclass(frozen=True)
class Bundle:
    """One version ready to answer: the task, the network's layers, the scaler's numbers, and its name tag."""

    task: Task
    layers: Layers
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    model: AnsweringModel

    def probabilities(self, x: Matrix) -> Matrix:
        """Compute rows × risk levels from rows × raw features."""
        if len(x) <= _BLOCK_ROWS:
            return softmax(apply_layers(self.layers, ((x - self.mean) / self.scale).T).T)
        blocks = [self.probabilities(x[start : start + _BLOCK_ROWS]) for start in range(0, len(x), _BLOCK_ROWS)]
        return np.concatenate(blocks)

    def answer(self, inputs: Mapping[str, object], request_id: str, *, with_probabilities: bool) -> bytes:
        """Answer one row: a ``Prediction`` as JSON.

        Raises:
            InvalidInputError: The inputs are not the task's.
        """
        row = self.task.vectorise(inputs)
        logits = apply_layers(self.layers, (row - self.mean) / self.scale).tolist()
        level = RISK_LEVELS[logits.index(max(logits))]
        probabilities = _named(logits) if with_probabilities else "null"
        head = f'{{"risk_level":"{level}","probabilities":{probabilities}'
        return b'%s%s"request_id":"%s"}' % (head.encode(), self._tail, request_id.encode())

    @cached_property
    def model_as_json(self) -> str:
        """Which model answers, for the log."""
        return f'"task":"{self.task.name}","model":{self.model.model_dump_json()}'

    @cached_property
    def _tail(self) -> bytes:
        """What every answer of this version has in common, from the message itself."""
        task = self.task
        common = Prediction(
            risk_level="low",
            probabilities=None,
            task=task.name,
            cut_points=task.cut_points,
            notice=task.notice,
            model=self.model,
            request_id="",
        )
        text = common.model_dump_json()
        return text.removeprefix('{"risk_level":"low","probabilities":null').removesuffix('"request_id":""}').encode()


_Where = tuple[str | None, TaskName]
"""A hospital's folded name, or None for the global model; and the task."""


class Ward:
    """Knows the current models, and holds in memory those that were asked.

    Args:
        blobs: The vault.
        tasks: The tasks of this federation.
    """

    def __init__(self, blobs: BlobStore, tasks: Mapping[TaskName, Task]) -> None:
        self._blobs = blobs
        self._tasks = tasks
        self._envoys: frozenset[str] = frozenset()
        self._current: Mapping[_Where, AnsweringModel] = {}
        self._bundles: dict[_Where, Bundle] = {}

    def refresh(self, session: Session) -> None:
        """Learn the current versions anew, and switch to them at once."""
        found = dict(self._current_of_envoys(session))
        for task in self._tasks.values():
            row = current_global_model(session, task)
            if row is not None:
                found[None, task.name] = AnsweringModel(
                    scope="global",
                    version=row.version,
                    sha256=row.model_sha256,
                    scaler_sha256=row.scaler_sha256,
                    envoys=len(row.inputs),
                    trained_at=row.created_at,
                )
        before = self._current
        moved = [where for where in self._bundles if where in found and found[where] != before.get(where)]
        # What did not move stays the same object, so that `bundle` can compare by identity.
        current = {where: before[where] if before.get(where) == model else model for where, model in found.items()}
        bundles = {where: held for where, held in self._bundles.items() if current.get(where) is held.model}
        for where in moved:  # what is asked for is loaded before the switch, so that nobody waits for it
            try:
                bundles[where] = self._load(self._tasks[where[1]], current[where])
            except FederationError as error:  # whoever asks for it is told
                _log.error("model.damaged", extra={"facts": {"sha256": current[where].sha256, "why": error.sentence}})
        self._envoys = frozenset(row.folded_name for row in session.scalars(select(EnvoyRow)))
        self._current, self._bundles = current, bundles

    def bundle(self, envoy: EnvoyName | None, task_name: TaskName) -> Bundle:
        """Give the model that answers now: a hospital's, or with None the global one.

        Raises:
            UnknownTaskError, UnknownEnvoyError: No such name.
            NoModelError: There is no current model yet.
            DamagedArtifactError: Its files are not what they were.
        """
        where = (envoy.folded if envoy is not None else None, task_name)
        held, current = self._bundles.get(where), self._current.get(where)
        if held is not None and held.model is current:
            return held
        task = find_task(self._tasks, task_name)
        if envoy is not None and envoy.folded not in self._envoys:
            raise unknown_envoy(envoy)
        if current is None:
            whose = f"{envoy} has" if envoy is not None else "The federation has"
            raise NoModelError(
                f"{whose} no model of task {task_name} yet.",
                hint="Let it train and upload first." if envoy is not None else "Let the admin aggregate first.",
            )
        bundle = self._load(task, current)
        self._bundles[where] = bundle
        return bundle

    def _current_of_envoys(self, session: Session) -> Iterator[tuple[_Where, AnsweringModel]]:
        for row in self._counting(current_submissions(session)):
            model = AnsweringModel(
                scope="envoy",
                envoy_name=row.envoy.name,
                version=row.version or 0,
                sha256=row.digest_of("model"),
                scaler_sha256=row.digest_of("scaler"),
                trained_at=row.created_at,
            )
            yield (row.envoy.name.folded, row.task), model

    def _counting(self, rows: Sequence[SubmissionRow]) -> Iterator[SubmissionRow]:
        """Leave out models of a task that is no more, or that has been defined anew since."""
        for row in rows:
            task = self._tasks.get(row.task)
            if task is not None and task.digest == row.task_digest:
                yield row

    def _load(self, task: Task, model: AnsweringModel) -> Bundle:
        state = read_model(self._blobs.read(model.sha256), task.layout)
        scaler = read_scaler(self._blobs.read(model.scaler_sha256), len(task.features))
        layers = layers_of(task.architecture, state)
        return Bundle(task, layers, np.asarray(scaler.mean), np.asarray(scaler.scale), model)


def _named(logits: Sequence[float]) -> str:
    """Turn one row's logits into its probabilities as JSON (``softmax`` of three numbers, without arrays)."""
    highest = max(logits)
    exponentials = [math.exp(logit - highest) for logit in logits]
    total = sum(exponentials)
    shares = ",".join(f'"{name}":{value / total!r}' for name, value in zip(RISK_LEVELS, exponentials, strict=True))
    return f"{{{shares}}}"
