"""Plans of training, held against pooling, in small."""

from simulation.plan_evidence import TRIED, gaps


def test_few_steps_and_many_rounds_reach_what_pooling_reaches() -> None:
    many, few = gaps((400, 300), 2, fresh=1000, tried=(TRIED[4], TRIED[3]))
    assert len(many) == len(few) == 2
    assert all(abs(gap) < 0.05 for gap in many)
    assert many != few
