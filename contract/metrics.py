"""What is measured of a model, once: each metric's name and what its values can be. A further one is a line here.

The same for an upload's metadata and for the training log. Names that are not here may be a newer envoy's: whoever
reads leaves them out and says so. A value that a metric here can't have is refused: it was measured wrongly, or is no
measurement at all.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

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
    """

    least: float = 0
    most: float = sys.float_info.max
    is_whole: bool = False

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
    "loss": Number(),
    "held_out": Number(0, MAX_COUNT, is_whole=True),
    "confusion": CountMatrix(len(RISK_LEVELS)),
}
"""Name → what it can be, of every metric that is known."""


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


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_COUNT
