"""MLflow's registry of models: a version of it for each of ours that was published, or that an alias names.

It counts versions of its own; ours is a tag. Source: https://mlflow.org/docs/latest/ml/model-registry (aliases).
"""

from collections.abc import Callable, Mapping

from mlflow.entities.model_registry import ModelVersion, RegisteredModel
from mlflow.tracking import MlflowClient

from contract.names import Digest
from director.errors import TrackerConflictError
from director.models.aliases import CHALLENGER, CHAMPION
from director.tracking.mlflow_door import IS_NOT_TAKEN, IS_NOT_THERE, IS_THERE, send_files, unless
from director.tracking.tracked import Projection, Registration

_CARD = "card.json"
FEDERATION = "fl.federation"
"""The tag that says of which federation something is."""

FilesOf = Callable[[Registration], Mapping[str, bytes]]
"""A version → its files, by their names."""


class MlflowRegistry:
    """The registry of an MLflow; raises what its client raises.

    Args:
        client: Reaches it.
        read: Gives a version's files by their digests; None: no file leaves.
        federation: Whose models they are: one of that name that somebody else made is left alone.
    """

    def __init__(self, client: MlflowClient, read: FilesOf | None, federation: Digest) -> None:
        self._client, self._read, self._federation = client, read, federation
        self._is_there: set[str] = set()

    def forget(self) -> None:
        """Look again what is there: somebody may have deleted it."""
        self._is_there.clear()

    def register(self, model: str, run_id: str, registration: Registration) -> None:
        """Have a version there, with its files, where they may leave, beside the run that it came of.

        Raises:
            TrackerConflictError: The model is somebody else's.
        """
        if model not in self._is_there:
            with unless(IS_THERE):
                tags = {FEDERATION: str(self._federation)}
                self._client.create_registered_model(model, tags=tags, description=registration.notice)
            self._ours(model)
            self._is_there.add(model)
        found = self._find(model, registration.version)
        if found is None:
            self._make(model, run_id, registration)
        else:  # an earlier try may not have come so far
            for key, value in registration.tags.items():
                if found.tags.get(key) != value:
                    self._client.set_model_version_tag(model, found.version, key, value)

    def set_aliases(self, model: str, projection: Projection) -> None:
        """Let each alias name its version; those that the federation never had are left alone."""
        with unless(IS_NOT_THERE):
            there = self._ours(model).aliases
            wanted = projection.aliases or {}
            gone = {*projection.dropped_aliases, CHAMPION, CHALLENGER}.difference(wanted)
            for alias in gone.intersection(there):
                self._client.delete_registered_model_alias(model, alias)
            for alias, version in wanted.items():
                found = self._find(model, version)
                if found is not None and str(there.get(alias)) != str(found.version):
                    with unless(IS_NOT_TAKEN):  # such as v2, which there means the second version
                        self._client.set_registered_model_alias(model, alias, str(found.version))

    def delete(self, model: str) -> None:
        """Delete a model with all its versions, if it is there.

        Raises:
            TrackerConflictError: It is somebody else's.
        """
        with unless(IS_NOT_THERE):
            self._ours(model)
            self._client.delete_registered_model(model)
        self.forget()

    def _ours(self, model: str) -> RegisteredModel:
        found = self._client.get_registered_model(model)
        if found.tags.get(FEDERATION) != str(self._federation):
            raise TrackerConflictError(
                f"MLflow has a registered model {model} that is not this federation's.",
                hint="Give this one another name: fl-director track --name …, or track_name in director.toml.",
            )
        return found

    def _find(self, model: str, version: int) -> ModelVersion | None:
        """Find ours; of two, which only an answer that came too late can have made, the later one goes."""
        found = self._client.search_model_versions(f"name = '{model}' and tags.`version` = '{version}'")
        ours = sorted(found, key=lambda each: int(each.version))
        for each in ours[1:]:
            self._client.delete_model_version(model, each.version)
        return ours[0] if ours else None

    def _make(self, model: str, run_id: str, registration: Registration) -> None:
        place = f"global_models/{registration.version}"
        files = {f"{place}/{name}": data for name, data in self._files(registration).items()}
        uri = send_files(self._client, run_id, files)
        self._client.create_model_version(
            model,
            f"{uri}/{place}",
            run_id,
            tags=dict(registration.tags),
            description=registration.notice,
            await_creation_for=0,
        )

    def _files(self, registration: Registration) -> Mapping[str, bytes]:
        if self._read is None:
            return {}
        return {_CARD: registration.card.encode(), **self._read(registration)}
