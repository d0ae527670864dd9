"""A run ends early where nothing becomes better, and names its best version."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from director.records.schema import GlobalModelRow
from director.rounds.stopping import Scores, best_of, score_of, why_over
from tests.federation_simulator import FederationSimulator, SimulatedHospital

SCORES = st.lists(st.none() | st.floats(0, 10), max_size=12).map(lambda found: list(enumerate(found, 1)))


def reported(*losses: tuple[float | None, int], held_out: dict[str, Any] | None = None) -> GlobalModelRow:
    inputs = [{"envoy_name": f"H{place}", "counted_examples": examples} for place, (_, examples) in enumerate(losses)]
    metrics = {f"H{place}": {"loss": loss} for place, (loss, _) in enumerate(losses)}
    return GlobalModelRow(held_out=held_out, inputs=inputs, metrics=metrics)


def test_the_validation_table_speaks_first_then_the_middle_hospital():
    assert score_of(reported((0.5, 100), (0.1, 300), (1e300, 300))) == 0.5
    assert score_of(reported((0.5, 100), (None, 300))) == 0.5
    assert score_of(reported((None, 100))) is None
    assert score_of(reported((0.5, 100), held_out={"loss": 0.7})) == 0.7


@pytest.mark.parametrize(
    ("losses", "patience", "is_over"),
    [
        pytest.param([0.9, 0.5, 0.6, 0.7], 2, True, id="two rounds no better"),
        pytest.param([0.9, 0.5, 0.6], 2, False, id="one round no better"),
        pytest.param([0.9, 0.5, 0.5, 0.5], 2, True, id="as good is no better"),
        pytest.param([0.9, 0.8, 0.7], 1, False, id="better each time"),
        pytest.param([None, None, None], 1, False, id="nobody says"),
        pytest.param([0.5, None, None], 2, False, id="nobody says any more"),
        pytest.param([0.9, 0.5, 0.6, 0.7], None, False, id="no patience was asked for"),
    ],
)
def test_it_is_over_once_so_many_rounds_were_no_better(losses: list[float | None], patience: int, is_over: bool):
    assert (why_over(list(enumerate(losses, 1)), patience) is not None) == is_over


@given(scores=SCORES, patience=st.integers(1, 5))
def test_the_best_is_never_beaten_and_a_run_over_has_waited_so_long(scores: Scores, patience: int):
    best, known = best_of(scores), [score for _, score in scores if score is not None]
    assert (best is None) == (not known)
    if best is not None:
        assert dict(scores)[best] == min(known)
        after = [score for version, score in scores if version > best and score is not None]
        assert (why_over(scores, patience) is not None) == (len(after) >= patience)


def test_a_run_ends_early_and_keeps_best_and_last(federation: FederationSimulator, three: list[SimulatedHospital]):
    federation.open_run(rounds=10, patience=2)
    federation.play()
    for number, loss in enumerate((0.9, 0.4, 0.6, 0.5), 1):
        for each in three:
            assignment = each.work()["assignment"]
            assert each.upload(each.update(assignment, number, metrics={"loss": loss})).status_code == 201
        federation.director.rounds.advance()
    run = federation.run()
    assert (run["state"], run["published"], run["best_version"]) == ("finished", 4, 2)
    assert run["reason"] == "None of the last 2 rounds was better than global model 2."
    models = federation.http.get("/global_models", headers=federation.admin).json()["items"]
    assert [each["version"] for each in models if each["published"]] == [4]
    assert federation.http.post("/global_models/2/publish", headers=federation.admin).status_code == 200
