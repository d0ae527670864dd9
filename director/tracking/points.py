"""What a global version says of how its hospitals did, as points: pure, and the only place that names them."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from contract.metrics import METRICS, Number, scores_in, summarise
from director.tracking.tracked import Point

MOST_CHILDREN = 50
"""Of more hospitals there are no runs of their own, but percentiles and a document a round."""
_PERCENTILES = (10, 50, 90)


@dataclass(frozen=True)
class Measured:
    """What is known of a version's hospitals.

    Args:
        step: The round, or of a plain aggregate the version.
        at: When the act that gave it was committed.
        inputs: Hospital → its part: ``num_examples`` and ``weight``.
        metrics: Hospital → what it reported of the model that it trained, on its own held-out patients.
        held_out: The version itself on the validation table; None: there is none.
        num_examples: Training rows behind it.
    """

    step: int
    at: datetime
    inputs: Mapping[str, Mapping[str, Any]]
    metrics: Mapping[str, Mapping[str, Any]]
    held_out: Mapping[str, Any] | None
    num_examples: int

    def of_all(self, *, with_percentiles: bool) -> list[Point]:
        """Give the points of all hospitals together: how many, and of each score its mean and its worst."""
        found = summarise(self.metrics.get(name, {}) for name in self.inputs)
        values: dict[str, float] = {"n": found.n, "num_examples": self.num_examples}
        values |= {f"mean/{name}": value for name, value in found.mean.items()}
        values |= {f"worst/{name}": value for name, value in found.worst.items()}
        values |= {f"held_out/{name}": value for name, value in (self.held_out or {}).items() if _is_finite(value)}
        if with_percentiles:
            for score in found.mean:
                known = [scores[score] for scores in self._scores().values() if score in scores]
                for percent, value in zip(_PERCENTILES, np.percentile(known, _PERCENTILES), strict=True):
                    values[f"p{percent}/{score}"] = float(value)
        return self._points(values)

    def of_each(self) -> Mapping[str, list[Point]]:
        """Give each hospital's points."""
        scores = self._scores()
        return {name: self._points({**scores[name], **_part(each)}) for name, each in self.inputs.items()}

    def missing(self) -> Mapping[str, Sequence[str]]:
        """Name each hospital's scores for which there was nothing to measure: no number can say so."""
        numbers = [name for name, metric in METRICS.items() if isinstance(metric, Number) and not metric.is_whole]
        scores = self._scores()
        said = {name: self.metrics.get(name, {}) for name in self.inputs}
        return {
            name: [each for each in numbers if each in found and each not in scores[name]]
            for name, found in said.items()
        }

    def document(self) -> str:
        """Write every hospital's scores as JSON."""
        scores = self._scores()
        return json.dumps({name: {**scores[name], **_part(each)} for name, each in self.inputs.items()}, indent=2)

    def _scores(self) -> Mapping[str, dict[str, float]]:
        return {name: scores_in(self.metrics.get(name, {})) for name in self.inputs}

    def _points(self, values: Mapping[str, float]) -> list[Point]:
        return [Point(key, float(value), self.step, self.at) for key, value in values.items()]


def _part(found: Mapping[str, Any]) -> dict[str, float]:
    return {name: found[name] for name in ("num_examples", "weight") if _is_finite(found.get(name))}


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
