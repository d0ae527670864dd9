"""Stays and what became of the patients → the outcomes of ``contract.clinical.quantities``, and who has none.

MIMIC-IV shifts each patient's dates by an offset of its own, so the tables can't say of a patient until when it would
have been seen. What is taken for a *full window*, therefore:

* of a readmission: one that ends no later than the last discharge in the tables. Where dates are not shifted this is
  what it should be; where they are, it drops next to nothing, and who was readmitted elsewhere or later is not known.
  A patient who dies within the window without having been readmitted has none.
* of death: MIMIC-IV knows deaths (``dod``, a day) until one year after each patient's last discharge; up to there
  whoever has no such day is alive. A hospital whose ``dod`` is not followed up so long can't use this outcome.

A stay that begins within ``SAME_EPISODE`` of the discharge before it, a transfer back most of all, goes on with the
same episode: it is no readmission, and only the last stay of an episode has this outcome.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contract.clinical.quantities import EMERGENCIES
from contract.clinical.stays import SECONDS_A_DAY, Clock, Rows, Stays

SAME_EPISODE = SECONDS_A_DAY
HOSPICE = "HOSPICE"
DAYS_OF_FOLLOW_UP = 365
NEVER = np.iinfo(np.int32).max
"""The day of a death that is not known of."""


@dataclass(frozen=True)
class Fates:
    """What became of the patients of n stays.

    Args:
        died: Whether it was during the stay.
        days_of_death: The day, in days since 1970, or ``NEVER``.
    """

    died: Rows
    days_of_death: NDArray[np.int64]


@dataclass(frozen=True)
class Outcomes:
    """One outcome of n stays.

    Args:
        happened: Whether it did.
        without: Why a stay has no outcome at all → which ones; a stay may be in more than one.
    """

    happened: Rows
    without: Mapping[str, Rows]

    @property
    def known(self) -> Rows:
        """The stays that have it."""
        found = np.ones(len(self.happened), dtype=bool)
        for each in self.without.values():
            found &= ~each
        return found


def outcomes_of(outcome: str, days: int | None, stays: Stays, fates: Fates) -> Outcomes:
    """Give an outcome of each of some stays; all are over, and none overlaps with another.

    Args:
        outcome: One of ``OUTCOMES``.
        days: Its window.
        stays: All that the tables hold, at least one.
        fates: Of the same.
    """
    return _MAKERS[outcome](days or 0, stays, fates)


def _died_in_hospital(days: int, stays: Stays, fates: Fates) -> Outcomes:
    del days, stays
    return Outcomes(fates.died, {})


def _stayed_longer(days: int, stays: Stays, fates: Fates) -> Outcomes:
    del fates
    return Outcomes(stays.discharged - stays.admitted > days * SECONDS_A_DAY, {})


def _readmitted(days: int, stays: Stays, fates: Fates) -> Outcomes:
    window = days * SECONDS_A_DAY
    goes_on, until_next = _what_follows(stays)
    readmitted = until_next <= window
    died_first = fates.days_of_death <= _day(stays.discharged) + days
    without = {
        "died in hospital": fates.died,
        "were discharged to a hospice": stays.discharge_locations.are_in(frozenset({HOSPICE})),
        "go on with another stay of the same episode": goes_on,
        "died within the window": died_first & ~readmitted & ~fates.died,
        "have a window that ends after the last discharge in the tables": stays.discharged + window
        > stays.discharged.max(),
    }
    return Outcomes(readmitted, without)


def _died_after_discharge(days: int, stays: Stays, fates: Fates) -> Outcomes:
    left = _day(stays.discharged)
    died = fates.days_of_death - left <= days
    _, patients = np.unique(stays.patients, return_inverse=True)
    last = np.full(int(patients.max()) + 1, np.iinfo(np.int64).min)
    np.maximum.at(last, patients, left)
    is_beyond = left + days > last[patients] + DAYS_OF_FOLLOW_UP
    without = {
        "died in hospital": fates.died,
        "have a window that ends more than a year after the patient's last discharge": is_beyond & ~died,
    }
    return Outcomes(died, without)


def _what_follows(stays: Stays) -> tuple[Rows, NDArray[np.int64]]:
    """Tell of each stay whether its episode goes on, and the seconds until the next unplanned episode begins."""
    clock = Clock.of(stays)
    order = np.lexsort((stays.discharged, clock.at(slice(None), stays.admitted)))
    patients, admitted, discharged = clock.patients[order], stays.admitted[order], stays.discharged[order]
    goes_on = np.zeros(len(stays), dtype=bool)
    goes_on[:-1] = (patients[1:] == patients[:-1]) & (admitted[1:] - discharged[:-1] <= SAME_EPISODE)
    continues = np.concatenate([[False], goes_on[:-1]])
    counts = stays.admission_types.are_in(EMERGENCIES)[order] & ~continues
    places = np.where(counts, np.arange(len(stays)), len(stays))
    following = np.append(np.minimum.accumulate(places[::-1])[::-1], len(stays))[1:]  # from the next row on
    there = np.minimum(following, len(stays) - 1)
    is_same = (following < len(stays)) & (patients[there] == patients)
    until = np.where(is_same, admitted[there] - discharged, np.iinfo(np.int64).max)
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return goes_on[back], until[back]


def _day(times: NDArray[np.int64]) -> NDArray[np.int64]:
    return times // SECONDS_A_DAY


_MAKERS: Mapping[str, Callable[[int, Stays, Fates], Outcomes]] = {
    "died_in_hospital": _died_in_hospital,
    "stayed_longer": _stayed_longer,
    "readmitted": _readmitted,
    "died_after_discharge": _died_after_discharge,
}
