"""Rows as a run of two hospitals gives them, and a small federation."""

from collections.abc import Sequence
from functools import cache

from contract.names import EnvoyName
from simulation import Federation, History
from simulation.round_metrics import Model, RoundRow


def rows(metric: str, *values: Sequence[float | None], model: Model = "global") -> list[RoundRow]:
    """Give the rows of hospitals A, B, … of which each list has the values of one after rounds 1, 2, …."""
    return [
        RoundRow(number, EnvoyName("ABCDEFGHIJ"[place]), 40, model, {metric: value, "held_out": 10.0})
        for number, found in enumerate(zip(*values, strict=True), start=1)
        for place, value in enumerate(found)
    ]


@cache
def small_run(strategy: str = "fedavg", seed: int = 0, rounds: int = 3) -> History:
    return Federation.synthetic(hospitals=3, patients=60, seed=seed).run(strategy, rounds)
