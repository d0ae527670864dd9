"""The current models, each hospital's and the global one, in memory: switched as one, asked without the database."""

import logging
from collections.abc import Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.errors import FederationError
from contract.messages.inference import AnsweringModel
from contract.names import EnvoyName, TaskName
from director.errors import NoModelError
from director.inference.answers import ReadyModel
from director.members.envoys import unknown_envoy
from director.members.events import EnvoyAdded
from director.models.events import BegunAnew, ModelPublished
from director.models.publishing import holders
from director.records.blobs import BlobStore
from director.records.events import Event, UnreadEvent
from director.records.schema import EnvoyRow
from director.submissions.events import VersionEvent
from director.submissions.kept import current_files
from director.tasks.artifacts import Artifacts
from director.tasks.catalogue import Catalogue
from director.tasks.events import TaskEvent
from director.tasks.publications import current_global_models

_log = logging.getLogger(__name__)

_Where = tuple[str | None, TaskName]
"""A hospital's folded name, or None for the global model; and the task."""


class CurrentModels:
    """Knows the current models, and holds in memory those that were asked.

    Args:
        blobs: The files.
        catalogue: The tasks of this federation.
    """

    def __init__(self, blobs: BlobStore, catalogue: Catalogue) -> None:
        self._blobs = blobs
        self._catalogue = catalogue
        self._envoys: frozenset[str] = frozenset()
        self._current: Mapping[_Where, AnsweringModel] = {}
        self._ready: dict[_Where, ReadyModel] = {}

    def concerns(self, event: Event) -> bool:
        """Tell whether an event may have changed which models are current, or whom one may ask about."""
        return isinstance(event, VersionEvent | ModelPublished | BegunAnew | EnvoyAdded | TaskEvent | UnreadEvent)

    def refresh(self, session: Session) -> None:
        """Learn the current versions anew, and switch to them at once."""
        found = dict(self._of_envoys(session))
        for task_name, row in current_global_models(session, self._catalogue.values()).items():
            found[None, task_name] = AnsweringModel(
                scope="global",
                version=row.version,
                sha256=row.digest_of("model"),
                scaler_sha256=row.digest_of("scaler"),
                envoys=len(holders(row)),
                trained_at=row.created_at,
            )
        before, held_now = self._current, dict(self._ready)  # a copy: meanwhile another thread may ask for one more
        moved = [where for where in held_now if where in found and found[where] != before.get(where)]
        # What did not move stays the same object, so that `ready` can compare by identity.
        current = {where: before[where] if before.get(where) == model else model for where, model in found.items()}
        ready = {where: held for where, held in held_now.items() if current.get(where) is held.model}
        for where in moved:  # what is asked for is loaded before the switch, so that nobody waits for it
            try:
                ready[where] = self._load(where, current[where])
            except FederationError as error:  # whoever asks for it is told
                _log.error("model.damaged", extra={"facts": {"sha256": current[where].sha256, "why": error.sentence}})
        self._envoys = frozenset(session.scalars(select(EnvoyRow.folded_name)))
        self._current, self._ready = current, ready

    def ready(self, envoy: EnvoyName | None, task_name: TaskName) -> ReadyModel:
        """Give the model that answers now: a hospital's, or with None the global one.

        Raises:
            UnknownTaskError, UnknownEnvoyError: No such name.
            NoModelError: There is no current model yet.
            DamagedArtifactError: Its files are not what they were.
        """
        where = (envoy.folded if envoy is not None else None, task_name)
        held, current = self._ready.get(where), self._current.get(where)
        if held is not None and held.model is current:
            return held
        self._catalogue.find(task_name)
        if envoy is not None and envoy.folded not in self._envoys:
            raise unknown_envoy(envoy)
        if current is None:
            whose = f"{envoy} has" if envoy is not None else "The federation has"
            raise NoModelError(
                f"{whose} no model of task {task_name} as it is defined now.",
                hint=(
                    "Let it train and upload first."
                    if envoy is not None
                    else "Let the hospitals train and the admin aggregate first."
                )
                + " A model that was made for other cut points is stale and answers nothing.",
            )
        self._ready[where] = loaded = self._load(where, current)
        return loaded

    def _of_envoys(self, session: Session) -> Iterator[tuple[_Where, AnsweringModel]]:
        for found in current_files(session, [task.digest for task in self._catalogue.values()]):
            model = AnsweringModel(
                scope="envoy",
                envoy_name=found.envoy_name,
                version=found.version,
                sha256=found.digests["model"],
                scaler_sha256=found.digests["scaler"],
                trained_at=found.created_at,
            )
            yield (found.envoy_name.folded, found.task), model

    def _load(self, where: _Where, model: AnsweringModel) -> ReadyModel:
        task = self._catalogue[where[1]]
        return ReadyModel.load(Artifacts(self._blobs, task), task, model)
