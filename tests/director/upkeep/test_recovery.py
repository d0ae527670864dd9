"""What a killed process left is finished before the director serves."""

import json
from collections.abc import Sequence

import pytest

from contract.names import Digest
from director.assembly import Director
from director.records.schema import PublicationRow
from director.upkeep.views import ViewFile, Views
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def recovered(federation: FederationSimulator) -> Director:
    """Give a director that has put the folder in order, as `serve` does before its workers begin."""
    director = Director(federation.settings, federation.clock)
    director.upkeep.recover()
    return director


def test_what_no_row_names_is_removed_and_what_a_row_names_stays(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    kept = hospital.train_and_upload()["files"]
    orphan, _ = federation.director.blobs.keep(b"an upload whose row was never written")
    half = federation.file("blobs", "incoming", "half")
    half.write_bytes(b"half an upload")
    director = recovered(federation)
    assert not director.blobs.has(orphan)
    assert not half.exists()
    assert all(director.blobs.has(file["sha256"]) for file in kept.values())
    assert director.upkeep.defects() == []


def test_it_says_how_much_it_removed_and_is_silent_where_it_removed_nothing(federation: FederationSimulator):
    federation.director.blobs.keep(b"an upload whose row was never written")
    for _ in range(2):
        federation.restart()
    said = [json.loads(line) for line in federation.file("logs", "director.log").read_text().splitlines()]
    assert [line["orphans_removed"] for line in said if line["event"] == "recovered"] == [1]


def test_a_house_in_order_is_left_as_it_is(federation: FederationSimulator, five_hospitals: list[SimulatedHospital]):
    for each in five_hospitals:
        each.train_and_upload()
    federation.aggregate()
    before, lines = federation.director.upkeep.checkpoint(), len(federation.log_lines())
    director = recovered(federation)
    assert director.upkeep.checkpoint().seq == before.seq
    assert len(federation.log_lines()) == lines


def test_a_start_of_a_version_that_is_not_the_current_one_is_renewed_and_on_record(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    for nudge in (1, 2):
        hospital.train_and_upload(nudge)
        federation.aggregate()
    assert hospital.start()["global_version"] == 2
    with federation.director.database.write() as session:
        session.delete(session.query(PublicationRow).order_by(PublicationRow.id.desc()).limit(1).one())
    recovered(federation)
    assert hospital.start()["global_version"] == 1
    assert federation.log_lines("start.renew")[-1]["actor"] == "director"


def test_a_recovery_merges_no_statistics(federation: FederationSimulator, five_hospitals: list[SimulatedHospital]):
    five_hospitals[0].counts = five_hospitals[0].counts + 1
    five_hospitals[0].send_statistics()
    before = five_hospitals[0].start()
    recovered(federation)
    assert five_hospitals[0].start() == before


def test_a_start_removes_what_no_row_names(federation: FederationSimulator, hospital: SimulatedHospital):
    hospital.train_and_upload()
    orphan, _ = federation.director.blobs.keep(b"an upload whose row was never written")
    federation.file("blobs", "incoming", "half").write_bytes(b"half an upload")
    assert [each for each in federation.director.upkeep.defects() if "orphan" in each]
    federation.restart()
    assert not federation.director.blobs.has(orphan)
    assert list(federation.file("blobs", "incoming").iterdir()) == []
    assert federation.director.upkeep.defects() == []


def test_a_part_waits_for_its_rest_through_a_recovery_but_not_for_ever(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    data, headers = b"a model in parts", {**hospital.headers, "Content-Range": "bytes 0-3/16"}
    part = f"/upload/KUTRRH/parts/{Digest.of(data)}"
    assert hospital.http.patch(part, content=data[:4], headers=headers).json() == {"received": 4}
    recovered(federation)
    assert hospital.http.get(part, headers=hospital.headers).json() == {"received": 4}
    federation.clock.pass_by(days=1, minutes=1)
    recovered(federation)
    assert hospital.http.get(part, headers=hospital.headers).json() == {"received": 0}


def test_a_view_that_had_no_room_is_made_once_the_orphans_are_gone(
    federation: FederationSimulator, hospital: SimulatedHospital, monkeypatch: pytest.MonkeyPatch
):
    hospital.train_and_upload()
    federation.file("received_results", "KUTRRH", "model.pt").unlink()
    orphan, _ = federation.director.blobs.keep(b"an upload whose row was never written")
    show, director = Views._show, Director(federation.settings, federation.clock)

    def while_there_is_room(views: Views, files: Sequence[ViewFile]) -> bool:
        return not director.blobs.has(orphan) and show(views, files)

    monkeypatch.setattr(Views, "_show", while_there_is_room)
    director.upkeep.recover()
    assert federation.file("received_results", "KUTRRH", "model.pt").is_file()
    assert director.upkeep.defects() == []
