"""Stays → the quantities of ``contract.clinical.quantities``: training and inference both come through here.

A row's *history* are the stays of its patient that began before it and were over when it began: never itself, never one
that is still open. Sums over it are differences of running sums over the stays in order of discharge, so no row's
numbers depend on any other patient's, to the last bit.
"""

from collections.abc import Callable, Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from contract.clinical.codes import CHAPTERS, COMORBIDITIES
from contract.clinical.quantities import EMERGENCIES
from contract.clinical.stays import OPEN, SECONDS_A_DAY, Clock, Stays, Texts

SIX_MONTHS = 183
TWELVE_MONTHS = 365
"""In days, back from the admission: a stay counts that was over no longer ago."""

Column = NDArray[np.float64]
_PREFIXES = ("charlson_", "chapter_")


class Quantities:
    """The quantities of some stays, each made when it is asked for.

    Args:
        stays: At least one; none may end before it begins, none overlap with another.
        rows: The places of the stays that are asked about.
    """

    def __init__(self, stays: Stays, rows: NDArray[np.intp]) -> None:
        self._stays = stays
        self._rows = rows

    def numbers(self, quantity: str) -> Column:
        """Give a quantity that is no category; NaN where a row has none.

        Raises:
            KeyError: There is none of this name.
        """
        if quantity in _NUMBERS:
            return _NUMBERS[quantity](self)
        group = quantity.removeprefix("stay_")
        if not group.startswith(_PREFIXES):
            raise KeyError(quantity)
        bit = _BITS[group]
        if group != quantity:
            return (self._stays.groups[self._rows] >> bit & 1).astype(np.float64)
        return (self._sum(self._stays.groups >> bit & 1) > 0).astype(np.float64)

    def texts(self, quantity: str) -> Texts:
        """Give a quantity that is a category.

        Raises:
            KeyError: There is none of this name.
        """
        columns = {
            "sex": self._stays.sexes,
            "admission_type": self._stays.admission_types,
            "admission_location": self._stays.admission_locations,
            "discharge_location": self._stays.discharge_locations,
        }
        return columns[quantity].take(self._rows)

    @cached_property
    def _clock(self) -> Clock:
        return Clock.of(self._stays)

    @cached_property
    def _discharges(self) -> NDArray[np.int64]:
        """In order of patient and discharge; of stays that end together, one that lasted no time comes last."""
        stays = self._stays
        lasts_no_time = (stays.discharged == stays.admitted).astype(np.int64)
        found: NDArray[np.int64] = self._clock.at(slice(None), stays.discharged) * 2 + lasts_no_time
        return found

    @cached_property
    def _order(self) -> NDArray[np.intp]:
        return np.argsort(self._discharges, kind="stable")

    @cached_property
    def _sorted(self) -> NDArray[np.int64]:
        return self._discharges[self._order]

    @cached_property
    def _end(self) -> NDArray[np.intp]:
        """Behind the last stay, in order, of each row's history."""
        now = self._clock.at(self._rows, self._stays.admitted[self._rows])
        return np.searchsorted(self._sorted, now * 2 + 1)  # left of what lasted no time and ended just now

    @cached_property
    def _begin(self) -> NDArray[np.intp]:
        return np.searchsorted(self._sorted, self._clock.patients[self._rows] * self._clock.span * 2)

    @cached_property
    def _number(self) -> NDArray[np.intp]:
        return self._end - self._begin

    @cached_property
    def _last(self) -> NDArray[np.intp]:
        """The stay that ended last, where there is one."""
        return self._order[np.maximum(self._end - 1, 0)]

    def _sum(self, values: NDArray[np.int64]) -> NDArray[np.int64]:
        """Sum whole numbers, one a stay, over the history of each row."""
        running = np.zeros(len(values) + 1, np.int64)
        np.cumsum(values[self._order], out=running[1:])
        return running[self._end] - running[self._begin]

    def _within(self, days: int) -> Column:
        since = self._stays.admitted[self._rows] - days * SECONDS_A_DAY
        first = np.searchsorted(self._sorted, self._clock.at(self._rows, since) * 2)
        return (self._end - first).astype(np.float64)

    def _where_there_is_one(self, values: Column) -> Column:
        return np.where(self._number > 0, values, np.nan)

    def _days_since_discharge(self) -> Column:
        since = self._stays.admitted[self._rows] - self._stays.discharged[self._last]
        return self._where_there_is_one(since / SECONDS_A_DAY)

    def _previous_stay_days(self) -> Column:
        lasted = self._stays.discharged[self._last] - self._stays.admitted[self._last]
        return self._where_there_is_one(lasted / SECONDS_A_DAY)

    def _emergency_share(self) -> Column:
        """Of the earlier stays whose type is known."""
        types = self._stays.admission_types
        known = self._sum((types.places >= 0).astype(np.int64))
        emergencies = self._sum(types.are_in(EMERGENCIES).astype(np.int64))
        return np.where(known > 0, emergencies / np.maximum(known, 1), np.nan)

    def _length_of_stay(self) -> Column:
        discharged = self._stays.discharged[self._rows]
        return np.where(discharged == OPEN, np.nan, (discharged - self._stays.admitted[self._rows]) / SECONDS_A_DAY)

    def _earlier_admissions(self) -> Column:
        return self._number.astype(np.float64)

    def _earlier_diagnoses(self) -> Column:
        return self._sum(self._stays.diagnoses).astype(np.float64)

    def _stay_diagnoses(self) -> Column:
        return self._stays.diagnoses[self._rows].astype(np.float64)

    def _age(self) -> Column:
        return self._stays.ages[self._rows]

    def _six_months(self) -> Column:
        return self._within(SIX_MONTHS)

    def _twelve_months(self) -> Column:
        return self._within(TWELVE_MONTHS)


_NUMBERS: Mapping[str, Callable[[Quantities], Column]] = {
    "age": Quantities._age,
    "earlier_admissions": Quantities._earlier_admissions,
    "admissions_6_months": Quantities._six_months,
    "admissions_12_months": Quantities._twelve_months,
    "days_since_discharge": Quantities._days_since_discharge,
    "previous_stay_days": Quantities._previous_stay_days,
    "emergency_share": Quantities._emergency_share,
    "earlier_diagnoses": Quantities._earlier_diagnoses,
    "length_of_stay": Quantities._length_of_stay,
    "stay_diagnoses": Quantities._stay_diagnoses,
}
_BITS: Mapping[str, int] = {
    **{f"charlson_{name}": bit for bit, name in enumerate(COMORBIDITIES)},
    **{f"chapter_{name}": bit for bit, name in enumerate(CHAPTERS, start=len(COMORBIDITIES))},
}
