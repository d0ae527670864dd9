"""The friendly paths: what a start mends there, what it leaves alone, and that no answer waits for them."""

from director.errors import DatabaseError
from director.upkeep.views import Views
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def defects(federation: FederationSimulator) -> list[str]:
    return federation.director.upkeep.defects()


def test_a_start_mends_the_view_and_leaves_foreign_files_alone(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    hospital.train_and_upload()
    older = federation.file("received_results", "KUTRRH", "model.pt").read_bytes()
    hospital.train_and_upload(2)
    shown, foreign = (federation.file("received_results", "KUTRRH", name) for name in ("model.pt", "scaler.pkl"))
    newer = shown.read_bytes()
    shown.write_bytes(older)
    foreign.write_bytes(b"somebody else's")
    federation.file("received_results", "KUTRRH", "metadata.json").unlink()
    assert len(defects(federation)) == 3
    federation.restart()
    assert shown.read_bytes() == newer
    assert federation.file("received_results", "KUTRRH", "metadata.json").exists()
    assert foreign.read_bytes() == b"somebody else's"
    assert "view.foreign_file" in federation.file("logs", "director.log").read_text()
    assert len(defects(federation)) == 1


def test_a_start_removes_what_was_left_half_written_in_the_view(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    hospital.train_and_upload()
    left = federation.file("received_results", "KUTRRH", ".model.pt.0a1b2c3d.arriving")
    left.write_bytes(b"half a mod")
    assert [each for each in defects(federation) if "half written" in each]
    federation.restart()
    assert not left.exists()
    assert defects(federation) == []


def test_a_receipt_is_given_though_the_view_can_not_be_written(
    federation: FederationSimulator, hospital: SimulatedHospital, monkeypatch
):
    def locked(*_: object) -> None:
        raise DatabaseError("The database does not answer; nothing was changed.")

    with monkeypatch.context() as patched:
        patched.setattr(Views, "read", locked)
        assert hospital.upload(hospital.parcel()).status_code == 201
    federation.restart()
    assert defects(federation) == []
