"""The strategies by name, and the one act: many updates behind many scalers → one state behind one scaler.

A strategy is one rule, or ``clip+`` in front of one: ``clip+trimmed_mean``. ``clip`` alone stands for ``clip+mean``.
Some go on from round to round: what they remember is handed in and given back, never kept here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from aggregation.clipping import clip
from aggregation.errors import UnknownStrategyError
from aggregation.parameters import Parameter
from aggregation.rules.combined import Combined
from aggregation.rules.fedavg import federated_average, mean, proximal_average
from aggregation.rules.geometric_median import geometric_median
from aggregation.rules.krum import krum, multi_krum
from aggregation.rules.order_statistics import coordinate_median, trimmed_mean
from aggregation.rules.server_optimizers import SMALLEST_TAU, FedAdam, FedAvgM, FedYogi, ServerOptimizer, step_from
from aggregation.scaling import behind
from aggregation.starts import Starts
from aggregation.updates import ModelUpdate, Tensors, UpdateSet, in_order, shares
from contract.scaler import ScalerState

CLIP = "clip"
DEFAULT_STRATEGY = "clip+fedavg"
"""The director's own: the FedAvg-like one that bore every attack of ``make robustness``; see docs/robustness.md."""

_BAD = Parameter(1, 0, is_whole=True)
_CHOSEN = Parameter(None, 1, is_whole=True)
_PART = replace(Parameter(0.9, 0, 1), takes_most=False)
_ADAPTIVE = {
    "server_rate": Parameter(0.1, 0, 100, takes_least=False),
    "beta1": _PART,
    "beta2": replace(_PART, default=0.99),
    "tau": Parameter(1e-3, SMALLEST_TAU, 1),
}


@dataclass(frozen=True)
class Rule:
    """A way to combine updates.

    Args:
        combine: Combines, and takes the parameters by name.
        summary: What it does, in a sentence for whoever chooses, with its condition on n updates of which f are bad.
        parameters: The numbers that it takes.
        server: Where the result is a step of an optimizer: makes it, and takes the parameters in combine's place.
        proximal: Which parameter hospitals train with, as FedProx's μ; None: none.
    """

    combine: Callable[..., Combined]
    summary: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    server: Callable[..., ServerOptimizer] | None = None
    proximal: str | None = None


RULES: Mapping[str, Rule] = {
    "coordinate_median": Rule(
        coordinate_median, "The median of each number by itself; bears f bad updates of n, with n > 2f.", {"f": _BAD}
    ),
    "fedadam": Rule(
        federated_average,
        "An adaptive step towards the average, further where a number moves steadily; bears no bad update.",
        _ADAPTIVE,
        FedAdam,
    ),
    "fedavg": Rule(
        federated_average, "The average, each hospital weighted by its number of examples; bears no bad update."
    ),
    "fedavgm": Rule(
        federated_average,
        "A step towards the average with momentum of the rounds before; bears no bad update.",
        {"server_rate": Parameter(1.0, 0, 100, takes_least=False), "momentum": _PART},
        FedAvgM,
    ),
    "fedprox": Rule(
        proximal_average,
        "The average as of fedavg; hospitals hold their models near the start by mu; bears no bad update.",
        {"mu": Parameter(0.01, 0, 1000, takes_least=False)},
        proximal="mu",
    ),
    "fedyogi": Rule(
        federated_average,
        "An adaptive step as of fedadam whose pace changes less abruptly; bears no bad update.",
        _ADAPTIVE,
        FedYogi,
    ),
    "geometric_median": Rule(
        geometric_median, "The point whose distances to all updates have the smallest sum; bears any minority."
    ),
    "krum": Rule(
        krum,
        "The one update that is nearest to its neighbours; bears f bad updates of n, with n ≥ 2f + 3.",
        {"f": _BAD},
    ),
    "mean": Rule(mean, "The plain average, each hospital counting the same; bears no bad update."),
    "multi_krum": Rule(
        multi_krum,
        "The average of the m updates nearest to their neighbours; bears f bad updates of n, with n ≥ 2f + 3.",
        {"f": _BAD, "m": _CHOSEN},
    ),
    "trimmed_mean": Rule(
        trimmed_mean,
        "The average of each number without its f smallest and f largest; bears f bad updates of n, with n > 2f.",
        {"f": _BAD},
    ),
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
        server: The optimizer whose step the result is; None: it is what the rule gives.
        proximal: Weight μ of the term (μ/2)·‖w - base‖² that hospitals add to their loss; 0: none.
    """

    name: str
    parameters: Mapping[str, float]
    clips: int
    combine: Callable[[UpdateSet], Combined]
    server: ServerOptimizer | None = None
    proximal: float = 0.0

    @property
    def needs_base(self) -> bool:
        """Whether every update must say what it was trained from."""
        return self.clips > 0 or self.server is not None

    @property
    def memory(self) -> tuple[str, ...]:
        """Name what it goes on from: what ``Combined.memory`` gives and the next ``move`` takes; mostly nothing."""
        return () if self.server is None else tuple(self.server.beginning)


def strategy_named(name: str, parameters: Mapping[str, float]) -> Strategy:
    """Find a strategy.

    Raises:
        UnknownStrategyError: No such strategy, or it has no such parameter, or no such value of it.
    """
    clips, rule = _read(name)
    chosen = {parameter: each.default for parameter, each in rule.parameters.items() if each.default is not None}
    chosen |= {parameter: _checked(name, rule, parameter, value) for parameter, value in parameters.items()}
    return Strategy(
        name,
        chosen,
        clips,
        rule.combine if rule.server else partial(rule.combine, **chosen),
        rule.server(**chosen) if rule.server else None,
        chosen[rule.proximal] if rule.proximal else 0.0,
    )


def is_of_rule(name: str, rule: str) -> bool:
    """Tell whether a strategy is a rule, or that rule behind clipping.

    Raises:
        UnknownStrategyError: No such strategy.
    """
    return _read(name)[1] is RULES.get(rule)


def aggregate(
    updates: Sequence[ModelUpdate],
    strategy: Strategy,
    scaler: ScalerState,
    *,
    base: Tensors | None = None,
    memory: Mapping[str, Tensors] | None = None,
) -> Combined:
    """Put every update behind ``scaler``, clip, combine, step: models behind different scalers are not averageable.

    Args:
        updates: One a hospital.
        strategy: How.
        scaler: What the result stands behind.
        base: Where a strategy with a server's optimizer steps from, behind ``scaler``; None: what the updates started
            from.
        memory: What such a strategy gave back the last time, behind ``scaler``; None: it begins anew.

    Returns:
        The state, each update's share in the order given, and what to remember.

    Raises:
        NoUpdatesError, InconsistentUpdatesError: The updates are no set.
        NoBaseError: The strategy needs the starts, and an update has none.
        TooFewUpdatesError: The rule's condition on n and f does not hold.
        AggregationError: ``memory`` is another strategy's.
    """
    ordered = in_order(updates).map(lambda update: behind(update, scaler))
    for _ in range(strategy.clips):
        ordered = clip(ordered)
    combined = strategy.combine(ordered)
    if strategy.server is not None:
        if base is None:
            base = Starts([each.change.base for each in ordered.updates], shares(ordered.updates))
        state, remembered = step_from(base, combined.state, strategy.server, ordered.layout, memory)
        combined = replace(combined, state=state, memory=remembered)
    if combined.shares is None:
        return combined
    return replace(combined, shares=tuple(ordered.as_given(combined.shares)))


def _read(name: str) -> tuple[int, Rule]:
    """Read a strategy's name: how often it clips, and its rule."""
    *clips, last = name.split("+")
    if last == CLIP:
        clips, last = [*clips, CLIP], "mean"
    rule = RULES.get(last)
    if rule is None or any(each != CLIP for each in clips):
        raise UnknownStrategyError(f"There is no strategy {name[:60]!r}.", hint=_CHOICES)
    return len(clips), rule


def _checked(name: str, rule: Rule, parameter: str, value: float) -> float:
    if parameter not in rule.parameters:
        takes = ", ".join(sorted(rule.parameters)) or "none"
        raise UnknownStrategyError(f"Strategy {name} has no parameter {parameter[:60]!r}.", hint=f"It takes: {takes}.")
    return rule.parameters[parameter].checked(name, parameter, value)
