import numpy as np
import pytest

from aggregation.errors import TooFewUpdatesError
from tests.small_updates import answer, updates_of


@pytest.mark.parametrize(
    ("strategy", "number", "parameters", "least"),
    [
        pytest.param("coordinate_median", 2, {}, 3, id="the median of two with one bad"),
        pytest.param("trimmed_mean", 4, {"f": 2}, 5, id="two of four trimmed at each end"),
        pytest.param("krum", 4, {}, 5, id="Krum with four"),
        pytest.param("multi_krum", 6, {"f": 2}, 7, id="Multi-Krum with two bad of six"),
        pytest.param("clip+krum", 4, {}, 5, id="behind a clip"),
    ],
)
def test_a_rule_whose_condition_fails_is_refused_with_n_and_f(strategy: str, number: int, parameters, least: int):
    rows = np.random.default_rng(1).normal(size=(least, 3))
    with pytest.raises(TooFewUpdatesError) as refusal:
        answer(updates_of(rows[:number], base=rows[0]), strategy, **parameters)
    f = parameters.get("f", 1)
    assert (refusal.value.facts["n"], refusal.value.facts["f"]) == (number, f)
    assert f"f = {f}" in refusal.value.sentence
    assert f"n = {number}" in refusal.value.sentence
    assert np.isfinite(answer(updates_of(rows[:least], base=rows[0]), strategy, **parameters)).all()
