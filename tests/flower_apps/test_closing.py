"""A round's answers: counted, screened and combined as the director would, in whatever order they came."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from contract.artifacts.model_file import write_model
from contract.names import EnvoyName
from contract.network import State
from envoy.lesson import Lesson
from flower_apps.closing import close_round
from flower_apps.errors import RoundFailedError
from flower_apps.plan_folder import Plan
from flower_apps.wire import Answer
from simulation.in_process import Hospital, run_federation
from tests.flower_apps.consortium import START, TASK, virtual, write_plan

HOSPITALS = virtual(5)


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan.read(write_plan(tmp_path / "plan", HOSPITALS, quorum=3))


def learned(plan: Plan, hospital: Hospital, times: float = 1.0) -> State:
    state = hospital.learned(Lesson(TASK, START, plan.scaler, 0, 1, 0.0))
    if times == 1:
        return state
    return {name: (START[name] + times * (tensor - START[name])).astype(np.float32) for name, tensor in state.items()}


def answer(hospital: Hospital, state: State, num_examples: int | None = None) -> Answer:
    rows = len(hospital.split.training) if num_examples is None else num_examples
    return Answer(hospital.name, rows, write_model(state, TASK.layout))


def answers(plan: Plan, **others: Answer) -> dict[EnvoyName, Answer]:
    honest = {each.name: answer(each, learned(plan, each)) for each in HOSPITALS}
    return honest | {EnvoyName(name): each for name, each in others.items()}


def test_a_round_gives_what_a_round_of_the_simulation_gives_in_any_order(plan: Plan):
    whole = answers(plan)
    for order in (list(whole), list(reversed(whole))):
        closed = close_round(plan, START, {}, {name: whole[name] for name in order})
        simulated = run_federation(TASK, HOSPITALS, rounds=1)
        assert write_model(closed.state, TASK.layout) == write_model(simulated.state, TASK.layout)
        assert [part.weight for part in closed.counted] == pytest.approx([0.2] * 5)


def test_who_moves_against_all_is_quarantined_and_its_share_stands_still(plan: Plan):
    liar = HOSPITALS[3]
    closed = close_round(plan, START, {}, answers(plan, **{str(liar.name): answer(liar, learned(plan, liar, -20))}))
    (part,) = closed.quarantined
    assert part.envoy == liar.name
    assert {check.name for check in part.checks if not check.passed} >= {"update_direction"}
    assert sum(each.weight or 0 for each in closed.counted) == pytest.approx(0.8)


def test_who_claims_too_much_counts_as_it_may(tmp_path: Path):
    plan = Plan.read(write_plan(tmp_path / "plan", HOSPITALS))
    boasting = HOSPITALS[0]
    whole = answers(plan, **{str(boasting.name): answer(boasting, learned(plan, boasting), num_examples=100_000)})
    part = next(each for each in close_round(plan, START, {}, whole).counted if each.envoy == boasting.name)
    assert (part.num_examples, part.counted) == (100_000, len(boasting.split.training))
    assert part.bound == "its newest statistics"


def test_who_will_not_and_what_is_no_model_is_told_of_and_the_rest_goes_on(plan: Plan):
    unwilling = Answer(HOSPITALS[0].name, 0, b"", refusal="It does not take part.")
    broken = replace(answer(HOSPITALS[1], START), model=b"\x80no")
    closed = close_round(plan, START, {}, answers(plan, KUTRRH=unwilling, MTRH=broken))
    assert closed.refused[EnvoyName("KUTRRH")] == "It does not take part."
    assert "MTRH" in closed.refused
    assert len(closed.counted) == 3


def test_with_fewer_than_the_quorum_a_round_fails_and_says_who_is_why(plan: Plan):
    unwilling = {str(each.name): Answer(each.name, 0, b"", refusal="Not today.") for each in HOSPITALS[:3]}
    with pytest.raises(RoundFailedError, match=r"2 hospitals' models count in this round, and it takes 3\..*Not today"):
        close_round(plan, START, {}, answers(plan, **unwilling))


def test_where_nobody_returns_it_fails(plan: Plan):
    with pytest.raises(RoundFailedError, match="No hospital returned"):
        close_round(plan, START, {}, {})
