"""Hospitals' statistics: held against the task and against each other, kept, merged."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from contract.messages.statistics import StatisticsReport
from contract.names import EnvoyName, TaskName
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT
from director.members.access import LOCAL_ADMIN
from director.members.envoys import envoy_named
from director.records.schema import StatisticsRow
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


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.floats(-1e3, 1e3), st.floats(0, 1e6))
def test_a_scaler_that_counts_with_another_number_of_rows_keeps_its_mean_and_variance(
    rows: int, counted: int, mean: float, variance: float
):
    before = ScalerState.from_moments(rows, (mean,), (variance * rows,))
    after = statistics.counted_as(before, counted)
    assert (after.num_examples, after.mean) == (counted, before.mean)
    assert after.variance == pytest.approx(before.variance)


def test_a_claim_of_many_rows_does_not_move_the_merged_scaler_by_more_than_its_share(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    name, bounds = DIAGNOSIS_COUNT.name, federation.settings.gate
    with federation.director.ledger.read() as session:
        before = statistics.merged_scaler(session, name, bounds, 1)
    claimed = five_hospitals[0].own_scaler
    report = StatisticsReport(
        num_examples=10**6, mean=claimed.mean, m2=tuple(each * 10**6 for each in claimed.variance)
    )
    federation.director.tasks.report_statistics(LOCAL_ADMIN, EnvoyName("KUTRRH"), report)
    with federation.director.ledger.read() as session:
        after = statistics.merged_scaler(session, name, bounds, 1)
        assert statistics.merged_scaler(session, TaskName("other"), bounds, 1) is None
    assert before is not None
    assert after is not None
    assert (before.num_examples, after.num_examples) == (300, 3 * 65 + 260)  # 3 × the others' median, and the others


def test_where_no_cap_bites_the_merge_is_exact(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    everyone = np.concatenate([each.counts for each in five_hospitals])
    with federation.director.ledger.read() as session:
        merged = statistics.merged_scaler(session, DIAGNOSIS_COUNT.name, federation.settings.gate, 1)
    assert merged is not None
    assert merged.num_examples == len(everyone)
    assert merged.mean[0] == pytest.approx(everyone.mean(), rel=1e-9)
    assert merged.scale[0] == pytest.approx(everyone.std(), rel=1e-9)


def test_with_fewer_reports_than_the_minimum_there_is_no_merge(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    name, bounds = DIAGNOSIS_COUNT.name, federation.settings.gate
    with federation.director.ledger.read() as session:
        assert statistics.merged_scaler(session, name, bounds, 5) is not None
        assert statistics.merged_scaler(session, name, bounds, 6) is None


def test_all_have_reported_when_every_enabled_hospital_has_a_report_that_is_not_out(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    def have_all() -> bool:
        with federation.director.ledger.read() as session:
            return statistics.have_all_reported(session, DIAGNOSIS_COUNT.name)

    assert have_all()
    newcomer = federation.enrol("Newcomer")
    assert not have_all()
    newcomer.send_statistics()
    assert have_all()
    federation.director.tasks.decide_statistics(
        LOCAL_ADMIN, "rejected", EnvoyName("Newcomer"), DIAGNOSIS_COUNT.name, 1, "wrong unit"
    )
    assert not have_all()
    federation.director.submissions.disable_hospital(LOCAL_ADMIN, EnvoyName("Newcomer"))
    assert have_all()


def test_of_a_hospitals_reports_the_oldest_go_but_for_what_counts(
    federation: FederationSimulator, hospital: SimulatedHospital, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(statistics, "MOST_REPORTS", 3)
    for _ in range(6):
        hospital.counts = hospital.counts + 1
        assert hospital.send_statistics().status_code == 201
    listed = federation.http.get("/statistics", headers=federation.admin).json()["items"]
    assert sorted(each["version"] for each in listed) == [4, 5, 6]
    kept = federation.http.get("/audit?act=statistics.keep", headers=federation.admin).json()["items"]
    assert len(kept) == 6
    with federation.director.ledger.act("director") as act:  # all but the first are out
        rows = act.session.scalars(select(StatisticsRow).order_by(StatisticsRow.version)).unique().all()
        for row in rows[1:]:
            row.verdict = "rejected"
    for _ in range(2):
        hospital.counts = hospital.counts + 1
        assert hospital.send_statistics().status_code == 201
    listed = federation.http.get("/statistics", headers=federation.admin).json()["items"]
    assert sorted(each["version"] for each in listed) == [6, 7, 8]
