"""One input of a task: what values it has, when it is known, and the columns of the vector that it becomes.

A *value* is what a table's cell or a question holds. A *raw* number stands for it: itself, 0 or 1 of a flag, the place
of a category in the feature's list, NaN where it is missing. *Columns* are what scaler and network see: one of a
number, one for each category, and one more, at the end, that says whether the value was missing.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from contract.clinical.quantities import Availability, Kind
from contract.errors import InvalidInputError

NO_UNIT = "none"
"""What stands for the unit of a value that has none."""


def _is_default(value: object) -> bool:
    return value is None or value == ()


_LeftOut = Field(exclude_if=_is_default)
"""What is not said is not written: a party of the version before, which does not know the field, reads the rest."""


@dataclass(frozen=True)
class Column:
    """One number of the vector: its name, its unit, its bounds, and whether it is 0 or 1 and nothing between.

    What is 0 or 1 is not standardised: a rare one would become a huge number, and its mean would tell of a hospital how
    many patients have it, however few they are.
    """

    name: str
    unit: str
    minimum: float
    maximum: float
    is_binary: bool


@dataclass(frozen=True)
class Feature:
    """One input.

    Args:
        name: Stable name.
        unit: Of its values, in words.
        source: Where it comes from: in a MIMIC-IV task a quantity (``contract.clinical``), in a table its column.
        kind: A count is whole, a flag is 0 or 1, a category is one of ``categories``.
        minimum: The least that a value can be; 0 of a flag and a category.
        maximum: The most; 1 of a flag and a category.
        availability: Since when it is known; None: the task is of before that was asked.
        missing: The value that stands for one that is not there, with a column that says so; None: it must be there.
        categories: What a category can be, in the order of the columns.
    """

    name: str
    unit: str
    source: str
    kind: Kind
    minimum: float
    maximum: float
    availability: Annotated[Availability | None, _LeftOut] = None
    missing: Annotated[float | str | None, _LeftOut] = None
    categories: Annotated[tuple[str, ...], _LeftOut] = ()

    def __post_init__(self) -> None:
        # 0 and 0.0 are one bound but two texts: the digest of a task shall not depend on how it was written
        object.__setattr__(self, "minimum", float(self.minimum))
        object.__setattr__(self, "maximum", float(self.maximum))
        if isinstance(self.missing, int):
            object.__setattr__(self, "missing", float(self.missing))

    @property
    def may_be_missing(self) -> bool:
        """Whether a value need not be there."""
        return self.missing is not None

    @property
    def range(self) -> str:
        """The bounds with the unit, for a person."""
        return f"{self.minimum:g} to {self.maximum:g} {self.unit}".removesuffix(f" {NO_UNIT}")

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the vector that it becomes, in order."""
        names = [f"{self.name}={category}" for category in self.categories] or [self.name]
        is_binary = self.kind in ("flag", "category")
        columns = tuple(Column(name, self.unit, self.minimum, self.maximum, is_binary) for name in names)
        said = Column(f"{self.name}:missing", "0 or 1", 0.0, 1.0, is_binary=True)
        return (*columns, said) if self.may_be_missing else columns

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Category → its place."""
        return {category: place for place, category in enumerate(self.categories)}

    def value_of(self, value: object) -> float:
        """Check one value as it came from JSON, and give its raw number; NaN where it may be missing and is None.

        Raises:
            InvalidInputError: It is not what the feature can be.
        """
        if value is None and self.may_be_missing:
            return math.nan
        if self.kind == "category":
            return self._place_of(value)
        if self.kind == "flag":
            return self._flag_of(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._refuse(f"is {_json_type(value)}, not a number")
        if isinstance(value, float) and not math.isfinite(value):
            raise self._refuse("is not a finite number")
        if not self.minimum <= value <= self.maximum:
            raise self._refuse(f"is outside {self.range}", is_out_of_bounds=True)
        if self.kind == "count" and value != int(value):
            raise self._refuse("is a count and must be whole")
        return float(value)

    def sound(self, raw: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell of many raw numbers whether each can be one of the feature."""
        good: NDArray[np.bool_] = (raw >= self.minimum) & (raw <= self.highest)  # false for NaN
        if self.kind != "number":
            good &= raw == np.floor(raw)
        return good | np.isnan(raw) if self.may_be_missing else good

    def check_column(self, raw: NDArray[np.float64]) -> None:
        """Check many raw numbers at once.

        Raises:
            InvalidInputError: As ``value_of``; the fact ``row`` is the first bad one, counted from 1.
        """
        good = self.sound(raw)
        if not good.all():
            row = int(np.argmin(good))
            try:
                self.value_of("" if self.kind == "category" else float(raw[row]))  # no category is empty
            except InvalidInputError as error:
                raise in_row(error, row + 1) from None

    def encode(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn n sound raw numbers into n × columns."""
        if self.kind != "category" and not self.may_be_missing:
            return raw[:, np.newaxis]
        gone = np.isnan(raw)
        filled = np.where(gone, self._stand_in, raw) if self.may_be_missing else raw
        columns = [filled]
        if self.kind == "category":
            columns = [(filled == place).astype(np.float64) for place in range(len(self.categories))]
        return np.stack([*columns, gone.astype(np.float64)] if self.may_be_missing else columns, axis=1)

    @property
    def highest(self) -> float:
        """The highest raw number."""
        return len(self.categories) - 1.0 if self.kind == "category" else self.maximum

    @cached_property
    def _stand_in(self) -> float:
        """The raw number of the value that stands for a missing one."""
        return self.value_of(self.missing)

    def _place_of(self, value: object) -> float:
        if not isinstance(value, str):
            raise self._refuse(f"is {_json_type(value)}, not a text")
        if value not in self.places:
            raise self._refuse("is none of its categories", is_out_of_bounds=True)
        return float(self.places[value])

    def _flag_of(self, value: object) -> float:
        if not isinstance(value, int | float) or value not in (0, 1):  # true and false are these two
            raise self._refuse("is neither 0 nor 1")
        return float(value)

    def _refuse(self, why: str, *, is_out_of_bounds: bool = False) -> InvalidInputError:
        if self.kind == "category":
            wants = f"Send one of: {', '.join(self.categories)}."
        elif self.kind == "flag":
            wants = "Send 0 or 1."
        else:
            whole = "whole " if self.kind == "count" else ""
            wants = f"Send a {whole}number from {self.minimum:g} to {self.maximum:g}."
        sentence = f"Feature {self.name} {why}."
        return InvalidInputError(sentence, hint=wants, is_out_of_bounds=is_out_of_bounds, feature=self.name)


def in_row(error: InvalidInputError, row: int) -> InvalidInputError:
    """Say in which row of many (counted from 1) an input is wrong."""
    facts = {**error.facts, "row": row}
    return InvalidInputError(
        f"Row {row}: {error.sentence}", hint=error.hint, is_out_of_bounds=error.is_out_of_bounds, **facts
    )


def _json_type(value: object) -> str:
    names = {bool: "a boolean", str: "a text", type(None): "null", list: "a list", dict: "an object"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else "something else")
