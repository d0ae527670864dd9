"""Hospitals' statistics: held against the task and against each other, kept, merged."""

import json

import pytest
from federation_simulator import FederationSimulator, SimulatedHospital


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
