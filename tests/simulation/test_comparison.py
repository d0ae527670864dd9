"""Runs side by side: what each reached, how soon, where it does worst, and what must not be compared."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from contract.messages.tasks import TaskDescription
from contract.tasks import DIAGNOSIS_COUNT
from simulation import Federation, History, compare
from simulation.consortium import write_consortium
from simulation.errors import ExperimentError
from tests.simulation.runs import rows, small_run


def with_rows(history: History, metric: str, *values) -> History:
    return replace(history, rows=tuple(rows(metric, *values)))


SLOW = with_rows(small_run("fedavg"), "accuracy", [0.2, 0.4, 0.8], [0.4, 0.6, 0.8])
QUICK = with_rows(small_run("fedadam"), "accuracy", [0.5, 1.0, 0.9], [0.3, 1.0, 0.7])


def test_the_frame_has_a_row_a_run_with_what_it_reached():
    frame = compare([SLOW, QUICK]).frame
    assert list(frame.index) == ["fedavg", "fedadam"]
    assert frame["mean"].tolist() == pytest.approx([0.8, 0.8])
    assert frame["worst"].tolist() == [0.8, 0.7]
    assert frame["worst_hospital"].tolist() == ["A", "B"]
    assert frame["best_mean"].tolist() == [0.8, 1.0]
    assert frame["best_round"].tolist() == [3, 2]
    assert frame["parameters"].tolist() == ["", "server_rate=0.1, beta1=0.9, beta2=0.99, tau=0.001"]
    assert frame["sha256"].tolist() == [SLOW.sha256, QUICK.sha256]
    assert frame["num_examples"].tolist() == [144, 144]


def test_rounds_are_counted_to_what_all_reach_or_to_what_is_asked_for():
    found = compare([SLOW, QUICK])
    assert found.target == 0.8
    assert found.frame["rounds_to_reach"].tolist() == [3, 2]
    asked = compare([SLOW, QUICK], target=0.9).frame
    assert asked["rounds_to_reach"].isna().tolist() == [True, False]
    assert asked["rounds_to_reach"].dtype == pd.Int64Dtype()


def test_of_a_cost_the_target_is_the_largest_of_the_least():
    high = with_rows(small_run("fedavg"), "loss", [3.0, 2.0, 2.5])
    low = with_rows(small_run("fedadam"), "loss", [2.5, 1.0, 0.5])
    found = compare({"high": high, "low": low}, "loss")
    assert found.target == 2.0
    assert found.frame["rounds_to_reach"].tolist() == [2, 2]
    assert found.frame["best_mean"].tolist() == [2.0, 0.5]


def test_a_run_in_which_nothing_could_be_measured_sets_no_target():
    unknown = with_rows(small_run("fedavgm"), "f1_high", [None, None, None])
    known = with_rows(small_run("fedavg"), "f1_high", [0.5, 0.75, 0.5])
    for runs in ([unknown, known], [known, unknown]):
        found = compare(runs, "f1_high")
        assert found.target == 0.75
        assert found.frame.loc["fedavg", "rounds_to_reach"] == 2
        assert found.frame.isna().loc["fedavgm", "rounds_to_reach"]
    assert np.isnan(compare([unknown], "f1_high").target)


@pytest.mark.parametrize("target", [float("nan"), float("inf"), "0.8"])
def test_a_target_that_is_no_number_is_refused(target: Any):
    with pytest.raises(ExperimentError, match=r"target = .* is not possible"):
        compare([SLOW], target=target)


def test_what_was_measured_after_its_last_round_alone_is_told():
    federation = Federation.synthetic(hospitals=2, patients=50)
    whole, last_alone = federation.run(rounds=3), federation.run("fedavgm", rounds=3, every_round=False)
    assert compare([whole]).caution == ""
    found = compare([whole, last_alone])
    assert found.caution == "Not every round was measured: the best may lie, and the target be reached, before."
    assert found.caution in found.plot().get_supxlabel().replace("\n", " ")


def test_hospitals_by_themselves_are_compared_by_the_models_that_they_have():
    federation = Federation.synthetic(hospitals=2, patients=50)
    runs = {"together": federation.run(rounds=2), "alone": federation.run_alone(rounds=2)}
    found = compare(runs)
    assert list(found.frame.index) == ["together", "alone"]
    alone = runs["alone"].frame
    assert found.frame.loc["alone", "mean"] == alone[alone["round"] == 2]["accuracy"].mean()
    assert found.frame["sha256"].isna().tolist() == [False, True]
    assert found.same_patients


def test_labels_are_ones_own_or_made_of_what_differs():
    assert list(compare({"a": SLOW, "b": SLOW}).frame.index) == ["a", "b"]
    assert list(compare(iter([SLOW, SLOW])).frame.index) == ["fedavg, run 1", "fedavg, run 2"]


def test_other_patients_are_no_error_but_are_told():
    found = compare([small_run(seed=0), small_run(seed=1)])
    assert not found.same_patients
    assert found.caution == "These runs had different patients: differences may be theirs."
    assert found.caution in found.plot().get_supxlabel().replace("\n", " ")
    assert compare([small_run(seed=0)]).caution == ""


def test_tables_of_the_same_sizes_are_not_taken_for_the_same_patients(tmp_path: Path):
    ours, others = (
        Federation.from_folders(write_consortium(tmp_path / str(seed), 2, 60, seed=seed)) for seed in (1, 2)
    )
    runs = [ours.run(rounds=1), ours.run_pooled(rounds=1), ours.run_alone(rounds=1)]
    assert compare(runs).same_patients
    assert runs[0].record.hospitals == others.run(rounds=1).record.hospitals
    assert not compare([runs[2], runs[0], others.run_pooled(rounds=1)]).same_patients


def test_what_can_not_be_compared_is_refused():
    with pytest.raises(ExperimentError, match="nothing to compare"):
        compare([])
    with pytest.raises(ExperimentError, match="no score 'held_out'"):
        compare([SLOW], "held_out")
    moved = TaskDescription.of(replace(DIAGNOSIS_COUNT, cut_points=(4.0, 9.0)))
    other = replace(SLOW, record=SLOW.record.model_copy(update={"definition": moved}))
    with pytest.raises(ExperimentError, match="different tasks"):
        compare([SLOW, other])


def test_the_figure_has_each_run_and_the_frame_stands_in_a_notebook():
    found = compare([SLOW, QUICK])
    lines = {line.get_label(): line.get_ydata() for line in found.plot().axes[0].lines}
    assert np.allclose(lines["fedavg"], [0.3, 0.5, 0.8])
    assert repr(found) == "Comparison(metric='accuracy', runs=['fedavg', 'fedadam'], target=0.8)"
    page = found._repr_html_()
    assert "rounds to reach 0.8" in page
    assert "not clinical" in page
    assert "seconds" not in page
