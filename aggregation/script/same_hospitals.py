"""One hospital in two folders would count twice: such folders are refused by name."""

import unicodedata
from collections.abc import Sequence

from aggregation.errors import AggregationError
from aggregation.script.folders import Folder
from aggregation.script.shown import shown

_HINT = "Name each hospital's folder once. If these are two hospitals, let each folder bear its hospital's name."


def require_different_hospitals(folders: Sequence[Folder]) -> None:
    """Refuse folders of which two are of one hospital, as far as they say.

    Args:
        folders: The hospitals'.

    Raises:
        AggregationError: Two bear one name, however its letters are written, or were trained on the same patients.
    """
    by_name: dict[str, Folder] = {}
    by_cohort: dict[str, Folder] = {}
    for folder in folders:
        first = by_name.setdefault(_folded(folder.name), folder)
        if first is not folder:
            raise AggregationError(
                f"{_pair(first, folder)} are two claims of one hospital, {shown(folder.name)}, which would count "
                "twice.",
                hint=_HINT,
            )
        if folder.cohort is not None and by_cohort.setdefault(folder.cohort, folder) is not folder:
            raise AggregationError(
                f"{_pair(by_cohort[folder.cohort], folder)} were trained on the same patients: they are two claims "
                "of one hospital, which would count twice.",
                hint=_HINT,
            )


def _folded(name: str) -> str:
    """Give a name as a federation compares it: no two hospitals differ by capitals alone."""
    return unicodedata.normalize("NFC", name).casefold()


def _pair(one: Folder, other: Folder) -> str:
    return f"{one.label} and {other.label}"
