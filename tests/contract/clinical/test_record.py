import math
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.clinical.codes import groups_of
from contract.clinical.record import MAX_ADMISSIONS, MAX_DIAGNOSES, read_record, stays_of
from contract.clinical.stays import OPEN
from contract.errors import InvalidInputError

FIRST = {"admitted": "2150-01-01 10:00:00", "discharged": "2150-01-03 10:00:00"}
SECOND = {"admitted": "2150-02-01T00:00", "discharged": "2150-02-02"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("2150-01-01"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
DIAGNOSES = st.fixed_dictionaries({}, optional={"icd_code": JSON | st.just("I10"), "icd_version": JSON | st.just(10)})
ADMISSIONS = st.fixed_dictionaries(
    {"admitted": st.sampled_from(["2150-01-01", "2150-03-01 10:00:00"]) | JSON},
    optional={"discharged": JSON, "admission_type": JSON, "diagnoses": st.lists(DIAGNOSES, max_size=3) | JSON},
)
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "age": JSON,
        "sex": JSON,
        "admission_type": JSON,
        "admitted": JSON,
        "admissions": st.lists(ADMISSIONS, max_size=3) | JSON,
        "x": JSON,
    },
)


def code(text: object = "I10", version: object = 10) -> dict:
    return {"icd_code": text, "icd_version": version}


def test_the_stay_that_is_asked_about_is_the_one_admitted_last():
    record = read_record({"age": 50, "sex": "F", "admissions": [SECOND, FIRST]})
    assert record.index == 0
    stays, rows = stays_of([record])
    assert rows.tolist() == [0]
    assert datetime(1970, 1, 1) + timedelta(seconds=int(stays.admitted[0])) == datetime(2150, 2, 1)
    assert stays.discharged[0] - stays.admitted[0] == 86_400
    assert stays.ages.tolist() == [50.0, 50.0]


def test_a_stay_that_begins_now_stands_at_the_top_and_is_not_over():
    record = read_record({"admitted": "2150-03-01", "admission_type": "URGENT", "admissions": [FIRST, SECOND]})
    assert record.index == 2
    stays, rows = stays_of([record])
    assert stays.discharged[rows].tolist() == [OPEN]
    assert stays.admission_types.names == ("URGENT",)
    assert stays.admission_types.places.tolist() == [-1, -1, 0]


def test_the_last_admission_needs_no_discharge():
    record = read_record({"admissions": [FIRST, {"admitted": SECOND["admitted"], "discharged": None}]})
    assert record.admissions[record.index].discharged == OPEN


def test_codes_are_counted_joined_and_those_of_no_group_named():
    first = {**FIRST, "diagnoses": [code("i50.23"), code("U99.9"), code("4280", 9)]}
    record = read_record({"admissions": [first, {**SECOND, "diagnoses": [code("xx")]}]})
    assert record.unknown_codes == 2
    stays, _ = stays_of([record])
    assert stays.diagnoses.tolist() == [3, 1]
    assert stays.groups.tolist() == [groups_of("I5023", 10) | groups_of("4280", 9), 0]


def test_what_is_not_said_is_missing():
    record = read_record({"admitted": "2150-03-01", "sex": None, "admission_location": " "})
    assert math.isnan(record.age)
    stays, rows = stays_of([record])
    for texts in (stays.sexes, stays.admission_types, stays.admission_locations, stays.discharge_locations):
        assert texts.places[rows].tolist() == [-1]


def test_many_records_are_as_many_patients():
    one = read_record({"sex": "F", "admissions": [FIRST, SECOND]})
    other = read_record({"sex": "M", "admitted": "2150-01-02"})
    stays, rows = stays_of([one, other])
    assert rows.tolist() == [1, 2]
    assert stays.patients.tolist() == [0, 0, 1]
    assert [stays.sexes.names[place] for place in stays.sexes.places] == ["F", "F", "M"]


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ({}, "has no stay"),
        ({"admissions": []}, "has no stay"),
        ({"admissions": [FIRST], "weight": 3}, "The record has unknown weight"),
        ({"admissions": [{**FIRST, "death": 1}]}, "Admission 1 has unknown death"),
        ({"admissions": [{**FIRST, "diagnoses": [{**code(), "seq_num": 1}]}]}, "diagnosis 1 has unknown seq_num"),
        ({"admissions": {"a": 1}}, "admissions is not a list"),
        ({"admissions": [3]}, "Admission 1 is not an object"),
        ({"admissions": [{"discharged": "2150-01-01"}]}, "Admission 1: admitted is not a time"),
        ({"admissions": [{"admitted": "2150-02-30"}]}, "admitted is not a time"),
        ({"admissions": [{"admitted": "2150-01-01T10:00:00Z"}]}, "admitted is not a time"),
        ({"admissions": [{"admitted": 5}]}, "admitted is not a time"),
        ({"admissions": [{**FIRST, "discharged": "2149-01-01"}]}, "Admission 1 is discharged before it is admitted"),
        ({"admissions": [FIRST, {**FIRST, "admitted": "2150-01-02"}]}, "Admission 1 overlaps with another one"),
        ({"admissions": [{"admitted": "2150-01-01"}, SECOND]}, "Admission 1 overlaps with another one"),
        ({"admitted": "2150-01-15", "admissions": [FIRST, SECOND]}, "is before one of its admissions"),
        ({"admitted": "2150-01-02", "admissions": [FIRST]}, "overlaps with another one"),
        ({"admissions": [FIRST], "age": True}, "age is not a finite number"),
        ({"admissions": [FIRST], "age": math.inf}, "age is not a finite number"),
        ({"admissions": [FIRST], "age": 10**400}, "age is not a finite number"),
        ({"admissions": [FIRST], "sex": 1}, "sex is not a text"),
        ({"admissions": [FIRST], "sex": "F" * 301}, "sex is not a text"),
        ({"admissions": [{**FIRST, "diagnoses": 3}]}, "diagnoses is not a list"),
        ({"admissions": [{**FIRST, "diagnoses": ["I10"]}]}, "Admission 1, diagnosis 1 is not an object"),
        ({"admissions": [{**FIRST, "diagnoses": [code(4280, 9)]}]}, "icd_code is not a text"),
        ({"admissions": [{**FIRST, "diagnoses": [code("")]}]}, "icd_code is not a text"),
        ({"admissions": [{**FIRST, "diagnoses": [code(version=11)]}]}, "icd_version is neither 9 nor 10"),
        ({"admissions": [{**FIRST, "diagnoses": [code(version=True)]}]}, "icd_version is neither 9 nor 10"),
        ({"admissions": [{**FIRST, "diagnoses": [code(version=9.0)]}]}, "icd_version is neither 9 nor 10"),
        ({"admissions": [{**FIRST, "admission_type": "A"}], "admission_type": "B"}, "not that of its last admission"),
    ],
)
def test_what_is_no_record_is_refused_by_name(record: dict, says: str):
    with pytest.raises(InvalidInputError, match=says) as refused:
        read_record(record)
    assert not refused.value.is_out_of_bounds
    assert refused.value.facts["feature"]


def test_a_record_has_so_many_admissions_and_diagnoses_and_no_more():
    full: list[dict] = [
        {"admitted": f"{1000 + year}-01-01", "discharged": f"{1000 + year}-01-02"} for year in range(MAX_ADMISSIONS)
    ]
    half = [code()] * (MAX_DIAGNOSES // 2)
    full[0]["diagnoses"] = full[1]["diagnoses"] = half
    assert len(read_record({"admissions": full}).admissions) == MAX_ADMISSIONS
    with pytest.raises(InvalidInputError, match="at most 1,000"):
        read_record({"admissions": [*full, FIRST]})
    full[2]["diagnoses"] = [code()]
    with pytest.raises(InvalidInputError, match="more than 10,000 in all"):
        read_record({"admissions": full})


@given(RECORDS)
def test_whatever_is_sent_is_a_record_or_refused(inputs: dict):
    try:
        record = read_record(inputs)
    except InvalidInputError:
        return
    stays, rows = stays_of([record])
    assert len(rows) == 1
    assert np.max(stays.admitted) == stays.admitted[rows[0]]
