"""MLflow's runs: each is found again by its tags, never by what was remembered of it, and told no point twice.

Source of the layout (parent and child runs): https://mlflow.org/docs/latest/ml/tracking.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from mlflow.entities import Metric, Param, RunTag
from mlflow.tracking import MlflowClient

from director.errors import TrackerError
from director.tracking.mlflow_door import milliseconds, send_files
from director.tracking.tracked import Ending, Family, TrackedRun

_POINTS_AT_ONCE = 500
"""MLflow takes 1000."""
_TAGS_AT_ONCE = 100
_RUNS_AT_ONCE = 1000
_KEY, _FAMILY = "fl.key", "fl.family"
_STATUSES: Mapping[Ending, str] = {"finished": "FINISHED", "closed": "KILLED"}
_Item = TypeVar("_Item")


class MlflowRuns:
    """The runs of an MLflow; raises what its client raises.

    Args:
        client: Reaches it.
        with_files: Whether documents go there.
    """

    def __init__(self, client: MlflowClient, *, with_files: bool = True) -> None:
        self._client, self._with_files = client, with_files
        self._known: dict[str, dict[str, str]] = {}
        self._bare: set[str] = set()
        """Ids of runs without parameters: whoever made one may have been cut off before it said them."""

    def forget(self) -> None:
        """Look all runs up again: somebody may have deleted one."""
        self._known.clear()
        self._bare.clear()

    def hold(self, experiment: str, family: Family) -> bool:
        """Bring a family there; False: it was begun earlier and not all of it is there, so it has to be told whole."""
        ids = self._ids(experiment, family.key)
        if not family.is_whole and any(run.key not in ids for run in family.runs):
            return False  # a part too: nobody knows whether it begins here, or somebody deleted it
        for run in family.runs:
            if run.key not in ids:
                ids[run.key] = self._make(experiment, family, run, ids)
            self._tell(ids[run.key], run)
        return True

    def parent(self, experiment: str, family: str) -> str | None:
        """Give the id of a family's run; None: it is not there."""
        return self._ids(experiment, family).get(family)

    def delete_all(self, experiment: str) -> None:
        """Delete every run of an experiment.

        Raises:
            TrackerError: MLflow says that it does, and they stay.
        """
        deleted = set[str]()
        while found := self._client.search_runs([experiment], max_results=_RUNS_AT_ONCE):
            ids = {run.info.run_id for run in found}
            if ids <= deleted:
                raise TrackerError("MLflow does not delete what it is told to.", hint="Who may delete runs there?")
            for run_id in ids:
                self._client.delete_run(run_id)
            deleted |= ids
        self.forget()

    def _ids(self, experiment: str, family: str) -> dict[str, str]:
        if family not in self._known:
            found = defaultdict(list)
            for run in self._client.search_runs([experiment], f"tags.`{_FAMILY}` = '{family}'", max_results=1000):
                if _KEY in run.data.tags:  # somebody may have taken it away
                    found[run.data.tags[_KEY]].append(run.info.run_id)
                if not run.data.params:
                    self._bare.add(run.info.run_id)
            if any(len(ids) > 1 for ids in found.values()):
                # an answer that came too late made one of them: nobody knows which point is in which
                for run_id in (each for ids in found.values() for each in ids):
                    self._client.delete_run(run_id)
                found.clear()
            self._known[family] = {key: ids[0] for key, ids in found.items()}
        return self._known[family]

    def _make(self, experiment: str, family: Family, run: TrackedRun, ids: Mapping[str, str]) -> str:
        tags = {_KEY: run.key, _FAMILY: family.key, "mlflow.user": "fl-director", "mlflow.source.name": "fl-director"}
        if run.parent is not None:
            tags["mlflow.parentRunId"] = ids[run.parent]
        start = milliseconds(run.started_at)
        made = self._client.create_run(experiment, start_time=start, tags=tags, run_name=run.name)
        self._bare.add(made.info.run_id)
        return str(made.info.run_id)

    def _tell(self, run_id: str, run: TrackedRun) -> None:
        if run_id in self._bare:
            for asked in _stretches([Param(*each) for each in run.parameters.items()], _TAGS_AT_ONCE):
                self._client.log_batch(run_id, params=asked)
            self._bare.discard(run_id)
        points = [Metric(each.key, each.value, milliseconds(each.at), each.step) for each in run.points]
        tags = [RunTag(key, value) for key, value in run.tags.items()]
        for some in _stretches(points, _POINTS_AT_ONCE):
            self._client.log_batch(run_id, metrics=some, tags=tags[:_TAGS_AT_ONCE])
        if not points:
            self._client.log_batch(run_id, tags=tags[:_TAGS_AT_ONCE])
        if run.documents and self._with_files:
            send_files(self._client, run_id, {name: text.encode() for name, text in run.documents.items()})
        if run.ending is not None and run.ended_at is not None:
            self._client.set_terminated(run_id, _STATUSES[run.ending], milliseconds(run.ended_at))


def _stretches(items: Sequence[_Item], most: int) -> Iterator[Sequence[_Item]]:
    for begin in range(0, len(items), most):
        yield items[begin : begin + most]
