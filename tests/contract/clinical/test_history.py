"""The columns against a recount in plain loops, row by row."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.clinical.codes import CHAPTERS, COMORBIDITIES, GROUPS
from contract.clinical.history import SIX_MONTHS, TWELVE_MONTHS, Quantities
from contract.clinical.quantities import ADMISSION_TYPES, EMERGENCIES, QUANTITIES
from contract.clinical.stays import OPEN, SECONDS_A_DAY
from tests.contract.clinical.made_stays import sound_rows, stays_of

NUMBERS = [name for name, each in QUANTITIES.items() if each.kind != "category"]
DAY = SECONDS_A_DAY


def recount(rows: list[dict], place: int) -> dict[str, float]:
    row = rows[place]
    earlier = [
        each
        for each in rows
        if each["patient"] == row["patient"]
        and each["admitted"] < row["admitted"]
        and each["discharged"] <= row["admitted"]
    ]
    last = max(earlier, key=lambda each: (each["discharged"], each["admitted"]), default=None)
    typed = [ADMISSION_TYPES[each["type"]] in EMERGENCIES for each in earlier if each["type"] >= 0]
    groups = 0
    for each in earlier:
        groups |= each["groups"]

    def recent(days: int) -> float:
        return float(sum(each["discharged"] >= row["admitted"] - days * DAY for each in earlier))

    found = {
        "age": row["age"],
        "earlier_admissions": float(len(earlier)),
        "admissions_6_months": recent(SIX_MONTHS),
        "admissions_12_months": recent(TWELVE_MONTHS),
        "days_since_discharge": (row["admitted"] - last["discharged"]) / DAY if last else math.nan,
        "previous_stay_days": (last["discharged"] - last["admitted"]) / DAY if last else math.nan,
        "emergency_share": sum(typed) / len(typed) if typed else math.nan,
        "earlier_diagnoses": float(sum(each["diagnoses"] for each in earlier)),
        "length_of_stay": (row["discharged"] - row["admitted"]) / DAY,
        "stay_diagnoses": float(row["diagnoses"]),
    }
    for bit, name in enumerate(GROUPS):
        kind = "charlson" if bit < len(COMORBIDITIES) else "chapter"
        found[f"{kind}_{name}"] = float(groups >> bit & 1)
        found[f"stay_{kind}_{name}"] = float(row["groups"] >> bit & 1)
    return found


@given(sound_rows())
def test_every_quantity_is_what_a_recount_row_by_row_gives(rows):
    stays = stays_of(rows)
    quantities = Quantities(stays, np.arange(len(rows)))
    columns = {name: quantities.numbers(name) for name in NUMBERS}
    for place in range(len(rows)):
        expected = recount(rows, place)
        assert set(expected) == set(NUMBERS)
        for name in NUMBERS:
            np.testing.assert_equal(columns[name][place], expected[name], err_msg=name)


@given(sound_rows(), st.randoms(use_true_random=False))
def test_a_row_is_the_same_to_the_last_bit_alone_and_among_others(rows, random):
    chosen = random.randrange(len(rows))
    own = [row for row in rows if row["patient"] == rows[chosen]["patient"]]
    random.shuffle(own)
    alone = Quantities(stays_of(own), np.array([own.index(rows[chosen])]))
    among = Quantities(stays_of(rows), np.array([chosen]))
    for name in NUMBERS:
        assert alone.numbers(name).tobytes() == among.numbers(name).tobytes(), name


@settings(max_examples=30)
@given(sound_rows())
def test_neither_the_stay_itself_nor_what_is_open_when_it_begins_is_in_its_history(rows):
    """A change of what is not over yet changes no number of the history."""
    stays = stays_of(rows)
    for place, row in enumerate(rows):
        other = [
            {**each, "groups": 0, "diagnoses": 0, "type": 0}
            if each["discharged"] > row["admitted"] or each is row
            else each
            for each in rows
        ]
        for name in (name for name in NUMBERS if QUANTITIES[name].availability == "history"):
            before = Quantities(stays, np.array([place])).numbers(name)
            after = Quantities(stays_of(other), np.array([place])).numbers(name)
            assert before.tobytes() == after.tobytes(), name


def test_a_stay_that_is_not_over_when_the_next_begins_is_not_in_its_history():
    """Such stays are left out before; were they not, no number would tell of them."""
    rows = [{"admitted": 0, "discharged": 10 * DAY, "groups": 1}, {"admitted": 5 * DAY, "discharged": 20 * DAY}]
    begun_before = [sum(each["admitted"] < row["admitted"] for each in rows) for row in rows]
    quantities = Quantities(stays_of(rows), np.arange(2))
    assert begun_before == [0, 1]  # what a builder that leaks would count
    assert quantities.numbers("earlier_admissions").tolist() == [0.0, 0.0]
    assert quantities.numbers(f"charlson_{COMORBIDITIES[0]}").tolist() == [0.0, 0.0]


def test_a_stay_that_begins_when_the_last_one_ends_has_that_in_its_history():
    stays = stays_of([{"admitted": 0, "discharged": DAY}, {"admitted": DAY, "discharged": 2 * DAY}])
    assert Quantities(stays, np.arange(2)).numbers("earlier_admissions").tolist() == [0.0, 1.0]


def test_a_stay_that_is_not_over_has_a_history_and_no_length():
    stays = stays_of([{"admitted": 0, "discharged": DAY}, {"admitted": 3 * DAY, "discharged": OPEN}])
    quantities = Quantities(stays, np.array([1]))
    assert quantities.numbers("days_since_discharge").tolist() == [2.0]
    assert np.isnan(quantities.numbers("length_of_stay")).all()


def test_of_earlier_stays_of_unknown_type_there_is_no_share_of_emergencies():
    stays = stays_of([{"admitted": 0, "discharged": DAY, "type": -1}, {"admitted": 3 * DAY, "discharged": 4 * DAY}])
    assert np.isnan(Quantities(stays, np.arange(2)).numbers("emergency_share")).all()


def test_categories_are_texts():
    quantities = Quantities(stays_of([{"sex": 1, "type": 3, "location": -1}]), np.array([0]))
    assert quantities.texts("sex").names[quantities.texts("sex").places[0]] == "M"
    assert quantities.texts("admission_type").places.tolist() == [3]
    assert quantities.texts("admission_location").places.tolist() == [-1]
    assert quantities.texts("discharge_location").places.tolist() == [6]


@pytest.mark.parametrize("name", ["charlson_nothing", "weight", "stay_age"])
def test_an_unknown_quantity_is_no_number(name: str):
    with pytest.raises(KeyError):
        Quantities(stays_of([{}]), np.array([0])).numbers(name)


def test_chapters_follow_the_comorbidities():
    stays = stays_of([{"groups": 1 << len(COMORBIDITIES)}])
    assert Quantities(stays, np.array([0])).numbers(f"stay_chapter_{CHAPTERS[0]}").tolist() == [1.0]
