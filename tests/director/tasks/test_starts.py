"""What everyone starts from: the shared start, the merged scaler, the current global model behind it."""

import numpy as np
import pytest
from federation_simulator import FederationSimulator, SimulatedHospital

from contract.artifacts.model_file import read_model
from contract.artifacts.scaler_file import read_scaler
from contract.network import forward, softmax
from contract.tasks import DIAGNOSIS_COUNT


def test_the_first_start_is_the_shared_one_and_behind_no_scaler(hospital: SimulatedHospital):
    start = hospital.start()
    state = read_model(hospital.blob(start["model_sha256"]), DIAGNOSIS_COUNT.layout)
    assert all(np.array_equal(state[name], values) for name, values in DIAGNOSIS_COUNT.initial_state().items())
    assert (start["scaler_sha256"], start["global_version"]) == (None, None)


def test_statistics_move_the_scaler_and_the_base(five_hospitals: list[SimulatedHospital]):
    first = five_hospitals[0]
    before = first.start()
    everyone = np.concatenate([each.counts for each in five_hospitals])
    merged = read_scaler(first.blob(before["scaler_sha256"]), 1)
    assert merged.mean[0] == pytest.approx(everyone.mean(), rel=1e-9)
    assert merged.scale[0] == pytest.approx(everyone.std(), rel=1e-9)
    assert first.send_statistics().status_code == 200  # the same again changes nothing
    assert first.start() == before
    first.counts = first.counts + 1
    assert first.send_statistics().status_code == 201
    assert first.start()["base"] != before["base"]


def test_an_upload_from_an_earlier_start_is_still_taken(five_hospitals: list[SimulatedHospital]):
    first = five_hospitals[0]
    parcel = first.parcel()
    five_hospitals[1].counts = five_hospitals[1].counts + 1
    five_hospitals[1].send_statistics()
    assert first.upload(parcel).status_code == 201


def test_when_the_scaler_moves_the_start_still_computes_the_global_model(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    for each in five_hospitals:
        each.train_and_upload()
    federation.aggregate()
    federation.enrol("Newcomer", patients=300).send_statistics()
    first = five_hospitals[0]
    start = first.start()
    assert start["global_version"] == 1
    x = np.arange(0.0, 60.0)[:, None]

    def answers(model: bytes, scaler: bytes) -> np.ndarray:
        state = read_model(model, DIAGNOSIS_COUNT.layout)
        return softmax(forward(DIAGNOSIS_COUNT.architecture, state, read_scaler(scaler, 1).transform(x)))

    published = (federation.file("aggregated", name).read_bytes() for name in ("model.pt", "scaler.pkl"))
    started = (first.blob(start[key]) for key in ("model_sha256", "scaler_sha256"))
    assert federation.digest_at("aggregated", "scaler.pkl") != start["scaler_sha256"]
    assert np.abs(answers(*published) - answers(*started)).max() < 1e-5


def test_a_hospital_may_fetch_a_start_and_no_other_file(federation: FederationSimulator, hospital: SimulatedHospital):
    other = federation.enrol("MTRH")
    receipt = hospital.train_and_upload()
    sha256 = receipt["files"]["model"]["sha256"]
    assert other.http.get(f"/blobs/{sha256}", headers=other.headers).status_code == 404
    assert other.http.get("/blobs/xyz", headers=other.headers).status_code == 422


def test_disabling_a_hospital_takes_its_statistics_out_of_the_start(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    before = five_hospitals[0].start()
    federation.http.post("/envoys/MTRH/disable", headers=federation.admin)
    assert five_hospitals[0].start()["scaler_sha256"] != before["scaler_sha256"]
