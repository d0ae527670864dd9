"""Hospital stays as columns, and what one look at them tells: which of them contradict themselves or each other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

OPEN = np.iinfo(np.int64).max
"""When a stay ended that is not over."""

SECONDS_A_DAY = 86_400
Times = NDArray[np.int64]
Rows = NDArray[np.bool_]


@dataclass(frozen=True)
class Texts:
    """A column of texts: row i holds ``names[places[i]]``, and nothing where the place is -1."""

    places: NDArray[np.int64]
    names: tuple[str, ...]

    def are_in(self, wanted: frozenset[str]) -> Rows:
        """Tell of each row whether its text is one of these."""
        among = np.array([name in wanted for name in self.names] + [False])
        return among[self.places]

    def take(self, rows: NDArray[np.intp]) -> "Texts":
        """Pick rows by their place."""
        return Texts(self.places[rows], self.names)


@dataclass(frozen=True)
class Stays:
    """n stays of any patients in any order, a row each.

    Args:
        patients: Whose it is, by any number.
        admitted: Seconds since 1970.
        discharged: The same, or ``OPEN``.
        ages: Years at admission; NaN where not known.
        sexes: As MIMIC-IV writes them.
        admission_types: The same.
        admission_locations: The same.
        discharge_locations: The same.
        groups: Of all its codes together (``contract.clinical.codes.groups_of``).
        diagnoses: How many codes it has.
    """

    patients: NDArray[np.int64]
    admitted: Times
    discharged: Times
    ages: NDArray[np.float64]
    sexes: Texts
    admission_types: Texts
    admission_locations: Texts
    discharge_locations: Texts
    groups: NDArray[np.int64]
    diagnoses: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.patients)

    def take(self, rows: NDArray[np.intp]) -> "Stays":
        """Pick rows by their place."""
        columns = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return Stays(**{name: each.take(rows) for name, each in columns.items()})  # arrays and texts alike


@dataclass(frozen=True)
class Clock:
    """Patients and times in one number each, so that one sorted column answers for all patients.

    Args:
        patients: Of each stay the place of its patient in ascending order.
        first: The earliest time.
        span: More seconds than lie between the first and the last.
    """

    patients: NDArray[np.int64]
    first: int
    span: int

    @classmethod
    def of(cls, stays: Stays) -> "Clock":
        """Set a clock for some stays, at least one.

        Raises:
            OverflowError: Too many patients over too many centuries.
        """
        closed = stays.discharged[stays.discharged != OPEN]
        times = [stays.admitted, closed] if len(closed) else [stays.admitted]
        first, last = min(int(each.min()) for each in times), max(int(each.max()) for each in times)
        _, patients = np.unique(stays.patients, return_inverse=True)
        span = last - first + 2  # one second more, for stays that are not over
        if (int(patients.max()) + 1) * span * 2 >= OPEN:
            raise OverflowError("patients and times don't fit into one number")
        return cls(patients.astype(np.int64), first, span)

    def at(self, rows: NDArray[np.intp] | slice, times: Times) -> NDArray[np.int64]:
        """Give the numbers of these rows' patients at these times; before the first and after the last are its ends."""
        return self.patients[rows] * self.span + (np.clip(times, self.first, self.first + self.span - 1) - self.first)


def ending_before_they_begin(stays: Stays) -> Rows:
    """Find the stays whose discharge is before their admission."""
    return stays.discharged < stays.admitted


def overlapping(stays: Stays) -> Rows:
    """Find the stays during which another one of the patient's goes on; none may end before it begins."""
    if not len(stays):
        return np.zeros(0, dtype=bool)
    clock, every = Clock.of(stays), slice(None)
    begin, end = clock.at(every, stays.admitted), clock.at(every, stays.discharged)
    order = np.lexsort((end, begin))
    begin, end = begin[order], end[order]
    found = np.zeros(len(stays), dtype=bool)
    found[1:] = begin[1:] < np.maximum.accumulate(end)[:-1]  # a later patient's numbers are all greater
    found[:-1] |= end[:-1] > begin[1:]
    result = np.empty_like(found)
    result[order] = found
    return result
