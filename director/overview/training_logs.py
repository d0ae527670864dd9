"""Training logs as they were kept, line by line."""

import json
from typing import Any

from contract.artifacts.training_log import read_training_log
from contract.messages.overview import TrainingLog
from director.errors import NotFoundError
from director.records.blobs import BlobStore
from director.records.schema import SubmissionRow


def training_log_of(blobs: BlobStore, row: SubmissionRow) -> TrainingLog:
    """Show an upload's training log.

    Raises:
        NotFoundError: It came without one.
        DamagedArtifactError: It is not what it was.
        TrainingLogError: It is none.
    """
    digest = row.digests.get("log")
    if digest is None:
        raise NotFoundError("This upload came without a training log.", hint="See GET /submissions/{submission_id}.")
    return TrainingLog(submission_id=row.id, lines=_lines(blobs.read(digest)))


def first_line(data: bytes) -> dict[str, Any]:
    """Read a log's first line alone; raises TrainingLogError where it is none of a log."""
    return next(iter(_lines(data.partition(b"\n")[0])), {})


def _lines(data: bytes) -> list[dict[str, Any]]:
    """Read what is known of each line: as the gate read it before it was kept."""
    return [json.loads(line) for line in read_training_log(data).written.splitlines()]
