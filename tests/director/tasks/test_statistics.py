"""Hospitals' statistics: held against the task and against each other, kept, merged."""

import json
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.messages.statistics import StatisticsReport
from contract.names import EnvoyName, TaskName
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT
from director.members.access import LOCAL_ADMIN
from director.members.envoys import envoy_named
from director.tasks import statistics
from tests.federation_simulator import FederationSimulator, SimulatedHospital


@pytest.mark.parametrize(
    "report",
    [
        pytest.param({"num_examples": 50, "mean": [3.0, 1.0], "m2": [4.0, 1.0]}, id="two features"),
        pytest.param({"num_examples": 50, "mean": [-3.0], "m2": [4.0]}, id="a mean below the minimum"),
        pytest.param({"num_examples": 50, "mean": [3.0], "m2": [-4.0]}, id="a negative m2"),
        pytest.param({"num_examples": 50, "mean": [3.0], "m2": [1e300]}, id="an m2 that no counts have"),
        pytest.param({"num_examples": 2, "mean": [3.0], "m2": [4.0]}, id="two patients"),
        pytest.param({"num_examples": 10**8, "mean": [3.0], "m2": [4.0]}, id="a hundred million patients"),
        pytest.param({"num_examples": 50, "mean": [1e999], "m2": [4.0]}, id="no finite number"),
    ],
)
def test_statistics_that_no_patients_have_are_refused(hospital: SimulatedHospital, report):
    body = json.dumps({"task": "diagnosis_count", **report})
    headers = {**hospital.headers, "Content-Type": "application/json"}
    before = hospital.start()
    response = hospital.http.post("/statistics/KUTRRH", content=body, headers=headers)
    assert response.status_code in (400, 422), response.text
    assert hospital.start() == before


def test_statistics_for_another_hospital_are_forbidden(federation: FederationSimulator, hospital: SimulatedHospital):
    federation.enrol("MTRH")
    report = {"num_examples": 50, "mean": [3.0], "m2": [40.0]}
    assert hospital.http.post("/statistics/MTRH", json=report, headers=hospital.headers).status_code == 403


# --- merged -----------------------------------------------------------------------------------------------------------


def test_a_report_is_the_scaler_of_its_rows_and_the_newest_that_counts_is_the_hospitals_own(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    hospital.send_statistics()
    older = hospital.own_scaler
    hospital.counts = hospital.counts + 1
    hospital.send_statistics()
    with federation.director.ledger.act("admin:cli") as act:
        envoy = envoy_named(act.session, EnvoyName("KUTRRH"))
        newest = statistics.report_of(act.session, envoy, DIAGNOSIS_COUNT.name, 2)
        found = statistics.newest_admitted(act.session, envoy, DIAGNOSIS_COUNT.name)
        assert found == statistics.scaler_of(newest)
        assert found is not None
        assert found.mean == pytest.approx(hospital.own_scaler.mean)
        newest.verdict = "quarantined"
        act.session.flush()
        found = statistics.newest_admitted(act.session, envoy, DIAGNOSIS_COUNT.name)
        assert found is not None
        assert found.mean == pytest.approx(older.mean)
        assert statistics.newest_admitted(act.session, envoy, TaskName("other")) is None


@given(st.lists(st.integers(10, 10**6), min_size=1, max_size=9), st.floats(1, 10))
def test_no_hospital_counts_with_more_rows_than_its_share_and_its_mean_and_variance_stay(
    counts: list[int], ratio: float
):
    scalers = [ScalerState.from_moments(count, (3.0 + place,), (2.0 * count,)) for place, count in enumerate(counts)]
    capped = statistics.capped(scalers, ratio)
    for before, after in zip(scalers, capped, strict=True):
        assert after.num_examples == min(before.num_examples, int(max(ratio * median(counts), 1)))
        assert after.mean == before.mean
        assert after.variance == pytest.approx(before.variance)


def test_a_claim_of_many_rows_does_not_move_the_merged_scaler_by_more_than_its_share(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    bounds = federation.settings.gate
    with federation.director.ledger.read() as session:
        before = statistics.merged_scaler(session, DIAGNOSIS_COUNT.name, bounds)
    claimed = five_hospitals[0].own_scaler
    report = StatisticsReport(
        num_examples=10**6, mean=claimed.mean, m2=tuple(each * 10**6 for each in claimed.variance)
    )
    federation.director.tasks.report_statistics(LOCAL_ADMIN, EnvoyName("KUTRRH"), report)
    with federation.director.ledger.read() as session:
        after = statistics.merged_scaler(session, DIAGNOSIS_COUNT.name, bounds)
        assert statistics.merged_scaler(session, TaskName("other"), bounds) is None
    assert before is not None
    assert after is not None
    assert after.num_examples < 10 * before.num_examples
