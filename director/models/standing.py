"""Who moves and who stands still, as far as the records show it: whether a model is new since B, and if not, why.

What stands still keeps its share and changes nothing; it accuses nobody and is accused of nothing.
"""

from director.models.line import SHARED_START, Line
from director.records.schema import SubmissionRow
from director.records.verdicts import QUARANTINED


def reason_by_record(row: SubmissionRow, line: Line, *, is_named: bool, max_staleness: int) -> str | None:
    """Say why a model stands still, as far as the records show it; None: it may move.

    Args:
        row: The hospital's newest model.
        line: Where the federation stands.
        is_named: Whether the admin named the hospital, which lets what a rollback withdrew count again.
        max_staleness: How many versions back a model may have been trained from.
    """
    if row.verdict == QUARANTINED:
        return "It waits in quarantine."
    if row.id in line.counted:
        return f"It was counted by global model {line.counted[row.id]}, and nothing new has come since."
    if row.id in line.withdrawn and not is_named:
        return (
            f"Global model {line.withdrawn[row.id]} counted it and was rolled back: it counts again when the hospital "
            "uploads anew, or is named."
        )
    trained_from = line.trained_from.get(row.id)
    if trained_from is None:
        return "The start that it was trained from is not on record: run fl-director fsck."
    age = line.ages.get(trained_from)
    if age is None:
        return f"It was trained from global model {trained_from}, which the current one does not come from."
    if age > max_staleness:
        back = "1 version back" if age == 1 else f"{age} versions back"
        return f"It was trained from {name_of(trained_from)}, {back}; at most {max_staleness} count."
    if (row.envoy_id, trained_from) in line.counted_from:
        counted_by = line.counted_from[row.envoy_id, trained_from]
        return (
            f"Global model {counted_by} counted this hospital from the same start, {name_of(trained_from)}: "
            "its step would count twice."
        )
    return None


def is_late(row: SubmissionRow, line: Line) -> bool:
    """Tell whether a model was trained from an ancestor of B, not from B itself."""
    return line.trained_from.get(row.id) != line.here


def name_of(version: int) -> str:
    """Name a version, or the shared start, in a sentence."""
    return "the shared start" if version == SHARED_START else f"global model {version}"
