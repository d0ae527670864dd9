"""What it takes to compare two versions: their rows read in one look, their files outside of any transaction.

Reading files to compute with them is no fetching of files: it leaves no word on record.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregation.distance import ModelDistance, measure_distance
from aggregation.updates import ModelUpdate
from contract.errors import ArtifactError
from contract.messages.comparisons import VersionComparison
from contract.names import Digest, TaskName
from contract.tasks import Task
from director.members.access import Principal
from director.models import versions
from director.models.compared import Side, compare, line_from
from director.records.blobs import BlobStore
from director.records.ledger import Ledger
from director.records.schema import GlobalModelRow, ValidationTableRow
from director.tasks.artifacts import Artifacts
from director.tasks.catalogue import Catalogue


class Comparing:
    """Compares global versions.

    Args:
        ledger: The rows.
        blobs: The files.
        catalogue: The tasks of this federation.
    """

    def __init__(self, ledger: Ledger, blobs: BlobStore, catalogue: Catalogue) -> None:
        self._ledger = ledger
        self._blobs = blobs
        self._catalogue = catalogue

    def compare(self, caller: Principal, task_name: TaskName, a: int, b: int) -> VersionComparison:
        """Put two versions of a task beside each other, as far as the caller may know them.

        Raises:
            UnknownTaskError, NotFoundError: No such task or version.
            DamagedArtifactError: A file is not what it was.
        """
        task = self._catalogue.find(task_name)
        with self._ledger.read() as session:
            one, other = (self._side(session, caller, task, version) for version in (a, b))
        return compare(one, other, self._weights(task, one, other))

    def _side(self, session: Session, caller: Principal, task: Task, version: int) -> Side:
        row = versions.version_of(session, task.name, version)
        seen = versions.as_seen_by(caller, versions.describe_version(session, row, self._catalogue))
        return Side(seen, row.task_digest, line_from(version, _parents(session, row)), _table_at(session, row))

    def _weights(self, task: Task, a: Side, b: Side) -> ModelDistance | str:
        artifacts = Artifacts(self._blobs, task)
        opened = []
        for side in (a, b):
            try:
                opened.append(_opened(artifacts, task, side))
            except ArtifactError:
                if side.definition == task.digest:
                    raise
                return (
                    f"Global model {side.number} has another layout than models of {task.name} have now: its weights "
                    "can't be compared."
                )
        return measure_distance(*opened)


def _opened(artifacts: Artifacts, task: Task, side: Side) -> ModelUpdate:
    scaler, model = artifacts.scaler(side.model.scaler_sha256), side.model
    return ModelUpdate(model.sha256, model.num_examples, scaler, task.layout, artifacts.tensors(model.sha256))


def _parents(session: Session, row: GlobalModelRow) -> dict[int, int | None]:
    of_task = select(GlobalModelRow.version, GlobalModelRow.parent).where(GlobalModelRow.task == row.task)
    return {found.version: found.parent for found in session.execute(of_task)}


def _table_at(session: Session, row: GlobalModelRow) -> Digest | None:
    """Give the validation table that held when a version was made."""
    until = select(ValidationTableRow.sha256).where(
        ValidationTableRow.task == row.task, ValidationTableRow.created_at <= row.created_at
    )
    return session.scalars(until.order_by(ValidationTableRow.id.desc()).limit(1)).first()
