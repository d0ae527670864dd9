"""What is measured of a model, once: each metric's name and what its values can be. A further one is a line here.

The same for an upload's metadata and for the training log. Names that are not here may be a newer envoy's: whoever
reads leaves them out and says so. A value that a metric here can't have is refused: it was measured wrongly, or is no
measurement at all.
"""

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeGuard

from contract.errors import MetricError
from contract.tasks import RISK_LEVELS

MAX_COUNT = 1_000_000_000


class Metric(Protocol):
    """What a metric's values can be."""

    @property
    def says(self) -> str:
        """The same in words, behind "is not"."""
        ...

    def admits(self, value: object) -> bool:
        """Tell whether a value, as it came from JSON, can be one; null says that there was nothing to measure."""
        ...


@dataclass(frozen=True)
class Number:
    """A finite number.

    Args:
        least: The least that it can be.
        most: The most that it can be.
        is_whole: Whether it counts something.
        is_cost: Whether less of it is better.
    """

    least: float = 0
    most: float = sys.float_info.max
    is_whole: bool = False
    is_cost: bool = False

    @property
    def says(self) -> str:
        """The range, in words."""
        to = "" if self.most == sys.float_info.max else f" to {self.most:.12g}"
        return f"a {'whole ' if self.is_whole else ''}number from {self.least:g}{to}, or null"

    def admits(self, value: object) -> bool:
        """Tell whether it is a number in the range; true and false are none."""
        if value is None:
            return True
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return self.least <= value <= self.most and (not self.is_whole or value == int(value))  # NaN is in no range


@dataclass(frozen=True)
class CountMatrix:
    """As many rows as columns of counts: of each true level (row), how many were taken for each level (column).

    Args:
        levels: How many.
    """

    levels: int

    @property
    def says(self) -> str:
        """The shape, in words."""
        return f"a {self.levels} × {self.levels} matrix of whole numbers from 0 to {MAX_COUNT}, or null"

    def admits(self, value: object) -> bool:
        """Tell whether it is such a matrix."""
        if value is None:
            return True
        if not isinstance(value, list) or len(value) != self.levels:
            return False
        return all(isinstance(row, list) and len(row) == self.levels and all(map(_is_count, row)) for row in value)


_SHARE = Number(0, 1)

METRICS: Mapping[str, Metric] = {
    "accuracy": _SHARE,
    "macro_f1": _SHARE,
    **{f"f1_{level}": _SHARE for level in RISK_LEVELS},
    "auroc": _SHARE,
    "auprc": _SHARE,
    "brier": Number(0, 1, is_cost=True),
    "loss": Number(is_cost=True),
    "calibration_in_the_large": Number(-1, 1),
    "held_out": Number(0, MAX_COUNT, is_whole=True),
    "confusion": CountMatrix(len(RISK_LEVELS)),
}
"""Name → what it can be, of every metric that is known."""


@dataclass(frozen=True)
class Summary:
    """How a round's hospitals did, without saying which: of each score its mean and its worst over the hospitals.

    Args:
        n: How many hospitals there are.
        mean: Score → the plain mean over the hospitals that have it: each hospital counts alike.
        worst: Score → the least of them, of a cost the largest.
    """

    n: int
    mean: Mapping[str, float]
    worst: Mapping[str, float]


def is_cost(name: str) -> bool:
    """Tell whether less of a known metric is better."""
    metric = METRICS[name]
    return isinstance(metric, Number) and metric.is_cost


def scores_in(found: Mapping[str, object]) -> dict[str, float]:
    """Give the metrics of one hospital that are scores and finite: no counts, no matrices, nothing unknown."""
    return {
        name: float(value)
        for name, metric in METRICS.items()
        if isinstance(metric, Number) and not metric.is_whole and _is_finite(value := found.get(name))
    }


def summarise(hospitals: Iterable[Mapping[str, object]]) -> Summary:
    """Take the scores of some hospitals together; one that nobody has is left out."""
    each = [scores_in(found) for found in hospitals]
    scores = {name: [one[name] for one in each if name in one] for name in METRICS}
    known = {name: values for name, values in scores.items() if values}
    return Summary(
        n=len(each),
        mean={name: math.fsum(values) / len(values) for name, values in known.items()},
        worst={name: _worst(name, values) for name, values in known.items()},
    )


def _worst(name: str, values: Sequence[float]) -> float:
    """Give the least of a score's values, of a cost the largest, of what is best at 0 the one farthest from it."""
    metric = METRICS[name]
    if isinstance(metric, Number) and metric.least < 0:
        return max(values, key=abs)
    return (max if is_cost(name) else min)(values)


def require_metrics(found: Mapping[str, object]) -> None:
    """Refuse a value that its metric can't have; names that are not known are no concern here.

    Raises:
        MetricError: The first such value.
    """
    for name, value in found.items():
        if name in METRICS and not METRICS[name].admits(value):
            raise MetricError(
                f"The metric {name} is not {METRICS[name].says}.",
                hint="Measure it again on the held-out patients, or leave it out.",
                metric=name,
            )


def _is_finite(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_COUNT
