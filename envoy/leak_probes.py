"""Columns that tell the outcome too well to be honest: found from a cohort's numbers alone, whatever they came from.

Pure: knows no file and no column's meaning.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contract.small_counts import may_be_told
from contract.tasks import Feature, Task
from envoy.cohort import Cohort
from envoy.evaluation import auroc

HIGHEST_HONEST = 0.90
"""An area whose lower bound is above this is that of the outcome itself, under another name or known after it."""

_NORMAL_95 = 1.959964
_Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Separation:
    """How well one input alone tells who has the outcome.

    Args:
        feature: The input.
        by: What of it tells: its value, or whether it is missing.
        area: AUROC, in the better direction.
        lower: The lower bound of its 95 % interval.
    """

    feature: Feature
    by: str
    area: float
    lower: float


def can_be_judged(cohort: Cohort) -> bool:
    """Tell whether a cohort of a binary outcome has enough events, and enough others, for an area to say something."""
    events = int((cohort.labels == 1).sum())
    return may_be_told(events) and may_be_told(len(cohort) - events)


def separating(task: Task, cohort: Cohort) -> tuple[Separation, ...]:
    """Find the inputs that separate the classes of a binary outcome by themselves; none with too few outcomes.

    A category is scored by how often its members had the outcome among the other half of the patients, so that one of
    many rare categories is not taken for one that tells.
    """
    if not task.is_binary or not can_be_judged(cohort):
        return ()
    found = (_separation(feature, by, scores, cohort) for feature, by, scores in _scores(task, cohort))
    return tuple(each for each in found if each.lower > HIGHEST_HONEST)


def lower_bound(area: float, events: int, others: int) -> float:
    """Give the lower bound of an area's 95 % interval.

    Source: Hanley and McNeil 1982, "The Meaning and Use of the Area under a ROC Curve", formula 2.
    """
    of_events, of_others = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (events - 1) * (of_events - area**2) + (others - 1) * (of_others - area**2)
    return float(area - _NORMAL_95 * np.sqrt(max(spread, 0.0) / (events * others)))


def _separation(feature: Feature, by: str, scores: NDArray[np.float64], cohort: Cohort) -> Separation:
    area = auroc(cohort.labels, scores)
    area = max(area, 1 - area)
    events = int((cohort.labels == 1).sum())
    return Separation(feature, by, area, lower_bound(area, events, len(cohort) - events))


def _scores(task: Task, cohort: Cohort) -> Iterator[tuple[Feature, str, NDArray[np.float64]]]:
    first = 0
    for feature in task.features:
        width = len(feature.columns)
        columns = cohort.features[:, first : first + width]
        first += width
        if feature.may_be_missing:
            yield feature, "that it is missing", columns[:, -1]
        if feature.kind != "category":
            yield feature, "its value", columns[:, 0]
            continue
        place = columns.argmax(axis=1)
        yield feature, "its value", _rates_elsewhere(place, width, cohort.labels, cohort.subject_ids % 2 == 0)


def _rates_elsewhere(
    place: NDArray[np.intp], width: int, happened: NDArray[np.int64], half: _Flags
) -> NDArray[np.float64]:
    """Give of each row how often the outcome happened in its category in the half that it is not in."""
    rates = np.empty(len(place))
    for here in (half, ~half):
        there = ~here
        rows = np.bincount(place[there], minlength=width)
        events = np.bincount(place[there], weights=happened[there], minlength=width)
        overall = float(happened[there].mean()) if there.any() else 0.0
        rates[here] = ((events + overall) / (rows + 1))[place[here]]
    return rates
