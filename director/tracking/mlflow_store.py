"""MLflow as a whole: an experiment a task and federation, its runs, its registry, and how far the record was followed.

That stands in MLflow itself, so that one that lost something, or is new, is brought up to date by its own word.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mlflow.entities import Experiment, LifecycleStage

from contract.names import Digest, TaskName
from director.errors import TrackerConflictError
from director.tracking.file_places import folder_beside, require_own
from director.tracking.mlflow_door import explained, new_client
from director.tracking.mlflow_registry import FEDERATION, FilesOf, MlflowRegistry
from director.tracking.mlflow_runs import MlflowRuns
from director.tracking.tracked import Projection

_PLACE = "fl.place"


@dataclass(frozen=True)
class Place:
    """How far the record was followed: a record's number, and its digest, which says that it is the same record."""

    seq: int = 0
    digest: Digest | None = None

    def __str__(self) -> str:
        """Write it as a tag."""
        return f"{self.seq} {self.digest}" if self.digest else "0"

    @classmethod
    def read(cls, tag: str) -> "Place":
        """Read it from a tag; what is none is the beginning."""
        seq, _, digest = tag.partition(" ")
        return cls(int(seq), Digest(digest)) if seq.isdecimal() and len(digest) == 64 else cls()


class MlflowStore:
    """An MLflow server or database.

    Args:
        uri: Where it is.
        name: Of the federation: before the task's in the names of the experiment and of the registered model.
        federation: Says which federation it is, whatever it is called.
        read: Gives a version's files; None: none leave.

    Raises:
        TrackerError: It is a database that can't be used.
    """

    def __init__(self, uri: str, name: str, federation: Digest, read: FilesOf | None) -> None:
        self._name, self._federation = name, federation
        self._uri, self._with_files = uri, read is not None
        self._client = new_client(uri)
        self._runs = MlflowRuns(self._client, with_files=read is not None)
        self._registry = MlflowRegistry(self._client, read, federation)
        self._experiments: dict[TaskName, str] = {}

    def place(self, task: TaskName) -> Place:
        """Tell how far the record was followed for a task.

        Raises:
            TrackerError: MLflow is away.
            TrackerConflictError: The experiment is another federation's, was deleted, or has its files elsewhere.
        """
        self._runs.forget()
        self._registry.forget()
        self._experiments.clear()
        with explained():
            experiment = self._find_experiment(task)
        return Place() if experiment is None else Place.read(experiment.tags.get(_PLACE, ""))

    def hold(self, projection: Projection) -> Sequence[str]:
        """Bring a projection there; the same again does no harm.

        Returns:
            Keys of families that were begun earlier and are not there: they have to be told whole, then the rest again.

        Raises:
            TrackerError: MLflow is away, or does not take it.
        """
        with explained():
            experiment, model = self._experiment(projection.task), f"{self._name}.{projection.task}"
            lost = [family.key for family in projection.families if not self._runs.hold(experiment, family)]
            for each in projection.registrations:
                run_id = self._runs.parent(experiment, each.family)
                if run_id is None:
                    lost.append(each.family)
                else:
                    self._registry.register(model, run_id, each)
            if not lost and (projection.aliases is not None or projection.dropped_aliases):
                self._registry.set_aliases(model, projection)
        return sorted(set(lost))

    def move(self, task: TaskName, place: Place) -> None:
        """Note how far the record was followed."""
        with explained():
            self._client.set_experiment_tag(self._experiment(task), _PLACE, str(place))

    def forget(self, task: TaskName) -> None:
        """Delete a task's runs and its registered model, to be made anew; the place first, so that all is told again.

        Raises:
            TrackerConflictError: The experiment or the model is another's.
        """
        with explained():
            experiment = self._client.get_experiment_by_name(self._title(task))
            if experiment is not None:
                self._require_ours(experiment)
                if experiment.lifecycle_stage != LifecycleStage.ACTIVE:
                    self._client.restore_experiment(experiment.experiment_id)
                self._client.set_experiment_tag(experiment.experiment_id, _PLACE, str(Place()))
                self._runs.delete_all(experiment.experiment_id)
            self._registry.delete(f"{self._name}.{task}")
        self._experiments.clear()

    def _title(self, task: TaskName) -> str:
        return f"{self._name}/{task}"

    def _experiment(self, task: TaskName) -> str:
        if task not in self._experiments:
            found = self._find_experiment(task)
            self._experiments[task] = str(found.experiment_id) if found is not None else self._make_experiment(task)
        return self._experiments[task]

    def _make_experiment(self, task: TaskName) -> str:
        tags = {FEDERATION: str(self._federation), "mlflow.experimentKind": "custom_model_development"}
        return str(self._client.create_experiment(self._title(task), folder_beside(self._uri), tags))

    def _find_experiment(self, task: TaskName) -> Experiment | None:
        found = self._client.get_experiment_by_name(self._title(task))
        if found is None:
            return None
        self._require_ours(found)
        if found.lifecycle_stage != LifecycleStage.ACTIVE:
            raise TrackerConflictError(
                f"The experiment {found.name} was deleted in MLflow.",
                hint="Restore it there; or make all of it anew: fl-director track --rebuild",
            )
        if self._with_files:
            require_own(self._uri, str(found.artifact_location))
        return found

    def _require_ours(self, experiment: Experiment) -> None:
        if experiment.tags.get(FEDERATION) != str(self._federation):
            raise TrackerConflictError(
                f"MLflow has an experiment {experiment.name} that is not this federation's.",
                hint="Give this one another name: fl-director track --name …, or track_name in director.toml.",
            )
