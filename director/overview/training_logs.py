"""Training logs as they were kept, line by line."""

import json
from typing import Any

from contract.artifacts.training_log import read_training_log
from contract.messages.overview import TrainingLog
from contract.moments import shown_moment
from director.errors import NotFoundError
from director.records.blobs import BlobStore
from director.records.schema import SubmissionRow


def training_log_of(blobs: BlobStore, row: SubmissionRow) -> TrainingLog:
    """Show an upload's training log.

    Raises:
        NotFoundError: It came without one, or that is kept no more.
        DamagedArtifactError: It is not what it was.
        TrainingLogError: It is none.
    """
    kept = next((file for file in row.files if file.role == "log"), None)
    if kept is None:
        raise NotFoundError("This upload came without a training log.", hint="See GET /submissions/{submission_id}.")
    if kept.pruned_at is not None:
        raise NotFoundError(
            f"This upload's training log is no longer kept, since {shown_moment(kept.pruned_at)}.",
            hint="Its digest stands in GET /submissions/{submission_id}; the hospital may have it.",
        )
    return TrainingLog(submission_id=row.id, lines=_lines(blobs.read(kept.sha256)))


def first_line(data: bytes) -> dict[str, Any]:
    """Read a log's first line alone; raises TrainingLogError where it is none of a log."""
    return next(iter(_lines(data.partition(b"\n")[0])), {})


def _lines(data: bytes) -> list[dict[str, Any]]:
    """Read what is known of each line: as the gate read it before it was kept."""
    return [json.loads(line) for line in read_training_log(data).written.splitlines()]
