"""Averages of states: by the number of examples, or plain.

Source: McMahan et al. 2017, "Communication-Efficient Learning of Deep Networks from Decentralized Data", Algorithm 1.
"""

from aggregation.rules.combined import Combined
from aggregation.rules.weighted_mean import weighted_mean
from aggregation.updates import UpdateSet, shares


def federated_average(updates: UpdateSet) -> Combined:
    """Average the hospitals' states, each weighted by its number of examples: w = sum_k (n_k / n) w_k."""
    return weighted_mean(updates, shares(updates.updates))


def proximal_average(updates: UpdateSet, *, mu: float) -> Combined:
    """Average as FedAvg does: μ is for the hospitals, who hold their models near the start by it.

    Source: Li et al. 2020, "Federated Optimization in Heterogeneous Networks", Algorithm 2, weighted by examples.
    """
    return federated_average(updates)


def mean(updates: UpdateSet) -> Combined:
    """Average the hospitals' states, each counting the same."""
    return weighted_mean(updates, [1 / len(updates)] * len(updates))
