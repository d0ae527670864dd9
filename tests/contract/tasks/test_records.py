"""A patient's record and the rows of tables give the same raw numbers, and only what the task knows."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from contract.clinical.quantities import ADMISSION_LOCATIONS, ADMISSION_TYPES, DISCHARGE_LOCATIONS
from contract.clinical.stays import OPEN
from contract.errors import InvalidInputError
from contract.names import TaskName
from contract.tasks import BUILT_IN_TASKS
from contract.tasks.records import UNKNOWN, raw_matrix, raw_of_record
from tests.contract.clinical.made_stays import SEXES, sound_rows, stays_of

CODED = BUILT_IN_TASKS[TaskName("readmission_30d_coded")]
AT_ADMISSION = BUILT_IN_TASKS[TaskName("mortality_in_hospital")]
RECORD: dict[str, Any] = {
    "age": 71,
    "sex": "F",
    "admission_type": "URGENT",
    "admission_location": "EMERGENCY ROOM",
    "admissions": [
        {
            "admitted": "2150-01-01 10:00:00",
            "discharged": "2150-01-03 10:00:00",
            "admission_type": "ELECTIVE",
            "diagnoses": [{"icd_code": "I50.23", "icd_version": 10}],
        },
        {"admitted": "2150-02-01 10:00:00", "discharged": "2150-02-09 22:00:00"},
    ],
}


def text_of(place: int, names: tuple[str, ...]) -> str | None:
    return names[place] if place >= 0 else None


def time_of(seconds: int) -> str:
    return str(datetime(1970, 1, 1) + timedelta(seconds=seconds))


def record_of(rows: list[dict], row: dict) -> dict:
    """What a hospital would send of a patient when this stay of its is over."""
    before = [
        each
        for each in rows
        if each["patient"] == row["patient"]
        and (each["admitted"], each["discharged"]) < (row["admitted"], row["discharged"])
    ]
    return {
        "age": row["age"],
        "sex": SEXES[row["sex"]],
        "admission_location": text_of(row["location"], ADMISSION_LOCATIONS),
        "discharge_location": text_of(row["discharge_location"], DISCHARGE_LOCATIONS),
        "admissions": [
            {
                "admitted": time_of(each["admitted"]),
                "discharged": time_of(each["discharged"]),
                "admission_type": text_of(each["type"], ADMISSION_TYPES),
                "diagnoses": [{"icd_code": code, "icd_version": version} for code, version in each["codes"]],
            }
            for each in [*before, row]
        ],
    }


@given(sound_rows(), st.data())
def test_a_row_of_the_tables_and_its_record_give_the_same_vector_to_the_last_bit(rows, data):
    place = data.draw(st.integers(0, len(rows) - 1))
    row = rows[place]
    assume(row["type"] >= 0)
    assume(row["discharge_location"] < 0 or DISCHARGE_LOCATIONS[row["discharge_location"]] not in ("DIED", "HOSPICE"))
    raw, unknown = raw_of_record(CODED, record_of(rows, row))
    expected = raw_matrix(CODED.features, stays_of(rows), np.array([place]))[0]
    assert raw.tobytes() == expected.tobytes()
    assert unknown >= sum(code == ("U999", 10) for code in row["codes"])


@settings(max_examples=30)
@given(sound_rows(), st.data())
def test_at_admission_a_record_is_the_same_whether_the_stay_is_over_or_only_begins(rows, data):
    row = data.draw(st.sampled_from(rows))
    assume(row["type"] >= 0)
    over = record_of(rows, row)
    *before, last = over["admissions"]
    del over["discharge_location"]
    begins = {
        **over,
        "admitted": last["admitted"],
        "admission_type": last["admission_type"],
        "admissions": before,
    }
    assert raw_of_record(AT_ADMISSION, over)[0].tobytes() == raw_of_record(AT_ADMISSION, begins)[0].tobytes()


def test_each_number_stands_where_the_task_has_its_feature():
    raw, unknown = raw_of_record(AT_ADMISSION, RECORD)
    found = dict(zip((feature.name for feature in AT_ADMISSION.features), raw, strict=True))
    assert unknown == 0
    assert found["age"] == 71
    assert found["sex"] == 0
    assert found["admission_type"] == ADMISSION_TYPES.index("URGENT")
    assert found["earlier_admissions"] == found["admissions_6_months"] == 1
    assert found["days_since_discharge"] == 29
    assert found["previous_stay_days"] == 2
    assert found["emergency_share"] == 0
    assert found["charlson_heart_failure"] == found["chapter_circulatory"] == 1
    assert sum(raw[10:]) == 3
    AT_ADMISSION.check_matrix(raw[np.newaxis])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"age": 17}, "Feature age is outside 18 to 120"),
        ({"age": 121}, "Feature age is outside 18 to 120"),
        ({"sex": "X"}, "Feature sex is none of its categories"),
        ({"admission_type": "BY SHIP"}, "Feature admission_type is none of its categories"),
    ],
)
def test_a_value_that_the_task_does_not_know_is_out_of_bounds(change: dict, says: str):
    with pytest.raises(InvalidInputError, match=says) as refused:
        raw_of_record(AT_ADMISSION, {**RECORD, **change})
    assert refused.value.is_out_of_bounds


@pytest.mark.parametrize("name", ["age", "sex", "admission_type"])
def test_what_may_not_be_missing_must_be_there(name: str):
    with pytest.raises(InvalidInputError, match=f"Feature {name} is null") as refused:
        raw_of_record(AT_ADMISSION, {key: value for key, value in RECORD.items() if key != name})
    assert not refused.value.is_out_of_bounds


def test_a_patient_whom_the_task_leaves_out_is_out_of_bounds():
    no_women = replace(AT_ADMISSION, exclusions=("sex = F",))
    with pytest.raises(InvalidInputError, match="leaves such a patient out: sex = F") as refused:
        raw_of_record(no_women, RECORD)
    assert refused.value.is_out_of_bounds


def test_a_task_that_is_asked_at_discharge_needs_one():
    *before, last = RECORD["admissions"]
    still_there = {**RECORD, "admissions": [*before, {"admitted": last["admitted"]}]}
    assert raw_of_record(AT_ADMISSION, still_there)[0].tobytes() == raw_of_record(AT_ADMISSION, RECORD)[0].tobytes()
    with pytest.raises(InvalidInputError, match="not over, and this task is asked at discharge"):
        raw_of_record(CODED, still_there)


def test_a_text_of_the_tables_that_is_no_category_is_marked():
    stays = stays_of([{"discharged": OPEN, "type": 0, "location": -1}])
    sex, kind, location = (feature for feature in AT_ADMISSION.features if feature.kind == "category")
    narrow = replace(kind, categories=("ELECTIVE", "URGENT"))
    raw = raw_matrix([sex, location, narrow], stays, np.array([0]))
    assert raw[0, 0] == 0
    assert np.isnan(raw[0, 1])
    assert raw[0, 2] == UNKNOWN
