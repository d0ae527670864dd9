"""The outcomes against a recount in plain loops, and each rule by an example."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given

from contract.clinical.outcomes import Outcomes, outcomes_of
from contract.clinical.quantities import ADMISSION_TYPES, DISCHARGE_LOCATIONS, EMERGENCIES, OUTCOMES
from contract.clinical.stays import SECONDS_A_DAY
from tests.contract.clinical.made_stays import HOUR, fates_of, sound_rows, stays_of

DAY = SECONDS_A_DAY
ELECTIVE, EMERGENCY = ADMISSION_TYPES.index("ELECTIVE"), ADMISSION_TYPES.index("EW EMER.")
HOSPICE = DISCHARGE_LOCATIONS.index("HOSPICE")
LATER = {"patient": 9, "admitted": 3000 * DAY, "discharged": 3001 * DAY}
"""Of another patient: the tables go on."""


def outcome(name: str, days: int | None, rows: list[dict]) -> Outcomes:
    return outcomes_of(name, days, stays_of(rows), fates_of(rows))


def readmitted(*rows: dict, end: dict = LATER) -> list[bool | None]:
    found = outcome("readmitted", 30, [*rows, end])
    return [bool(happened) if known else None for happened, known in zip(found.happened, found.known, strict=True)][:-1]


def stay(first_day: float, days: float, **more) -> dict:
    begin = int(first_day * DAY)
    return {"admitted": begin, "discharged": begin + int(days * DAY), "type": EMERGENCY, **more}


def recount_of_readmission(rows: list[dict], place: int, days: int) -> bool | None:
    row, same = rows[place], [each for each in rows if each["patient"] == rows[place]["patient"]]
    ordered = sorted(same, key=lambda each: (each["admitted"], each["discharged"]))
    now = next(place for place, each in enumerate(ordered) if each is row)
    episodes = [ordered[0]]
    for before, after in pairwise(ordered):
        if after["admitted"] - before["discharged"] > DAY:
            episodes.append(after)
        elif before is row:
            return None
    if row["died"] or row["discharge_location"] == HOSPICE:
        return None
    if row["discharged"] + days * DAY > max(each["discharged"] for each in rows):
        return None
    for each in ordered[now + 1 :]:
        is_start = any(each is start for start in episodes)
        is_soon = each["admitted"] - row["discharged"] <= days * DAY
        if is_start and is_soon and each["type"] >= 0 and ADMISSION_TYPES[each["type"]] in EMERGENCIES:
            return True
    return None if row["day_of_death"] <= row["discharged"] // DAY + days else False


@given(sound_rows())
def test_readmission_is_what_a_recount_row_by_row_gives(rows):
    found = outcome("readmitted", 30, rows)
    for place in range(len(rows)):
        given_ = bool(found.happened[place]) if found.known[place] else None
        assert given_ == recount_of_readmission(rows, place, 30)


@given(sound_rows())
def test_death_after_discharge_is_what_a_recount_row_by_row_gives(rows):
    found = outcome("died_after_discharge", 365, rows)
    for row, happened, known in zip(rows, found.happened, found.known, strict=True):
        assert known == (not row["died"])
        assert happened == (row["day_of_death"] - row["discharged"] // DAY <= 365)


def test_the_next_emergency_within_the_days_is_a_readmission_and_a_later_one_is_not():
    assert readmitted(stay(0, 2), stay(32, 1), stay(64, 1)) == [True, False, False]


def test_a_planned_admission_is_no_readmission_and_hides_none():
    assert readmitted(stay(0, 2), stay(10, 1, type=ELECTIVE)) == [False, False]
    assert readmitted(stay(0, 2), stay(10, 1, type=ELECTIVE), stay(20, 1)) == [True, True, False]


def test_a_transfer_goes_on_with_the_episode_and_its_last_stay_has_the_outcome():
    assert readmitted(stay(0, 2), stay(2.5, 2), stay(10, 1)) == [None, True, False]
    assert readmitted(stay(0, 2), stay(3, 2)) == [None, False]
    assert readmitted(stay(0, 2), stay(3 + HOUR / DAY, 2)) == [True, False]


def test_an_emergency_that_goes_on_with_a_planned_stay_is_no_readmission():
    assert readmitted(stay(0, 2), stay(10, 1, type=ELECTIVE), stay(11.5, 1)) == [False, None, False]


def test_the_dead_those_in_a_hospice_and_those_without_a_full_window_leave():
    day_of_discharge = 2
    assert readmitted(stay(0, 2, died=True, day_of_death=2)) == [None]
    assert readmitted(stay(0, 2, discharge_location=HOSPICE)) == [None]
    assert readmitted(stay(0, 2, day_of_death=day_of_discharge + 30)) == [None]
    assert readmitted(stay(0, 2, day_of_death=day_of_discharge + 31)) == [False]
    dead = {"day_of_death": 12}
    assert readmitted(stay(0, 2, **dead), stay(10, 2, died=True, **dead)) == [True, None]
    assert readmitted(stay(0, 2), end={**LATER, "admitted": 20 * DAY, "discharged": 32 * DAY}) == [False]
    assert readmitted(stay(0, 2), end={**LATER, "admitted": 20 * DAY, "discharged": 32 * DAY - 1}) == [None]


def test_a_stay_is_long_when_it_is_longer_than_the_days():
    found = outcome("stayed_longer", 7, [stay(0, 7), stay(20, 7 + 1 / DAY)])
    assert found.happened.tolist() == [False, True]
    assert found.known.all()


def test_who_died_in_hospital_is_said_by_the_flag():
    found = outcome("died_in_hospital", None, [stay(0, 7, died=True), stay(20, 7)])
    assert found.happened.tolist() == [True, False]
    assert found.known.all()


@pytest.mark.parametrize(("day", "happened"), [(2, True), (367, True), (368, False)])
def test_a_death_within_a_year_of_the_day_of_discharge_counts(day: int, happened: bool):
    found = outcome("died_after_discharge", 365, [stay(0, 2.9, day_of_death=day)])
    assert found.happened.tolist() == [happened]
    assert found.known.all()


def test_beyond_a_year_after_the_last_discharge_only_the_dead_are_known():
    rows = [stay(0, 2), stay(100, 2), {**stay(0, 2), "patient": 2, "day_of_death": 380}]
    found = outcome("died_after_discharge", 400, rows)
    assert found.happened.tolist() == [False, False, True]
    assert found.known.tolist() == [True, False, True]


def test_every_outcome_can_be_made():
    rows = [stay(0, 2)]
    for name, kind in OUTCOMES.items():
        assert np.shape(outcome(name, 30 if kind.needs_days else None, rows).happened) == (1,)
