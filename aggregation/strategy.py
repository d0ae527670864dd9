"""The strategies by name, and the one act: many updates behind many scalers → one state behind one scaler.

A strategy is one rule, or ``clip+`` in front of one: ``clip+trimmed_mean``. ``clip`` alone stands for ``clip+mean``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from aggregation.clipping import clip
from aggregation.errors import UnknownStrategyError
from aggregation.rules.combined import Combined
from aggregation.rules.fedavg import federated_average, mean
from aggregation.rules.geometric_median import geometric_median
from aggregation.rules.krum import krum, multi_krum
from aggregation.rules.order_statistics import coordinate_median, trimmed_mean
from aggregation.scaling import behind
from aggregation.updates import ModelUpdate, UpdateSet, in_order
from contract.scaler import ScalerState

CLIP = "clip"
DEFAULT_STRATEGY = "clip+fedavg"
"""The director's own: the FedAvg-like one that bore every attack of ``make robustness``; see docs/robustness.md."""
_SMALLEST = {"f": 0, "m": 1}


@dataclass(frozen=True)
class Rule:
    """A way to combine updates, and the whole numbers that it takes with their defaults (None: it follows from n)."""

    combine: Callable[..., Combined]
    parameters: Mapping[str, int | None] = field(default_factory=dict)


RULES: Mapping[str, Rule] = {
    "coordinate_median": Rule(coordinate_median, {"f": 1}),
    "fedavg": Rule(federated_average),
    "geometric_median": Rule(geometric_median),
    "krum": Rule(krum, {"f": 1}),
    "mean": Rule(mean),
    "multi_krum": Rule(multi_krum, {"f": 1, "m": None}),
    "trimmed_mean": Rule(trimmed_mean, {"f": 1}),
}
_CHOICES = f"Choose one of: {', '.join(RULES)}; each also as {CLIP}+…, and {CLIP} alone for {CLIP}+mean."


@dataclass(frozen=True)
class Strategy:
    """A strategy with its parameters, ready to combine.

    Args:
        name: As it was asked for.
        parameters: Those given, and the defaults of the others.
        clips: How often the updates are clipped first.
        combine: The rule.
    """

    name: str
    parameters: Mapping[str, int]
    clips: int
    combine: Callable[[UpdateSet], Combined]
    proximal: float = 0.0
    """Weight μ of the term (μ/2)·‖w - base‖² that hospitals add to their loss; 0: none."""

    @property
    def needs_base(self) -> bool:
        """Whether every update must say what it was trained from."""
        return self.clips > 0


def strategy_named(name: str, parameters: Mapping[str, float]) -> Strategy:
    """Find a strategy.

    Raises:
        UnknownStrategyError: No such strategy, or it has no such parameter, or no such value of it.
    """
    *clips, last = name.split("+")
    if last == CLIP:
        clips, last = [*clips, CLIP], "mean"
    rule = RULES.get(last)
    if rule is None or any(each != CLIP for each in clips):
        raise UnknownStrategyError(f"There is no strategy {name[:60]!r}.", hint=_CHOICES)
    chosen = {parameter: value for parameter, value in rule.parameters.items() if value is not None}
    chosen |= {parameter: _whole(name, rule, parameter, value) for parameter, value in parameters.items()}
    return Strategy(name, chosen, len(clips), partial(rule.combine, **chosen))


def aggregate(updates: Sequence[ModelUpdate], strategy: Strategy, scaler: ScalerState) -> Combined:
    """Put every update behind ``scaler``, clip, combine: models behind different scalers are not averageable.

    Returns:
        The state, and each update's share in the order given.

    Raises:
        NoUpdatesError, InconsistentUpdatesError: The updates are no set.
        NoBaseError: The strategy clips, and an update has no base.
        TooFewUpdatesError: The rule's condition on n and f does not hold.
    """
    ordered = in_order(updates).map(lambda update: behind(update, scaler))
    for _ in range(strategy.clips):
        ordered = clip(ordered)
    combined = strategy.combine(ordered)
    if combined.shares is None:
        return combined
    return replace(combined, shares=tuple(ordered.as_given(combined.shares)))


def _whole(name: str, rule: Rule, parameter: str, value: float) -> int:
    if parameter not in rule.parameters:
        takes = ", ".join(sorted(rule.parameters)) or "none"
        raise UnknownStrategyError(f"Strategy {name} has no parameter {parameter[:60]!r}.", hint=f"It takes: {takes}.")
    if value != int(value) or value < _SMALLEST[parameter]:
        raise UnknownStrategyError(
            f"Strategy {name} can't have {parameter} = {value:g}.",
            hint=f"{parameter} is a whole number, {_SMALLEST[parameter]} or more.",
        )
    return int(value)
