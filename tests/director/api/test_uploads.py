"""Uploads over HTTP: 201 for a new one, 200 for the same again, and never a promise for later."""

import numpy as np
import pytest

from contract.artifacts.model_file import read_model, write_model
from contract.tasks import DIAGNOSIS_COUNT
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
    suspect, layout = five_hospitals[2], DIAGNOSIS_COUNT.layout
    parcel = suspect.parcel(7)
    start = read_model(suspect.blob(suspect.start()["model_sha256"]), layout)
    trained = read_model(parcel.model, layout)
    away = {name: (start[name] + 10 * (trained[name] - start[name])).astype(np.float32) for name in start}
    parcel.model = write_model(away, layout)
    assert suspect.upload(parcel).status_code == 201
    assert federation.aggregate().status_code == 201  # here it is held against the others
    again = suspect.upload(parcel)
    assert (again.status_code, again.json()["verdict"]) == (200, "quarantined")


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
