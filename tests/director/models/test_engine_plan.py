"""What a run under another engine begins from."""

from dataclasses import asdict
from typing import Any

import pytest
from pydantic import ValidationError

from aggregation.errors import UnknownStrategyError
from aggregation.screening import Bounds
from contract.errors import UnknownTaskError
from contract.messages.engine_plans import PlannedHospital
from contract.names import Digest, EnvoyName, TaskName
from contract.tasks import DIAGNOSIS_COUNT
from director.errors import ConflictError
from director.members.access import LOCAL_ADMIN
from director.models.engine_plan import PlanChoice, PlannedRun
from director.records.schema import AuditRow, StartRow
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def planned(federation: FederationSimulator, rounds: int = 10, **choice: Any) -> PlannedRun:
    return federation.director.models.plan_run(DIAGNOSIS_COUNT.name, PlanChoice(rounds, **choice))


def acts(federation: FederationSimulator) -> int:
    federation.director.readings.write()
    with federation.director.database.read() as session:
        return session.query(AuditRow).count()


def test_a_plan_holds_the_start_the_rule_and_the_hospitals_and_changes_nothing(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    federation.director.members.expect(LOCAL_ADMIN, EnvoyName("KNH"), 55)
    before = acts(federation)
    run = planned(federation, strategy="trimmed_mean", parameters={"f": 1}, seed=7, quorum=3)
    assert acts(federation) == before
    plan = run.plan
    assert plan.task.to_task() == DIAGNOSIS_COUNT
    assert plan.start.model_dump(mode="json") == five_hospitals[0].start()
    assert (Digest.of(run.model), Digest.of(run.scaler)) == (plan.start.model_sha256, plan.start.scaler_sha256)
    assert (plan.rounds, plan.strategy, plan.parameters, plan.seed, plan.quorum) == (10, "trimmed_mean", {"f": 1}, 7, 3)
    assert plan.bounds == asdict(Bounds())
    assert [each.envoy_name for each in plan.hospitals] == ["Embu", "KNH", "KUTRRH", "Mbagathi", "MTRH"]
    assert plan.hospitals[1] == PlannedHospital(envoy_name=EnvoyName("KNH"), reported=60, expected=55)


def test_by_itself_it_combines_as_the_director_does_and_waits_for_all(
    federation: FederationSimulator, five_hospitals: object
):
    plan = planned(federation).plan
    assert (plan.strategy, plan.quorum, plan.seed) == (federation.settings.strategy, 5, 0)


def test_it_begins_from_the_current_version_and_without_who_is_disabled(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    federation.train_and_upload()
    assert federation.aggregate().status_code == 201
    federation.director.submissions.disable_hospital(LOCAL_ADMIN, EnvoyName("KNH"))
    plan = planned(federation).plan
    assert plan.start.global_version == 1
    assert [each.envoy_name for each in plan.hospitals] == ["Embu", "KUTRRH", "Mbagathi", "MTRH"]


def test_a_hospital_that_has_sent_no_statistics_is_planned_without_a_number(
    federation: FederationSimulator, five_hospitals: object
):
    federation.enrol("Nyeri")
    assert planned(federation).plan.hospitals[-1] == PlannedHospital(envoy_name=EnvoyName("Nyeri"))


def test_a_start_without_a_scaler_is_refused_with_what_to_do(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    with pytest.raises(ConflictError, match="has no scaler yet") as refused:
        planned(federation)
    assert "fl-envoy statistics" in (refused.value.hint or "")


def test_without_a_hospital_nothing_is_planned(federation: FederationSimulator, hospital: SimulatedHospital):
    hospital.send_statistics()
    federation.director.submissions.disable_hospital(LOCAL_ADMIN, EnvoyName(hospital.name))
    with pytest.raises(ConflictError, match="No hospital could take part"):
        planned(federation)


@pytest.mark.parametrize("quorum", [0, 6, -1])
def test_a_quorum_that_cant_be_reached_is_refused(federation: FederationSimulator, five_hospitals: object, quorum: int):
    with pytest.raises(ConflictError, match=f"A quorum of {quorum} can't be reached: 5 hospitals are planned"):
        planned(federation, quorum=quorum)


@pytest.mark.parametrize(
    ("choice", "error"),
    [
        ({"strategy": "no_such"}, UnknownStrategyError),
        ({"parameters": {"no_such": 1}}, UnknownStrategyError),
        ({"rounds": 0}, ValidationError),
        ({"rounds": 10_001}, ValidationError),
        ({"seed": -1}, ValidationError),
    ],
    ids=str,
)
def test_what_no_run_can_have_is_refused(
    federation: FederationSimulator, five_hospitals: object, choice: dict[str, Any], error: type
):
    with pytest.raises(error):
        planned(federation, **choice)


def test_under_a_round_nothing_is_planned(federation: FederationSimulator, five_hospitals: list[SimulatedHospital]):
    federation.open_run(rounds=1, deadline_seconds=60)
    for each in five_hospitals:
        each.answer_run(1)
    federation.director.rounds.advance()
    with pytest.raises(ConflictError, match="is under way for diagnosis_count"):
        planned(federation)


def test_a_start_of_another_definition_is_given_to_nobody(federation: FederationSimulator, five_hospitals: object):
    with federation.director.database.write() as session:
        session.query(StartRow).order_by(StartRow.id.desc()).limit(1).one().base = Digest("0" * 64)
    with pytest.raises(ConflictError, match="of an earlier definition"):
        planned(federation)


def test_of_no_such_task_nothing_is_planned(federation: FederationSimulator):
    with pytest.raises(UnknownTaskError):
        federation.director.models.plan_run(TaskName("falls"), PlanChoice(1))
