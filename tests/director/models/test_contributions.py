"""What an aggregate rests on: whose models enter, opened and counted."""

from collections import Counter
from typing import Any

import numpy as np
import pytest

from aggregation.screening import Bounds
from aggregation.updates import Tensors
from contract.artifacts.scaler_file import read_scaler
from contract.messages.global_models import AggregationRequest
from contract.names import Digest, EnvoyName
from contract.scaler import re_express_first_layer
from contract.tasks import DIAGNOSIS_COUNT
from director.assembly import Director
from director.errors import DamagedArtifactError
from director.members.access import LOCAL_ADMIN
from director.models.choice import close_chosen
from director.models.contributions import ClosedSet, Contribution, Making
from director.settings import DirectorSettings
from director.tasks import artifacts as artifacts_module
from director.tasks.artifacts import Artifacts
from tests.federation_simulator import FederationSimulator, SimulatedHospital, names_in


def test_a_hospital_whose_newest_model_waits_stands_still(federation: FederationSimulator, liar: SimulatedHospital):
    federation.aggregate()
    federation.train_and_upload(1, but=liar)
    again = federation.aggregate().json()
    assert names_in(again) == ["Embu", "KUTRRH", "Mbagathi", "MTRH"]
    assert again["quarantined"] == []
    (waits,) = again["standing"]
    assert (waits["envoy_name"], waits["waits"], waits["weight"]) == ("KNH", True, 60 / 300)
    named = federation.aggregate(envoys=["KNH", "MTRH"])
    assert (named.status_code, named.json()["code"]) == (409, "conflict")


def test_a_newer_honest_model_takes_the_place_of_the_one_that_waits(
    federation: FederationSimulator, liar: SimulatedHospital
):
    federation.aggregate()
    federation.train_and_upload(1, but=liar)
    assert liar.train_and_upload(3)["version"] == 3
    assert "KNH" in names_in(federation.aggregate().json())


def test_only_named_hospitals_enter(federation: FederationSimulator, five_hospitals: list[SimulatedHospital]):
    for each in five_hospitals[:3]:
        each.train_and_upload()
    named = federation.aggregate(envoys=["MTRH", "KUTRRH", "mtrh"]).json()
    assert [each["envoy_name"] for each in named["inputs"]] == ["KUTRRH", "MTRH"]


def test_an_unknown_hospitals_scaler_is_refused(federation: FederationSimulator, hospital: SimulatedHospital):
    hospital.train_and_upload()
    for scaler in ("Nowhere", "no name"):
        response = federation.aggregate(scaler=scaler)
        assert response.status_code in (404, 422)


def test_models_of_another_definition_of_the_task_no_longer_count(tmp_path):
    with FederationSimulator(tmp_path / "director") as federation:
        hospital = federation.enrol("KUTRRH")
        parcel = hospital.parcel()
        hospital.upload(parcel)
        federation.aggregate()
        settings = {"diagnosis_count": {"cut_points": [4, 12]}}
        federation.settings = DirectorSettings(data_dir=federation.folder, tasks=settings)
        federation.restart()
        ask: dict[str, Any] = {"json": {"inputs": {"diagnosis_count": 13}}, "headers": federation.analyst}
        assert federation.http.post("/infer_global", **ask).json()["code"] == "no_model_yet"
        assert hospital.infer({"diagnosis_count": 13}).json()["code"] == "no_model_yet"
        assert federation.aggregate().json()["code"] == "no_updates"
        assert hospital.upload(parcel).json()["code"] == "base_unknown"
        assert hospital.start()["global_version"] is None
        hospital.task = federation.director.catalogue[DIAGNOSIS_COUNT.name]
        hospital.train_and_upload(2)
        assert federation.aggregate().json()["version"] == 2
        assert federation.http.post("/infer_global", **ask).json()["cut_points"] == [4.0, 12.0]


# --- by itself --------------------------------------------------------------------------------------------------------


def closed(federation: FederationSimulator, *, making: Making | None = None, **asked: Any) -> ClosedSet:
    director = federation.director
    with director.database.read() as session:
        artifacts = Artifacts(director.blobs, DIAGNOSIS_COUNT)
        request = AggregationRequest.model_validate(asked)
        return close_chosen(session, artifacts, DIAGNOSIS_COUNT, request, making or Making())


def names_of(found: ClosedSet) -> list[str]:
    return [each.row.envoy.name for each in found.contributions]


def base_of(each: Contribution) -> Tensors:
    assert each.model.base is not None
    return each.model.base


def test_every_hospital_contributes_its_model_behind_its_own_scaler(
    federation: FederationSimulator, uploaded: list[SimulatedHospital]
):
    found = closed(federation)
    assert names_of(found) == ["Embu", "KNH", "KUTRRH", "Mbagathi", "MTRH"]
    for each in found.contributions:
        hospital = federation.hospitals[each.row.envoy.name]
        assert each.model.scaler == hospital.own_scaler
        assert each.model.digest == each.row.digest_of("model")
        assert each.model.num_examples == len(hospital.counts)
    assert found.reference is None


def test_what_training_changed_is_measured_behind_the_hospitals_own_scaler(
    federation: FederationSimulator, uploaded: list[SimulatedHospital]
):
    spec = DIAGNOSIS_COUNT.layout[-1]  # not of the first layer: another scaler leaves it as it is
    for each in closed(federation).contributions:
        moved = each.model.change.read(spec, 0, spec.size)
        assert 0 < np.abs(moved).max() < 1
        assert np.array_equal(
            base_of(each).read(spec, 0, spec.size), DIAGNOSIS_COUNT.initial_state()[spec.name].reshape(-1)
        )


def test_the_start_that_it_was_trained_from_is_put_behind_the_hospitals_own_scaler(
    federation: FederationSimulator, uploaded: list[SimulatedHospital]
):
    start, weight, bias = DIAGNOSIS_COUNT.initial_state(), *DIAGNOSIS_COUNT.layout[:2]
    found = closed(federation)
    assert found.agreed_scaler is not None
    for each in found.contributions:
        own = federation.hospitals[each.row.envoy.name].own_scaler
        assert own != found.agreed_scaler
        expected = re_express_first_layer(start[weight.name], start[bias.name], found.agreed_scaler, own)
        for spec, values in zip((weight, bias), expected, strict=True):
            assert np.allclose(base_of(each).read(spec, 0, spec.size), values.reshape(-1), rtol=1e-6)


def test_counts_are_capped_against_the_others(federation: FederationSimulator, uploaded: list[SimulatedHospital]):
    others = {name: len(each.counts) for name, each in federation.hospitals.items()}
    largest = federation.enrol("Nairobi", patients=500)
    largest.send_statistics()
    largest.train_and_upload()
    found = closed(federation, making=Making(Bounds(count_ratio=2.0)))
    assert {each.row.envoy.name: each.model.num_examples for each in found.contributions} == {
        **others,
        "Nairobi": 2 * sorted(others.values())[2],
    }
    assert {each.row.envoy.name for each in found.contributions if each.count.is_capped} == {"Nairobi"}


def test_a_hospital_counts_for_no_more_than_its_newest_statistics_and_the_admins_expectation(
    federation: FederationSimulator, uploaded: list[SimulatedHospital]
):
    first, second = uploaded[:2]
    first.counts = first.counts[:30]
    first.send_statistics()
    members = federation.director.members
    members.expect(LOCAL_ADMIN, EnvoyName(second.name), 20)
    found = {str(each.row.envoy.name): each.count for each in closed(federation).contributions}
    assert (found[first.name].claimed, found[first.name].counted, found[first.name].bound) == (40, 30, "reported")
    assert (found[second.name].claimed, found[second.name].counted, found[second.name].bound) == (50, 20, "expected")


def test_of_a_hospital_without_statistics_the_others_claims_are_believed(federation: FederationSimulator):
    for name, patients in (("KUTRRH", 40), ("MTRH", 50), ("KNH", 90)):
        federation.enrol(name, patients=patients).train_and_upload()
    found = {str(each.row.envoy.name): each.count for each in closed(federation).contributions}
    assert (found["KNH"].claimed, found["KNH"].counted, found["KNH"].bound) == (90, 45, "others_claims")


def test_a_damaged_file_ends_it(federation: FederationSimulator, uploaded: list[SimulatedHospital]):
    digest = closed(federation).contributions[0].model.digest
    federation.file("blobs", digest[:2], digest).write_bytes(b"damaged")
    with pytest.raises(DamagedArtifactError, match=digest[:12]):
        closed(federation)


def test_an_aggregate_reads_each_file_once_and_parses_each_scaler_once(
    federation: FederationSimulator, uploaded: list[SimulatedHospital], monkeypatch
):
    headers = {**federation.admin, "Content-Type": "text/csv"}
    table = b"label,diagnosis_count\nlow,3\nmedium,9\nhigh,20\n"
    assert federation.http.put("/validation/diagnosis_count", content=table, headers=headers).status_code == 200
    assert federation.aggregate().status_code == 201  # so that the second one is held against a current model
    scaler = uploaded[0].start()["scaler_sha256"]  # behind which the starts and the current model stand
    for each in uploaded:
        assert each.upload(each.parcel(2, own_scaler=True)).status_code == 201
    federation.stop()  # nobody else reads or parses
    alone = Director(federation.settings, federation.clock)
    alone.ledger._readers.clear()
    read, parsed = Counter[Digest](), Counter[Digest]()
    original_read, original_parse = alone.blobs.read, read_scaler

    def counted_read(digest: Digest) -> bytes:
        read[digest] += 1
        return original_read(digest)

    def counted_parse(data: bytes, features: int) -> object:
        parsed[Digest.of(data)] += 1
        return original_parse(data, features)

    with monkeypatch.context() as patched:
        patched.setattr(alone.blobs, "read", counted_read)
        patched.setattr(artifacts_module, "read_scaler", counted_parse)
        made, _ = alone.models.aggregate(LOCAL_ADMIN, AggregationRequest())
    alone.database.close()
    federation._start()

    own = {each.scaler_sha256 for each in made.inputs}
    assert len(own) == 5
    assert {each.model_sha256 for each in made.inputs} | own < set(read)
    assert set(read.values()) == {1}
    assert set(parsed) == own | {scaler}
    assert set(parsed.values()) == {1}
