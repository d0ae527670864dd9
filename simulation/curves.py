"""One metric over the rounds, at each hospital and over all of them: what a figure draws and a comparison counts."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contract.metrics import METRICS, Number, is_cost, summarise
from contract.names import EnvoyName
from simulation.errors import ExperimentError
from simulation.round_metrics import BINARY_COLUMNS, COLUMNS, Model, RoundRow

NOT_MEASURED = math.nan


@dataclass(frozen=True)
class Curves:
    """A metric of one model after each round that was measured; not a number where there is nothing to say.

    Args:
        metric: Which.
        rounds: Their numbers, ascending.
        hospitals: Hospital → a value a round.
        mean: Over the hospitals, each counting alike.
        worst: The least of them, of a cost the largest.
    """

    metric: str
    rounds: tuple[int, ...]
    hospitals: Mapping[EnvoyName, Sequence[float]]
    mean: Sequence[float]
    worst: Sequence[float]

    @property
    def best_round(self) -> int | None:
        """The first round with the best mean; None: nothing was measured."""
        known = [value for value in self.mean if not math.isnan(value)]
        if not known:
            return None
        return self.rounds[self.mean.index((min if is_cost(self.metric) else max)(known))]

    @property
    def best(self) -> float:
        """The best mean over the hospitals."""
        return NOT_MEASURED if self.best_round is None else self.mean[self.rounds.index(self.best_round)]

    @property
    def worst_hospital(self) -> EnvoyName | None:
        """Name a hospital that does worst after the last round; None: nothing was measured."""
        return next((name for name, values in self.hospitals.items() if values[-1] == self.worst[-1]), None)

    def rounds_to_reach(self, target: float) -> int | None:
        """Give the first round after which the mean hospital is at the target or better; None: none is."""
        sign = -1 if is_cost(self.metric) else 1
        return next(
            (number for number, value in zip(self.rounds, self.mean, strict=True) if sign * value >= sign * target),
            None,
        )


def curves_of(rows: Iterable[RoundRow], metric: str, model: Model) -> Curves:
    """Pick one metric of one model out of the rows.

    Raises:
        ExperimentError: It is no score, or the model has no rows.
    """
    require_score(metric)
    found: dict[int, dict[EnvoyName, float]] = {}
    for row in rows:
        if row.model == model:
            value = row.metrics.get(metric)
            found.setdefault(row.round, {})[row.hospital] = value if isinstance(value, float) else NOT_MEASURED
    if not found:
        other = "local" if model == "global" else "global"
        raise ExperimentError(f"This run has no {model} model.", hint=f"Ask for model={other!r}.")
    rounds = tuple(sorted(found))
    names = list(found[rounds[0]])
    summaries = [summarise({metric: value} for value in found[number].values()) for number in rounds]
    return Curves(
        metric,
        rounds,
        {name: tuple(found[number].get(name, NOT_MEASURED) for number in rounds) for name in names},
        tuple(each.mean.get(metric, NOT_MEASURED) for each in summaries),
        tuple(each.worst.get(metric, NOT_MEASURED) for each in summaries),
    )


def require_score(metric: str) -> None:
    """Refuse what is no score: a count says nothing of how good a model is.

    Raises:
        ExperimentError: With the scores that there are.
    """
    columns = dict.fromkeys((*COLUMNS, *BINARY_COLUMNS))
    scores = [name for name in columns if isinstance(found := METRICS[name], Number) and not found.is_whole]
    if metric not in scores:
        raise ExperimentError(f"There is no score {str(metric)[:60]!r}.", hint=f"Choose one of: {', '.join(scores)}.")
