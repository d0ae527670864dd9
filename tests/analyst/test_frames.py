"""Frames as people have them: whatever holds numbers is taken, and what does not fit is named by row and column."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyst.errors import InputError
from analyst.frames import (
    answers_of,
    binary_answers_of,
    in_frame,
    matrix_of,
    plain_inputs,
    put_together,
    rows_of,
    spoken,
)
from contract.errors import InvalidInputError
from contract.messages.inference import Answer, BinaryAnswer, Probabilities, RefusedRow, RowError
from contract.tasks import DIAGNOSIS_COUNT, Feature
from tests.table_task import table_task

AGE = Feature("age", "years", "patients", "number", 0.0, 130.0)
TWO = replace(DIAGNOSIS_COUNT, features=(*DIAGNOSIS_COUNT.features, AGE))


def of(values: Any, dtype: Any = None, index: Any = None) -> pd.DataFrame:
    return pd.DataFrame({"diagnosis_count": pd.Series(values, dtype=dtype, index=index)})


@pytest.mark.parametrize(
    "dtype", ["int8", "uint16", "int64", "float32", "float64", "Int64", "UInt8", "Float32", "object", "category"]
)
def test_numbers_of_any_width_and_kind_are_taken(dtype: str) -> None:
    assert matrix_of(of([3, 9, 21], dtype), DIAGNOSIS_COUNT).tolist() == [[3.0], [9.0], [21.0]]


def test_objects_that_are_numbers_are_taken() -> None:
    values = [3, 3.0, np.int32(3), np.float32(3), Decimal("3")]
    assert matrix_of(of(values, object), DIAGNOSIS_COUNT).tolist() == [[3.0]] * 5


def test_a_decimal_that_signals_is_named_and_one_that_is_missing_before_it() -> None:
    for values, says in (
        ([Decimal("3"), Decimal("sNaN")], "Row 1, .* is not a finite"),
        ([Decimal("sNaN"), None], "Row 1, .*missing"),
    ):
        with pytest.raises(InputError, match=says):
            matrix_of(of(values, object), DIAGNOSIS_COUNT)


def test_columns_stand_in_the_tasks_order_whatever_the_frames() -> None:
    frame = pd.DataFrame({"age": [70, 71], "diagnosis_count": [1, 2]})
    assert matrix_of(frame, TWO).tolist() == [[1.0, 70.0], [2.0, 71.0]]


@pytest.mark.parametrize(
    ("frame", "says", "column"),
    [
        (pd.DataFrame({"count": [3]}), "lacks the column diagnosis_count", "diagnosis_count"),
        (of([3]).assign(age=70, sex="f"), "unknown to the task, columns age, sex", "age"),
        (of([3]).assign(**{"\x1b[2J": 1}), r"column \\x1b\[2J", "\x1b[2J"),
        (pd.concat([of([3]), of([3])], axis=1), "more than once the column diagnosis_count", "diagnosis_count"),
    ],
    ids=["missing", "unknown", "an order to a terminal", "twice"],
)
def test_columns_that_are_not_the_tasks_are_named(frame: pd.DataFrame, says: str, column: str) -> None:
    with pytest.raises(InputError, match=says) as wrong:
        matrix_of(frame, DIAGNOSIS_COUNT)
    assert (wrong.value.column, wrong.value.row) == (column, None)
    assert "frame[['diagnosis_count']]" in wrong.value.hint


@pytest.mark.parametrize(
    ("values", "dtype", "says"),
    [
        ([1, np.nan, 3], None, "is missing"),
        ([1, pd.NA, 3], "Int64", "is missing"),
        ([1, None, 3], object, "is missing"),
        ([1, "2", 3], object, "is of type str, not a number"),
        ([1, True, 3], object, "is of type bool, not a number"),
        ([1, np.bool_(True), 3], object, "is of type bool"),
        ([1, 2j, 3], object, "is of type complex"),
        ([1, 2.5, 3], None, "is a count and must be whole"),
        ([1, -2, 3], None, "is outside 0 to 100000"),
        ([1, np.inf, 3], None, "is not a finite number"),
        ([1, 10**400, 3], object, "is not a finite number"),
    ],
)
def test_a_value_that_does_not_fit_is_named_by_its_rows_label(values: list[Any], dtype: Any, says: str) -> None:
    frame = of(values, dtype, index=["anna", "ben", "clara"])
    with pytest.raises(InputError, match=says) as wrong:
        matrix_of(frame, DIAGNOSIS_COUNT)
    assert (wrong.value.row, wrong.value.column) == ("ben", "diagnosis_count")
    assert wrong.value.sentence.startswith("Row 'ben', column diagnosis_count: ")


def test_a_column_of_truth_values_or_moments_is_refused() -> None:
    for column in ([True, False], pd.to_datetime(["2020-01-01", "2020-01-02"])):
        with pytest.raises(InputError, match="not a number"):
            matrix_of(of(column), DIAGNOSIS_COUNT)


@pytest.mark.parametrize(
    ("index", "label"),
    [
        (np.array([7, 8]), "8"),
        (pd.MultiIndex.from_tuples([("KNH", 1), ("KNH", 2)]), "('KNH', 2)"),
        (["a", "\x1b[2J"], r"'\x1b[2J'"),
        (["same", "same"], "'same'"),
    ],
)
def test_a_label_of_any_kind_is_shown_and_acts_on_nothing(index: Any, label: str) -> None:
    with pytest.raises(InputError) as wrong:
        matrix_of(of([1, -1]).set_axis(index), DIAGNOSIS_COUNT)
    assert wrong.value.sentence.startswith(f"Row {label}, column diagnosis_count: ")


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=50), st.data())
def test_the_first_bad_row_is_the_one_that_is_named(values: list[int], data: st.DataObject) -> None:
    bad = data.draw(st.integers(0, len(values) - 1))
    found = [*values[:bad], -1, *values[bad:]]
    with pytest.raises(InputError) as wrong:
        matrix_of(of(found), DIAGNOSIS_COUNT)
    assert wrong.value.row == bad


def test_a_row_that_the_director_counted_in_its_batch_is_named_by_its_label_in_the_frame() -> None:
    frame = of([1, 2, 3, 4], index=list("abcd"))
    told = InvalidInputError(
        "Row 2: Feature diagnosis_count is odd.", hint="Mend it.", row=2, feature="diagnosis_count"
    )
    found = in_frame(frame, told, request_id="r1", rows_before=2)
    assert (found.row, found.column, found.request_id, found.hint) == ("d", "diagnosis_count", "r1", "Mend it.")
    assert found.sentence == "Row 'd', column diagnosis_count: Feature diagnosis_count is odd."


@pytest.mark.parametrize("row", [0, 3, -1, "2", None, 10**30])
def test_a_row_that_is_none_of_the_frames_is_not_named(row: Any) -> None:
    told = InvalidInputError("It is odd.", row=row, feature="no column of it")
    found = in_frame(of([1, 2, 3, 4]), told, rows_before=2)
    assert (found.row, found.column, found.sentence) == (None, None, "It is odd.")


def test_one_patients_numbers_become_pythons_own() -> None:
    found = plain_inputs({"a": np.int64(3), "b": np.float32(0.5), "c": Decimal("1.5"), "d": True, "e": "text"})
    assert found == {"a": 3, "b": 0.5, "c": 1.5, "d": True, "e": "text"}
    assert [type(each) for each in found.values()] == [int, float, float, bool, str]


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT, Decimal("nan")])
def test_one_patients_missing_value_is_null(missing: object) -> None:
    assert plain_inputs({"diagnosis_count": 3, "age": missing}) == {"diagnosis_count": 3, "age": None}


def test_answers_stand_under_the_frames_index_in_order() -> None:
    high = Answer(risk_level="high", probabilities=Probabilities(low=0.1, medium=0.2, high=0.7))
    untold = Answer(risk_level="low", probabilities=None)
    index = pd.Index(["x", "x", "y"], name="patient")
    found = put_together(index, [answers_of([high, untold]), answers_of([high])])
    assert found.index.equals(index)
    assert found.index.name == "patient"
    assert found["risk_level"].tolist() == ["high", "low", "high"]
    assert (found["risk_level"] > "low").tolist() == [True, False, True]
    assert found["high"].tolist()[::2] == [0.7, 0.7]
    assert np.isnan(found["low"].iloc[1])


def test_no_rows_have_no_answers_in_the_same_columns() -> None:
    found = put_together(pd.Index([]), [answers_of([])])
    assert (list(found.columns), len(found)) == (["risk_level", "low", "medium", "high"], 0)


FALLS = table_task()
PATIENTS = pd.DataFrame(
    {
        "ward": pd.Categorical(["geriatric", None, "surgical"]),
        "age": [71.5, 40, 30],
        "walks_alone": [True, False, True],
        "earlier_falls": pd.array([2, None, 0], dtype="Int64"),
    },
    index=["a", "b", "c"],
)


def test_categories_flags_and_missing_values_become_raw_numbers_and_are_spoken_as_a_question() -> None:
    raw = matrix_of(PATIENTS, FALLS)
    expected = np.array([[71.5, 2, 1, 2], [40, np.nan, 0, np.nan], [30, 0, 1, 1]])
    assert np.array_equal(raw, expected, equal_nan=True)
    assert spoken(raw, FALLS)[:2] == [
        {"age": 71.5, "earlier_falls": 2.0, "walks_alone": 1.0, "ward": "geriatric"},
        {"age": 40.0, "earlier_falls": None, "walks_alone": 0.0, "ward": None},
    ]
    without = matrix_of(PATIENTS.drop(columns=["ward", "earlier_falls"]), FALLS)
    assert np.isnan(without[:, [1, 3]]).all()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"age": [71.5, np.nan, 30]}, "Row 'b', column age: it is missing"),
        ({"age": [71.5, np.inf, 30]}, "Row 'b', .*finite"),
        ({"walks_alone": [1, 2, 0]}, "Row 'b', .*0 nor 1"),
        ({"earlier_falls": [1, 2, 0.5]}, "Row 'c', .*whole"),
    ],
)
def test_what_is_no_question_is_named_by_row_and_column_where_a_task_abstains_too(
    change: dict[str, Any], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        matrix_of(PATIENTS.assign(**change), FALLS)


def test_what_a_task_does_not_know_is_asked_where_it_abstains_and_named_where_it_refuses() -> None:
    strange = PATIENTS.assign(age=[500, 40, 30], ward=["x", "medical", "medical"])
    asked = spoken(matrix_of(strange, FALLS), FALLS)
    assert (asked[0]["age"], asked[0]["ward"]) == (500.0, "")
    with pytest.raises(InputError, match="Row 'a', column age"):
        matrix_of(strange, table_task(out_of_bounds='"refuse"'))


def test_a_record_is_no_row_of_a_frame() -> None:
    with pytest.raises(InputError, match="record"):
        matrix_of(PATIENTS, replace(FALLS, source="mimic-iv", index="admission"))


def test_binary_answers_are_a_frame_in_which_a_silent_row_says_why() -> None:
    told = BinaryAnswer(probability=0.25, risk_level="medium", unknown_codes=1, missing=("ward",), abstained=None)
    silent = BinaryAnswer(probability=None, risk_level=None, unknown_codes=0, missing=(), abstained="too old")
    found = binary_answers_of([told, silent])
    assert found["probability"].tolist()[0] == 0.25
    assert found["probability"].isna().tolist() == found["risk_level"].isna().tolist() == [False, True]
    assert found["missing"].tolist() == [("ward",), ()]
    assert found["abstained"].tolist() == [None, "too old"]
    assert list(binary_answers_of([]).columns) == list(found.columns)


def test_rows_go_as_they_stand_where_the_director_shall_say_what_is_wrong_with_them() -> None:
    strange = PATIENTS.assign(
        age=[np.inf, np.nan, pd.Timestamp(0)],
        walks_alone=pd.Series([np.bool_(True), False, "yes"], dtype=object, index=list("abc")),
    )
    found = rows_of(strange, FALLS)
    assert [row["age"] for row in found] == ["", None, ""]
    assert [row["walks_alone"] for row in found] == [True, False, "yes"]
    assert [row["earlier_falls"] for row in found] == [2, None, 0]
    with pytest.raises(InputError, match="lacks"):
        rows_of(PATIENTS[["age"]], FALLS)


def test_a_refused_row_has_no_answer_of_either_kind() -> None:
    refused = RefusedRow(error=RowError(row=1, detail="It is odd.", hint=""))
    for found in (answers_of([refused]), binary_answers_of([refused])):
        assert found["risk_level"].isna().tolist() == [True]
