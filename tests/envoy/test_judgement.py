"""What a hospital says of a version."""

from math import inf, log, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.tasks import DIAGNOSIS_COUNT
from envoy.cohort import Split
from envoy.errors import PolicyError
from envoy.evaluation import LevelsEvaluation
from envoy.judgement import Judgement, Margins, judge, trivial_loss
from tests.envoy.patients import cohort

MARGINS = Margins(accuracy=0.02, loss=0.05)


def evaluated(loss: float | None, correct: int = 90, patients: int = 100) -> LevelsEvaluation:
    confusion = np.zeros((3, 3), np.int64)
    confusion[0, 0], confusion[0, 1] = correct, patients - correct
    return LevelsEvaluation(confusion, loss)


def judged(
    version: LevelsEvaluation, before: LevelsEvaluation, *, trivial: float = 1.0, is_first: bool = False
) -> Judgement:
    return judge(version, before, trivial, is_first=is_first, margins=MARGINS)


@pytest.mark.parametrize(
    ("version", "before", "answer"),
    [
        (evaluated(0.30), evaluated(0.40), "accept"),
        (evaluated(0.45), evaluated(0.40), "accept"),
        (evaluated(0.46), evaluated(0.40), "refuse"),
        (evaluated(0.40, correct=88), evaluated(0.40, correct=90), "accept"),
        (evaluated(0.40, correct=87), evaluated(0.40, correct=90), "refuse"),
        (evaluated(0.10, correct=87), evaluated(0.40, correct=90), "refuse"),
        (evaluated(nan), evaluated(0.40), "refuse"),
        (evaluated(inf), evaluated(0.40), "refuse"),
    ],
)
def test_a_version_is_accepted_that_is_worse_by_no_more_than_the_margins(
    version: LevelsEvaluation, before: LevelsEvaluation, answer: str
) -> None:
    found = judged(version, before)
    assert (found.answer, bool(found.reasons)) == (answer, answer == "refuse")


def test_each_reason_is_told() -> None:
    found = judged(evaluated(0.9, correct=50), evaluated(0.4, correct=90))
    assert found.reasons == (
        "The mean loss is 0.900, that of the one before 0.400; at most 0.450 will do.",
        "The accuracy is 0.500, before it was 0.900; 0.880 will do.",
    )


def test_one_patient_alone_is_no_reason_and_two_are() -> None:
    before = evaluated(0.4, correct=4, patients=4)
    assert judged(evaluated(0.4, correct=3, patients=4), before).answer == "accept"
    assert judged(evaluated(0.4, correct=2, patients=4), before).answer == "refuse"


def test_no_version_falls_back_behind_a_trivial_model_once_one_was_better() -> None:
    assert judged(evaluated(0.43), evaluated(0.40), trivial=0.42).answer == "refuse"
    assert judged(evaluated(0.93), evaluated(0.90), trivial=0.42).answer == "accept"


@pytest.mark.parametrize(("loss", "answer"), [(1.05, "accept"), (1.10, "refuse"), (1.12, "refuse")])
def test_the_first_version_must_have_learned_something(loss: float, answer: str) -> None:
    assert judged(evaluated(loss, 50), evaluated(1.10, 50), is_first=True).answer == answer


def test_without_anybody_held_out_there_is_no_word() -> None:
    nobody = LevelsEvaluation(np.zeros((3, 3), np.int64), None)
    with pytest.raises(PolicyError, match="No patient is held out"):
        judged(nobody, nobody)


@given(st.floats(0, 5), st.integers(0, 50), st.floats(0, 5))
def test_a_version_that_is_the_one_before_is_accepted_unless_nothing_was_learned(
    loss: float, correct: int, trivial: float
) -> None:
    same = evaluated(loss, correct, 50)
    assert judged(same, same, trivial=trivial).answer == "accept"
    assert judged(same, same, trivial=trivial, is_first=True).answer == "refuse"


def test_a_trivial_model_knows_how_frequent_each_level_is() -> None:
    training, held_out = cohort(np.array([1, 1, 1, 7])), cohort(np.array([1, 20]), first=100)
    assert trivial_loss(DIAGNOSIS_COUNT, Split(training, held_out)) == pytest.approx(-(log(4 / 7) + log(1 / 7)) / 2)
    assert trivial_loss(DIAGNOSIS_COUNT, Split(training, held_out.take(np.array([], np.intp)))) == inf
