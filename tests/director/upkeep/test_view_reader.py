"""The friendly paths as a reader of events: what belongs there is shown, what is not ours is left alone."""

import pytest

from director.records import audit
from director.upkeep.events import BackupMade
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_a_rejected_version_gives_way_to_the_one_before_and_then_to_none(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    first, second = hospital.train_and_upload(1), hospital.train_and_upload(2)
    federation.decide("reject", second["id"])
    assert federation.digest_at("received_results", "KUTRRH", "model.pt") == first["files"]["model"]["sha256"]
    federation.decide("reject", first["id"])
    assert [path for path in federation.file("received_results").rglob("*") if path.is_file()] == []


def test_a_version_without_a_log_takes_the_one_befores_log_away(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    hospital.train_and_upload(1)
    parcel = hospital.parcel(2)
    parcel.log = None
    hospital.upload(parcel)
    for folder in (("KUTRRH",), ("KUTRRH", "diagnosis_count")):
        assert not federation.file("received_results", *folder, "training.log").exists()
        assert federation.digest_at("received_results", *folder, "model.pt")


def test_a_foreign_file_is_neither_overwritten_nor_removed(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    first = hospital.train_and_upload(1)
    foreign = federation.file("received_results", "KUTRRH", "model.pt")
    foreign.write_bytes(b"somebody else's")
    hospital.train_and_upload(2)
    federation.decide("reject", federation.submission("KUTRRH", 2)["id"])
    federation.decide("reject", first["id"])
    assert foreign.read_bytes() == b"somebody else's"


def test_only_the_hospital_that_was_told_about_is_looked_at(federation: FederationSimulator):
    one, other = federation.enrol("KUTRRH"), federation.enrol("MTRH")
    one.train_and_upload(1)
    gone = federation.file("received_results", "KUTRRH", "model.pt")
    gone.unlink()
    other.train_and_upload(1)
    assert not gone.exists()
    one.train_and_upload(2)
    assert gone.exists()


def test_what_concerns_no_version_and_no_model_is_read_without_a_look(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    hospital.train_and_upload()
    gone = federation.file("received_results", "KUTRRH", "model.pt")
    gone.unlink()
    director = federation.director
    with director.ledger.act("director") as act:
        act.tell(BackupMade())
    assert not gone.exists()


def test_a_file_that_can_not_be_shown_holds_up_no_other_and_is_tried_again_with_the_next_event(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    hospital.train_and_upload()
    blocked = federation.file("received_results", "KUTRRH", "metadata.json")
    model = federation.file("received_results", "KUTRRH", "model.pt")
    for path in (blocked, model):
        path.unlink()
    blocked.mkdir()
    director = federation.director
    with director.database.write() as session:
        told = audit.told_after(session, 0)
        assert director.upkeep._views.read(session, told) == told[-1].seq
    assert model.exists()
    blocked.rmdir()
    with director.ledger.act("director") as act:
        act.tell(BackupMade())  # which says nothing of this hospital
    assert blocked.is_file()
    assert director.upkeep.defects() == []


def test_a_file_that_can_not_be_shown_for_long_holds_up_no_other_hospital(
    federation: FederationSimulator, hospital: SimulatedHospital, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("director.upkeep.readers._READ_AT_ONCE", 3)
    other = federation.enrol("MTRH")
    federation.file("received_results", "KUTRRH", "model.pt").mkdir(parents=True)
    hospital.train_and_upload()
    for _ in range(5):  # more than one stretch
        with federation.director.ledger.act("director") as act:
            act.tell(BackupMade())
    other.train_and_upload()
    assert federation.file("received_results", "MTRH", "model.pt").is_file()
