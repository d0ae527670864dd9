"""The bases of rounds: fetched by their digests, checked, and kept in memory from one round to the next."""

from contract.messages.runs import Assignment
from contract.messages.tasks import Start
from contract.names import Digest
from contract.tasks import Task
from envoy.director_client import DirectorClient
from envoy.starting_point import StartingPoint, opened_start, written_model_bytes, written_scaler_bytes


class Bases:
    """Opens what rounds are trained from.

    Args:
        client: The director.
    """

    def __init__(self, client: DirectorClient) -> None:
        self._client = client
        self._files: dict[Digest, bytes] = {}
        self._last: tuple[Task, StartingPoint] | None = None

    def open(self, task: Task, assignment: Assignment) -> StartingPoint:
        """Give a round's base; files that are here already are not fetched again.

        Raises:
            PolicyError: The round's base is not what its files and this hospital's definition of the task give.
            NetworkError: A file was damaged on the way.
            ArtifactError: A file is not what the strict readers take.
        """
        if self._last is not None and self._last[0] is task and self._last[1].base == assignment.base:
            return self._last[1]
        largest = {assignment.model_sha256: written_model_bytes(task.layout)}
        if assignment.scaler_sha256:
            largest[assignment.scaler_sha256] = written_scaler_bytes(len(task.columns))
        for digest, most in largest.items():
            if digest not in self._files:
                self._files[digest] = self._client.blob(digest, most)
        start = Start(
            task=assignment.task,
            base=assignment.base,
            model_sha256=assignment.model_sha256,
            scaler_sha256=assignment.scaler_sha256,
            global_version=assignment.global_version,
        )
        opened = opened_start(task, start, self._files)
        self._files = {digest: self._files[digest] for digest in largest}
        self._last = task, opened
        return opened
