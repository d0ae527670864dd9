"""What models say of a hospital's own rows."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.network import forward, sigmoid
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT
from envoy.prediction import Model, RowsToPredict, predicted, written
from tests.envoy.own_table.heart import HEART


def heart_model(seed: int) -> Model:
    made = np.random.default_rng(seed)
    state = {each.name: made.normal(0, 1, each.shape).astype(np.float32) for each in HEART.layout}
    return Model(state, ScalerState.fitted(made.normal(0, 1, (20, len(HEART.columns)))))


def test_each_model_says_its_probability_and_its_level_and_nothing_of_what_is_abstained_from() -> None:
    columns = np.random.default_rng(0).normal(0, 1, (3, len(HEART.columns)))
    rows = RowsToPredict({"patient": ["a", "b", "c"]}, columns, ["", "age is out of bounds", ""])
    model = heart_model(1)
    found = predicted(HEART, rows, {"local": model, "global": None})
    assert list(found) == [
        *("patient", "probability_local", "risk_level_local"),
        *("probability_global", "risk_level_global", "abstained"),
    ]
    expected = sigmoid(forward(HEART.architecture, model.state, model.scaler.transform(columns))[:, 0])
    assert [float(each) for each in found["probability_local"][::2]] == pytest.approx(list(expected[::2]), abs=1e-6)
    levels = ["low" if each < 0.1 else "medium" if each < 0.3 else "high" for each in expected]
    assert list(found["risk_level_local"]) == [levels[0], "", levels[2]]
    assert (found["probability_local"][1], list(found["probability_global"])) == ("", [""] * 3)
    assert found["abstained"] == rows.why_not


def test_levels_have_three_probabilities() -> None:
    model = Model(DIAGNOSIS_COUNT.initial_state(), ScalerState.fitted(np.array([[1.0], [9.0]])))
    found = predicted(DIAGNOSIS_COUNT, RowsToPredict({"subject_id": ["7"]}, np.array([[3.0]]), [""]), {"local": model})
    three = [f"probability_{level}_local" for level in ("low", "medium", "high")]
    assert list(found) == ["subject_id", *three, "risk_level_local", "abstained"]
    chances = {name: float(found[name][0]) for name in three}
    assert sum(chances.values()) == pytest.approx(1, abs=2e-6)
    assert max(chances, key=lambda name: chances[name]) == f"probability_{found['risk_level_local'][0]}_local"


TEXTS = st.text(st.characters(exclude_characters="\r", codec="utf-8"))  # line breaks are a defect of the table


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1))
def test_no_cell_is_a_formula_and_all_else_is_read_again(cells: list[tuple[str, str]]) -> None:
    text = written({"a": [one for one, _ in cells], "b": [other for _, other in cells]})
    found = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in found for cell in row)
    assert [tuple(cell.removeprefix("'") for cell in row) for row in found] == [
        tuple(cell.removeprefix("'") for cell in row) for row in cells
    ]
