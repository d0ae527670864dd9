"""The strategies by name, and the one act: many updates behind many scalers → one state behind one scaler."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from aggregation.errors import UnknownStrategyError
from aggregation.fedavg import federated_average
from aggregation.scaling import behind
from aggregation.updates import ModelUpdate
from contract.architecture import State
from contract.scaler import ScalerState


@dataclass(frozen=True)
class Strategy:
    """A way to combine updates, and the parameters that it takes."""

    name: str
    combine: Callable[[Sequence[ModelUpdate]], State]
    parameters: frozenset[str] = frozenset()


STRATEGIES: Mapping[str, Strategy] = {strategy.name: strategy for strategy in (Strategy("fedavg", federated_average),)}


def strategy_named(name: str, parameters: Mapping[str, float]) -> Strategy:
    """Find a strategy.

    Raises:
        UnknownStrategyError: No such strategy, or it has no such parameter.
    """
    strategy = STRATEGIES.get(name)
    if strategy is None:
        raise UnknownStrategyError(f"There is no strategy {name!r}.", hint=f"Choose one of: {', '.join(STRATEGIES)}.")
    unknown = sorted(set(parameters) - strategy.parameters)
    if unknown:
        raise UnknownStrategyError(
            f"Strategy {name} has no parameter {unknown[0]!r}.",
            hint=f"It takes: {', '.join(sorted(strategy.parameters)) or 'none'}.",
        )
    return strategy


def aggregate(updates: Sequence[ModelUpdate], strategy: Strategy, scaler: ScalerState) -> State:
    """Put every update behind ``scaler``, then combine them: models behind different scalers are not averageable."""
    return strategy.combine([behind(update, scaler) for update in updates])
