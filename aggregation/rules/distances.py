"""How far apart the updates lie, two by two."""

import numpy as np

from aggregation.tiles import stacks
from aggregation.updates import UpdateSet
from contract.network import Matrix


def squared_distances(updates: UpdateSet) -> Matrix:
    """Give the squared Euclidean distance between every two updates.

    By differences, not by products: one absurd update then can't drown the distances between the others in rounding;
    and without BLAS, whose sums depend on the number of threads.
    """
    number = len(updates)
    distances = np.zeros((number, number))
    for _, matrix in stacks(updates.layout, [each.tensors for each in updates.updates]):
        for place in range(number - 1):
            differences = matrix[place + 1 :] - matrix[place]
            distances[place, place + 1 :] += np.einsum("ij,ij->i", differences, differences)
    both: Matrix = distances + distances.T
    return both
