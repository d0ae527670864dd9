"""Rows that a task leaves out: ``FEATURE OPERATOR VALUE``, such as ``age < 18`` or ``sex = unknown``.

A row is left out where the comparison holds; a missing value compares with nothing.
"""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contract.errors import InvalidInputError
from contract.network import Matrix
from contract.tasks.feature import Feature

_OPERATORS: Mapping[str, Callable[[NDArray[np.float64], float], NDArray[np.bool_]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}
_FORM = re.compile(r"\s*([a-z][a-z0-9_]*)\s*(<=|>=|!=|<|>|=)\s*(.+?)\s*", re.ASCII)


@dataclass(frozen=True)
class Exclusion:
    """One comparison.

    Args:
        text: As it was written.
        place: Which of the features it looks at.
        sign: How it compares.
        value: With which raw number.
    """

    text: str
    place: int
    sign: str
    value: float

    def holds(self, raw: Matrix) -> NDArray[np.bool_]:
        """Tell of each of rows × features whether it is left out."""
        column = raw[:, self.place]
        return _OPERATORS[self.sign](column, self.value) & ~np.isnan(column)


def read_exclusion(text: str, features: Sequence[Feature]) -> Exclusion:
    """Read a comparison.

    Raises:
        InvalidInputError: It is none, its feature is unknown, or the feature can't have the value.
    """
    found = _FORM.fullmatch(text)
    places = {feature.name: place for place, feature in enumerate(features)}
    if found is None or found[1] not in places:
        known = ", ".join(places)
        raise InvalidInputError(
            f"The exclusion {text[:80]!r} is not a feature, one of < <= > >= = != and a value.",
            hint=f"Write such as 'age < 18'; the features are {known}.",
        )
    name, sign, value = found.groups()
    feature = features[places[name]]
    if feature.kind == "category":
        if sign not in ("=", "!="):
            raise InvalidInputError(f"The exclusion {text[:80]!r} orders categories.", hint="Use = or != with them.")
        return Exclusion(text, places[name], sign, feature.value_of(value))
    try:
        return Exclusion(text, places[name], sign, float(value))
    except ValueError:
        raise InvalidInputError(
            f"The exclusion {text[:80]!r} compares {name} with what is no number.", hint="Write a number."
        ) from None


def left_out(exclusions: Sequence[Exclusion], raw: Matrix) -> Mapping[str, NDArray[np.bool_]]:
    """Tell for each exclusion, by its text, which of rows × features it leaves out."""
    return {each.text: each.holds(raw) for each in exclusions}
