"""A frame of any length is answered in order, by one model."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analyst import Client, InputError, ModelChanged, NotTaken, Refused
from analyst.batches import WHOLE_TRIES, FrameQuestion
from contract.messages.tasks import TaskDescription
from contract.tasks import DIAGNOSIS_COUNT
from tests.analyst.conftest import Served
from tests.envoy.answering import answering

TASK: tuple[int, Any] = (200, json.loads(TaskDescription.of(DIAGNOSIS_COUNT).model_dump_json()))
FRAME = pd.DataFrame({"diagnosis_count": [3, 9, 21]}, index=list("abc"))


def batch(rows: int, version: int = 1, **more: Any) -> tuple[int, Any]:
    """Answer rows as version so-and-so does, high where there is an end of the frame."""
    item = {"risk_level": "low", "probabilities": {"low": 0.5, "medium": 0.3, "high": 0.2}}
    model = {
        "scope": "global", "version": version, "sha256": f"{version:064x}", "scaler_sha256": "0" * 64,
        "trained_at": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    said = {"items": [item] * rows, "task": "diagnosis_count", "cut_points": [5, 15], "notice": "n", "model": model}
    return 200, {**said, "request_id": f"r{version}", **more}


def asking(url: str) -> Client:
    return Client(url, "fld_secret", attempts=0, batch_rows=2)


def test_210_000_rows_are_answered_in_order_under_the_frames_index(client: Client) -> None:
    counts = np.random.default_rng(0).integers(0, 60, 210_000)
    frame = pd.DataFrame({"diagnosis_count": counts}, index=pd.Index(range(210_000, 0, -1), name="subject_id"))
    found = client.infer_global(frame)
    assert found.index.equals(frame.index)
    assert found.index.name == "subject_id"
    few = pd.DataFrame({"diagnosis_count": np.arange(60)})
    expected = client.infer_global(few).iloc[counts].set_axis(frame.index)
    pd.testing.assert_frame_equal(found, expected, check_flags=False)
    assert len(found.attrs["request_ids"]) == 3
    assert found.attrs["model"]["version"] == 2


def test_no_more_rows_go_in_one_request_than_were_said(served: Served) -> None:
    frame = pd.DataFrame({"diagnosis_count": range(7)})
    with Client(served.url, served.token, batch_rows=3) as client:
        found = client.infer("MTRH", frame)
    assert len(found.attrs["request_ids"]) == 3
    assert (found.attrs["model"]["envoy_name"], len(found)) == ("MTRH", 7)


def test_a_task_of_many_features_goes_in_smaller_requests() -> None:
    (count,) = DIAGNOSIS_COUNT.features
    wide = replace(DIAGNOSIS_COUNT, features=tuple(replace(count, name=f"feature_{number}") for number in range(1000)))
    assert 100 < FrameQuestion(pd.DataFrame(), wide, None, 100_000)._rows_at_once() < 1000
    assert FrameQuestion(pd.DataFrame(), DIAGNOSIS_COUNT, None, 100_000)._rows_at_once() == 100_000


def test_one_model_answers_a_whole_frame_also_where_another_is_published_meanwhile() -> None:
    with answering(TASK, batch(2, 1), batch(1, 2), batch(2, 2), batch(1, 2)) as director:
        found = asking(director.url).infer_global(FRAME)
    assert found.attrs["model"]["version"] == 2
    assert (len(found), found.attrs["request_ids"], len(director.asked)) == (3, ["r2", "r2"], 5)


def test_a_model_that_changes_again_and_again_is_an_error() -> None:
    changing = [batch(rows, 2 * number + rows) for number in range(WHOLE_TRIES) for rows in (2, 1)]
    with answering(TASK, *changing) as director, pytest.raises(ModelChanged, match="3 rows, 3 times in a row"):
        asking(director.url).infer_global(FRAME)
    assert len(director.asked) == 1 + 2 * WHOLE_TRIES


def test_a_row_that_the_director_refuses_is_named_by_its_label_in_the_whole_frame() -> None:
    facts = {"row": 1, "feature": "diagnosis_count", "sentence": "mine", "hint": "mine"}
    said = {"code": "invalid_input", "detail": "Row 1: It is odd.", "hint": "Mend it.", "facts": facts}
    with answering(TASK, batch(2), (422, {**said, "request_id": "r9"})) as director, pytest.raises(InputError) as wrong:
        asking(director.url).infer_global(FRAME)
    assert (wrong.value.row, wrong.value.column, wrong.value.request_id) == ("c", "diagnosis_count", "r9")
    assert wrong.value.sentence == "Row 'c', column diagnosis_count: It is odd."


def test_another_no_is_the_directors_own() -> None:
    with (
        answering(TASK, (409, {"code": "no_model_yet", "detail": "There is none."})) as director,
        pytest.raises(Refused) as refused,
    ):
        asking(director.url).infer("KNH", FRAME)
    assert (refused.value.code, refused.value.status) == ("no_model_yet", 409)


def test_more_or_fewer_answers_than_rows_are_not_taken() -> None:
    for rows in (1, 3):
        with answering(TASK, batch(rows)) as director, pytest.raises(NotTaken, match="does not speak"):
            asking(director.url).infer_global(FRAME.head(2))


@pytest.mark.parametrize(
    "said",
    [
        {"task": "another"},
        {"model": batch(1)[1]["model"] | {"scope": "envoy", "envoy_name": "KNH"}},
        {"model": batch(1)[1]["model"] | {"scope": "envoy"}},
    ],
    ids=["another task", "a hospital's model", "nobody's model"],
)
def test_an_answer_to_another_question_than_was_asked_is_not_taken(said: dict[str, Any]) -> None:
    with answering(TASK, batch(2, **said)) as director, pytest.raises(NotTaken, match="does not speak"):
        asking(director.url).infer_global(FRAME.head(2))
    one = batch(1, **said)[1]
    with answering((200, one | one.pop("items")[0])) as director, pytest.raises(NotTaken, match="does not speak"):
        asking(director.url).infer_global({"diagnosis_count": 3})


def test_another_hospitals_answer_is_not_taken_and_its_own_in_whatever_case_is() -> None:
    model = batch(1)[1]["model"] | {"scope": "envoy", "envoy_name": "KNH"}
    with answering(TASK, batch(2, model=model)) as director:
        assert len(asking(director.url).infer("knh", FRAME.head(2))) == 2
    for other in (model | {"envoy_name": "MTRH"}, batch(1)[1]["model"]):
        with answering(TASK, batch(2, model=other)) as director, pytest.raises(NotTaken, match="does not speak"):
            asking(director.url).infer("KNH", FRAME.head(2))


def test_what_a_newer_director_says_beside_is_no_error_and_acts_on_no_terminal() -> None:
    newer: dict[str, Any] = {"calibration": {"method": "isotonic"}, "notice": "\x1b[2Jnot clinical"}
    with answering(TASK, batch(2, **newer)) as director:
        found = asking(director.url).infer_global(FRAME.head(2))
    assert found.attrs["notice"] == r"\x1b[2Jnot clinical"


def test_what_is_said_of_the_answers_can_be_written_as_json(client: Client) -> None:
    attributes = client.infer_global(FRAME).attrs
    assert json.loads(json.dumps(attributes)) == attributes
    assert set(attributes) == {"task", "cut_points", "notice", "model", "request_ids"}


def test_a_column_that_is_passed_stands_beside_the_answers_and_is_not_sent() -> None:
    frame = FRAME.assign(mrn=pd.Series(["x,1", "x,1", None], dtype=object, index=FRAME.index))
    with answering(TASK, batch(2), batch(1)) as director:
        found = asking(director.url).infer_global(frame, id="mrn")
    assert found.columns[0] == "mrn"
    assert found["mrn"].tolist() == ["x,1", "x,1", None]
    assert found.index.tolist() == ["a", "b", "c"]
    assert not any("x,1" in str(each) for each in director.asked)


@pytest.mark.parametrize("name", ["nowhere", "low", "error"])
def test_what_can_not_be_passed_is_named_before_rows_are_sent(name: str) -> None:
    with answering(TASK) as director, pytest.raises(InputError, match=f"id: '{name}'"):
        asking(director.url).infer_global(FRAME.assign(low=1, error=1), id=name)
    assert len(director.asked) == 1


def test_wrong_rows_are_answered_by_what_is_wrong_with_them_where_that_is_asked_for(served: Served) -> None:
    counts = [3, "nine", -1, None, 21, 2.5, float("inf"), True]
    frame = pd.DataFrame({"diagnosis_count": counts, "mrn": range(8)}, index=list("abcdefgh"))
    with Client(served.url, served.token, batch_rows=3) as client:
        found = client.infer_global(frame, id="mrn", on_error="report")
        good = client.infer_global(pd.DataFrame({"diagnosis_count": [3, 21]}, index=["a", "e"]))
        assert found["error"].isna().tolist() == [each in ("a", "e") for each in "abcdefgh"]
        pd.testing.assert_frame_equal(found.loc[["a", "e"], good.columns], good, check_flags=False)
        assert found["risk_level"].isna().tolist() == [each not in ("a", "e") for each in "abcdefgh"]
        assert found["error"]["c"] == "Feature diagnosis_count is outside 0 to 100000 diagnoses."
        assert found["mrn"].tolist() == list(range(8))
        with pytest.raises(InputError, match="on_error"):
            client.infer_global(frame, on_error="ignore")  # type: ignore[call-overload]  # what nobody should give
        empty = client.infer_global(frame.iloc[:0], id="mrn", on_error="report")
    assert list(empty.columns) == list(found.columns)
