"""How a draft becomes a version: once a key, with all its files, and only while what it rests on is still so."""

import itertools

import pytest

from contract.messages.global_models import AggregationRequest
from contract.names import EnvoyName
from contract.tasks import DIAGNOSIS_COUNT
from director.errors import IdempotencyKeyReusedError
from director.members.access import LOCAL_ADMIN
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_a_repeated_request_with_its_key_makes_one_version(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    hospital.train_and_upload()
    headers = {**federation.admin, "Idempotency-Key": "once"}
    first, again = (federation.http.post("/aggregations", json={}, headers=headers).json() for _ in range(2))
    assert first == again
    hospital.train_and_upload(1)
    assert federation.aggregate().json()["version"] == 2


def test_a_key_stands_for_one_request(federation: FederationSimulator, five_hospitals: list[SimulatedHospital]):
    for each in five_hospitals:
        each.train_and_upload()
    models = federation.director.models
    made, is_new = models.aggregate(LOCAL_ADMIN, AggregationRequest(), "k1")
    assert is_new
    assert models.aggregate(LOCAL_ADMIN, AggregationRequest(), "k1") == (made, True)
    with pytest.raises(IdempotencyKeyReusedError):
        models.aggregate(LOCAL_ADMIN, AggregationRequest(strategy="coordinate_median"), "k1")
    federation.train_and_upload(1)
    assert models.aggregate(LOCAL_ADMIN, AggregationRequest(), "k2")[0].version == 2


def test_files_that_a_recovery_took_for_orphans_are_kept_again(
    federation: FederationSimulator, hospital: SimulatedHospital, monkeypatch
):
    hospital.train_and_upload()
    blobs, preview = federation.director.blobs, federation.aggregate(dry_run=True).json()

    def recovery_between(place: str) -> None:
        if place == "aggregate.kept":
            blobs.remove(preview["sha256"])

    monkeypatch.setattr("director.models.keeping.reach", recovery_between)
    assert federation.aggregate().json()["sha256"] == preview["sha256"]
    assert blobs.has(preview["sha256"])
    assert federation.director.upkeep.defects() == []


def test_where_another_version_was_published_meanwhile_it_moves_on_from_that_one_and_leaves_no_orphan(
    federation: FederationSimulator, hospital: SimulatedHospital, monkeypatch
):
    hospital.train_and_upload()
    late = federation.enrol("MTRH")
    asked = AggregationRequest(envoys=[EnvoyName("MTRH")])
    places: list[str] = []

    def another_between(place: str) -> None:
        places.append(place)
        if places.count("aggregate.kept") == 1 and place == "aggregate.kept":
            late.train_and_upload(1)
            federation.director.models.aggregate(LOCAL_ADMIN, asked)

    monkeypatch.setattr("director.models.keeping.reach", another_between)
    made = federation.aggregate().json()
    assert (made["version"], made["parent"]) == (2, 1)
    assert [each["envoy_name"] for each in made["inputs"]] == ["KUTRRH"]
    assert [each["envoy_name"] for each in made["standing"]] == ["MTRH"]
    assert federation.director.upkeep.defects() == []


def test_where_others_are_published_all_the_while_it_gives_up_and_leaves_no_orphan(
    federation: FederationSimulator, hospital: SimulatedHospital, monkeypatch
):
    hospital.train_and_upload(1)
    federation.aggregate()
    late = federation.enrol("MTRH")
    parcel, others = late.parcel(), itertools.cycle((1, 2))
    hospital.train_and_upload(2)
    federation.aggregate()
    late.upload(parcel)  # counts from the one as from the other

    def published_between(place: str) -> None:
        if place == "aggregate.kept":
            federation.director.models.publish(LOCAL_ADMIN, DIAGNOSIS_COUNT.name, next(others))

    monkeypatch.setattr("director.models.keeping.reach", published_between)
    refused = federation.aggregate()
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert len(federation.http.get("/global_models", headers=federation.admin).json()["items"]) == 2
    assert federation.director.upkeep.defects() == []
