"""Uploads over HTTP: 201 for a new one, 200 for the same again, and never a promise for later."""

import pytest

from director.api.parcels import Desk
from director.errors import BusyError
from tests.director.api.pages import every_item
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_an_upload_is_answered_201_and_the_same_again_200(hospital: SimulatedHospital) -> None:
    parcel = hospital.parcel()
    first, again, keyed = (hospital.upload(parcel, **more) for more in ({}, {}, {"Idempotency-Key": "k"}))
    assert (first.status_code, again.status_code, keyed.status_code) == (201, 200, 200)
    assert first.json() == again.json() == keyed.json()


def test_no_upload_is_answered_202_not_even_one_that_quarantine_awaits(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
) -> None:
    for each in five_hospitals:
        each.train_and_upload()
    suspect = five_hospitals[2]
    parcel = suspect.parcel(1)
    parcel.metadata["num_examples"] = 10_000  # not what its statistics and its scaler say
    answers = [suspect.upload(parcel)]
    assert federation.aggregate().status_code == 201
    answers += [suspect.upload(parcel), suspect.upload(suspect.parcel(2)), suspect.upload(suspect.parcel(2))]
    assert {each.status_code for each in answers} <= {200, 201}


def test_submissions_are_listed_in_pages_and_by_filters(
    federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    other = federation.enrol("MTRH")
    ids = []
    for nudge in range(3):
        federation.clock.pass_by(seconds=1)
        ids.append(hospital.train_and_upload(nudge)["id"])
    other.train_and_upload()

    def listed(headers: dict[str, str], **query: str) -> list[str]:
        return [each["id"] for each in every_item(federation.http, "/submissions", headers, limit=2, **query)]

    assert listed(hospital.headers) == ids[::-1]
    assert len(listed(federation.admin)) == 4
    assert listed(federation.admin, envoy_name="kutrrh", verdict="admitted", task="diagnosis_count") == ids[::-1]
    assert listed(federation.admin, verdict="rejected") == []


def test_a_person_takes_a_model_out_and_lets_no_second_word_follow(
    federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    id_ = hospital.train_and_upload()["id"]
    path, why = f"/submissions/{id_}", {"reason": "seen"}
    assert federation.http.post(f"{path}/reject", headers=federation.admin).status_code == 422
    rejected = federation.http.post(f"{path}/reject", json=why, headers=federation.admin)
    assert (rejected.status_code, rejected.json()["verdict"]) == (200, "rejected")
    released = federation.http.post(f"{path}/release", json=why, headers=federation.admin)
    assert (released.status_code, released.json()["code"]) == (409, "conflict")
    assert federation.http.get(path, headers=hospital.headers).json() == rejected.json()


def test_an_upload_for_which_no_place_is_left_is_asked_to_come_again(
    hospital: SimulatedHospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(desk: Desk) -> None:
        raise BusyError("All places are taken.")

    parcel = hospital.parcel()
    monkeypatch.setattr(Desk, "place", taken)
    refused = hospital.upload(parcel)
    assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (503, "busy", "5")
    monkeypatch.undo()
    assert hospital.upload(parcel).status_code == 201
