"""The federation that the pages speak of: five hospitals with models, versions, and what waits for a person."""

from pathlib import Path

from simulation.consortium import write_consortium
from tests.federation_simulator import FederationSimulator, SimulatedHospital

PATIENTS = {"KUTRRH": 240, "MTRH": 180, "KNH": 200, "Embu": 120, "Mbagathi": 150}
"""Of the first two the pages say how many."""


def fill(folder: Path) -> None:
    """Make a director's folder: versions 1 to 3, and of KNH a model and statistics in quarantine.

    Beside it stand ``start1`` and ``start2``: what KNH's current model was trained from, and the others'.
    """
    with FederationSimulator(folder) as federation:
        for name, patients in PATIENTS.items():
            assert federation.enrol(name, patients).send_statistics().status_code == 201
        knh = federation.hospitals["KNH"]
        federation.train_and_upload(1)
        assert federation.aggregate().status_code == 201
        _keep_start(knh, folder.with_name("start1"))
        federation.train_and_upload(2)
        assert federation.aggregate().status_code == 201
        _keep_start(knh, folder.with_name("start2"))
        assert knh.upload(knh.gone_too_far(10)).status_code == 201
        federation.train_and_upload(3, but=knh)
        assert federation.aggregate().status_code == 201
        own = knh.own_scaler
        report = {"num_examples": own.num_examples, "mean": [500.0], "m2": own.m2}
        assert knh.http.post("/statistics/KNH", json=report, headers=knh.headers).json()["verdict"] == "quarantined"


def _keep_start(hospital: SimulatedHospital, folder: Path) -> None:
    start = hospital.start()
    folder.mkdir()
    (folder / "model.pt").write_bytes(hospital.blob(start["model_sha256"]))
    (folder / "scaler.pkl").write_bytes(hospital.blob(start["scaler_sha256"]))


def write_tables(folder: Path) -> None:
    """Write the tables of two hospitals, as the README says."""
    write_consortium(folder, hospitals=2, patients=300, seed=0)
