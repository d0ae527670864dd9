"""What everyone starts from: the shared start, the merged scaler, the current global model behind it."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from contract.artifacts.model_file import read_model
from contract.artifacts.scaler_file import read_scaler
from contract.names import Digest, TaskName
from contract.network import forward, softmax
from contract.tasks import DIAGNOSIS_COUNT, Task
from director.errors import DamagedArtifactError, NotFoundError
from director.records.schema import PublicationRow, StartRow
from director.tasks import starts
from director.tasks.artifacts import Artifacts
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_the_first_start_is_the_shared_one_and_behind_no_scaler(hospital: SimulatedHospital):
    start = hospital.start()
    state = read_model(hospital.blob(start["model_sha256"]), DIAGNOSIS_COUNT.layout)
    assert all(np.array_equal(state[name], values) for name, values in DIAGNOSIS_COUNT.initial_state().items())
    assert (start["scaler_sha256"], start["global_version"]) == (None, None)


def test_statistics_move_the_scaler_and_the_base_once_they_are_merged(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
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
    assert first.start() == before
    merged_anew = federation.merge_statistics()
    assert (merged_anew.status_code, merged_anew.json()) == (200, first.start())
    assert first.start()["base"] != before["base"]


def test_an_upload_from_an_earlier_start_is_still_taken(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    first = five_hospitals[0]
    parcel = first.parcel()
    five_hospitals[1].counts = five_hospitals[1].counts + 1
    five_hospitals[1].send_statistics()
    federation.merge_statistics()
    assert first.start()["base"] != parcel.metadata["base"]
    assert first.upload(parcel).status_code == 201


def test_when_the_scaler_moves_the_start_still_computes_the_global_model(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    for each in five_hospitals:
        each.train_and_upload()
    federation.aggregate()
    federation.enrol("Newcomer", patients=300).send_statistics()
    federation.merge_statistics()
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


# --- renewed only where it moves --------------------------------------------------------------------------------------


def starts_on_record(federation: FederationSimulator) -> list[tuple[str, str]]:
    page = federation.http.get("/audit?act=start.renew", headers=federation.admin).json()
    return [(each["actor"], each["facts"]["base"]) for each in page["items"]]


def test_a_start_that_would_be_the_same_is_not_given_out_again(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    hospital.send_statistics()
    before = starts_on_record(federation)
    director = federation.director
    with director.ledger.act("admin:cli") as act:
        director.tasks.move_starts(act)
        assert act.told == []
    federation.restart()
    assert starts_on_record(federation) == before
    assert before[0] == ("director", hospital.start()["base"])


def test_a_start_is_up_to_date_as_long_as_it_is_of_the_current_version_and_the_task_as_it_is(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    hospital.train_and_upload()
    federation.aggregate()
    hospital.send_statistics()  # the start does not follow a report, and is up to date still
    with federation.director.database.write() as session:
        assert starts.is_up_to_date(session, DIAGNOSIS_COUNT)
        assert not starts.is_up_to_date(session, dataclasses.replace(DIAGNOSIS_COUNT, cut_points=(4.0, 12.0)))
        session.query(PublicationRow).delete()
        assert not starts.is_up_to_date(session, DIAGNOSIS_COUNT)
        session.rollback()


def test_the_shared_starts_are_those_before_there_was_a_version(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    first = hospital.start()
    hospital.send_statistics()
    second = hospital.start()
    hospital.train_and_upload()
    federation.aggregate()
    with federation.director.ledger.read() as session:
        found = [row.base for row in starts.shared_starts(session, DIAGNOSIS_COUNT)]
        moved = dataclasses.replace(DIAGNOSIS_COUNT, cut_points=(4.0, 12.0))
        assert starts.shared_starts(session, moved) == []
    assert found == [first["base"], second["base"]]


def test_a_start_is_named_by_its_base_within_its_task_and_the_last_one_holds(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    first = hospital.start()
    hospital.send_statistics()
    second = hospital.start()
    name, other = DIAGNOSIS_COUNT.name, TaskName("other")
    with federation.director.ledger.read() as session:
        assert starts.describe_start(_found(starts.start_named(session, name, first["base"]))).model_dump() == first
        assert starts.describe_start(_found(starts.current_start(session, name))).model_dump() == second
        assert starts.start_named(session, other, first["base"]) is None
        assert starts.start_named(session, name, Digest("0" * 64)) is None
        assert starts.current_start(session, other) is None
        unknown, agreed = Digest("0" * 64), second["scaler_sha256"]
        moved = dataclasses.replace(DIAGNOSIS_COUNT, cut_points=(4.0, 12.0))
        for base in (first["base"], second["base"]):
            assert starts.was_given_out(session, DIAGNOSIS_COUNT, base)
            assert not starts.was_given_out(session, moved, base)
        assert starts.was_agreed(session, DIAGNOSIS_COUNT, agreed)
        assert not starts.was_agreed(session, moved, agreed)
        assert not starts.was_given_out(session, DIAGNOSIS_COUNT, unknown)
        assert not starts.was_agreed(session, DIAGNOSIS_COUNT, unknown)


def test_an_upload_costs_one_look_however_many_scalers_there_were(
    federation: FederationSimulator, monkeypatch: pytest.MonkeyPatch
):
    """782 of them once made every upload twice as slow: each was digested every time."""
    digested, plain = [], Task.base

    def counted(task: Task, *of: Any) -> Digest:
        digested.append(of)
        return plain(task, *of)

    model = Digest("1" * 64)
    scalers = [Digest.of(str(number).encode()) for number in range(50)]
    with federation.director.ledger.act("director") as act:
        for scaler in scalers:
            base = DIAGNOSIS_COUNT.base(model, scaler)
            row = StartRow(task=DIAGNOSIS_COUNT.name, base=base, model_sha256=model, scaler_sha256=scaler)
            row.created_at = act.now
            act.session.add(row)
    monkeypatch.setattr(Task, "base", counted)
    with federation.director.ledger.read() as session:
        assert starts.was_given_out(session, DIAGNOSIS_COUNT, DIAGNOSIS_COUNT.base(model, scalers[7]))
        assert starts.was_agreed(session, DIAGNOSIS_COUNT, scalers[7])
    assert len(digested) == 3


def _found(row: StartRow | None) -> StartRow:
    assert row is not None
    return row


def test_only_a_starts_own_files_can_be_fetched_and_of_two_starts_the_later_is_named(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    first = hospital.start()
    hospital.send_statistics()  # the same model behind another scaler
    second = hospital.start()
    assert first["model_sha256"] == second["model_sha256"]
    with federation.director.ledger.read() as session:
        assert starts.start_with_file(session, first["model_sha256"]).base == second["base"]
        assert starts.start_with_file(session, second["scaler_sha256"]).base == second["base"]
        with pytest.raises(NotFoundError):
            starts.start_with_file(session, second["base"])


def test_a_damaged_file_leaves_the_start_that_holds_and_is_in_the_log(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    for each in five_hospitals:
        each.train_and_upload()
    sha256 = federation.aggregate().json()["scaler_sha256"]
    before = five_hospitals[0].start()
    blob = federation.file("blobs", sha256[:2], sha256)
    blob.write_bytes(blob.read_bytes()[:-1] + b"x")
    federation.restart()
    assert five_hospitals[0].start() == before
    with federation.director.ledger.act("admin:cli") as act:
        federation.director.tasks.move_starts(act)
        artifacts = Artifacts(federation.director.blobs, DIAGNOSIS_COUNT)
        with pytest.raises(DamagedArtifactError):
            starts.move_start(act, artifacts, DIAGNOSIS_COUNT, federation.settings.gate, 1)
    assert "start.damaged" in federation.file("logs", "director.log").read_text()
