"""Parts that come by themselves, told through the director's own application: from pieces to a receipt."""

import httpx2 as httpx
import pytest

from contract.names import Digest
from contract.ranges import Stretch
from tests.federation_simulator import FederationSimulator, Parcel, SimulatedHospital


def path_of(hospital: SimulatedHospital, data: bytes) -> str:
    return f"/upload/{hospital.name}/parts/{Digest.of(data)}"


def send(hospital: SimulatedHospital, data: bytes, start: int = 0, end: int | None = None) -> httpx.Response:
    """Send some bytes of a part."""
    end = len(data) if end is None else end
    headers = {**hospital.headers, "Content-Range": Stretch(start, end, len(data)).content_range}
    return hospital.http.patch(path_of(hospital, data), content=data[start:end], headers=headers)


def received(hospital: SimulatedHospital, data: bytes) -> int:
    return int(hospital.http.get(path_of(hospital, data), headers=hospital.headers).json()["received"])


def without(parcel: Parcel, *roles: str, named: bool = True) -> dict[str, tuple[str, bytes, str]]:
    """Give the form of a parcel with parts left out, named by their digest or not at all."""
    if named:
        parcel.metadata |= {f"{role}_sha256": Digest.of(parcel.files[role][1]) for role in roles}
    return {role: file for role, file in parcel.files.items() if role not in roles}


def upload(hospital: SimulatedHospital, files: dict[str, tuple[str, bytes, str]]) -> httpx.Response:
    return hospital.http.post(f"/upload/{hospital.name}", files=files, headers=hospital.headers)


def test_an_upload_is_made_whole_from_the_parts_that_came_before(
    federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    parcel = hospital.parcel()
    model, scaler = parcel.model, parcel.scaler
    assert (received(hospital, model), received(hospital, scaler)) == (0, 0)
    assert send(hospital, model, 0, 900).json() == {"received": 900}
    federation.restart()  # what came is still there
    assert received(hospital, model) == 900
    assert send(hospital, model, 900).json() == {"received": len(model)}
    send(hospital, scaler)
    answer = upload(hospital, without(parcel, "model", "scaler"))
    assert (answer.status_code, answer.json()["version"]) == (201, 1)
    assert federation.file("received_results", hospital.name, "model.pt").read_bytes() == model
    assert [path for path in federation.file("blobs", "parts").rglob("*") if path.is_file()] == []
    assert federation.director.upkeep.defects() == []


def test_the_same_upload_again_needs_no_part_again(hospital: SimulatedHospital) -> None:
    parcel = hospital.parcel()
    send(hospital, parcel.model)
    files = without(parcel, "model")
    first, again = upload(hospital, files), upload(hospital, files)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert received(hospital, parcel.model) == len(parcel.model)  # it is among what the hospital has sent


def test_a_part_that_is_not_here_or_not_whole_is_named(hospital: SimulatedHospital) -> None:
    parcel = hospital.parcel()
    files = without(parcel, "model")
    for _ in range(2):
        refused = upload(hospital, files)
        assert (refused.status_code, refused.json()["code"]) == (409, "part_missing")
        assert refused.json()["facts"] == {"part": "model"}
        send(hospital, parcel.model, 0, 10)
    assert upload(hospital, parcel.files).status_code == 201


@pytest.mark.parametrize("role", ["model", "scaler"])
def test_a_part_that_is_neither_sent_nor_named_is_lacking(hospital: SimulatedHospital, role: str) -> None:
    refused = upload(hospital, without(hospital.parcel(), role, named=False))
    assert (refused.status_code, refused.json()["code"]) == (400, "malformed_request")
    assert f"lacks the part {role}" in refused.json()["detail"]


def test_a_part_that_need_not_be_there_may_be_named_too(hospital: SimulatedHospital) -> None:
    parcel = hospital.parcel()
    assert parcel.log is not None
    files = without(parcel, "log")
    refused = upload(hospital, files)
    assert (refused.status_code, refused.json()["code"]) == (422, "digest_mismatch")
    send(hospital, parcel.log)
    receipt = upload(hospital, files).json()
    assert receipt["files"]["log"]["sha256"] == Digest.of(parcel.log)


def test_the_gate_judges_a_part_as_it_judges_a_form(
    federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    parcel = hospital.parcel()
    parcel.model = b"no model"
    send(hospital, parcel.model)
    refused = upload(hospital, without(parcel, "model"))
    assert (refused.status_code, refused.json()["code"]) == (422, "model_file_invalid")
    assert received(hospital, parcel.model) == 0  # judged, and gone
    assert not federation.director.blobs.has(Digest.of(parcel.model))


def test_what_another_hospital_has_sent_or_kept_is_not_there(
    federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    other, parcel = federation.enrol("MTRH"), hospital.parcel()
    send(hospital, parcel.model)
    assert received(other, parcel.model) == 0
    assert upload(other, without(parcel, "model")).json()["code"] == "part_missing"
    assert upload(hospital, without(parcel, "model")).status_code == 201
    assert received(other, parcel.model) == 0
    assert upload(other, without(parcel, "model")).json()["code"] == "part_missing"
    foreign = hospital.http.get(path_of(hospital, parcel.model), headers=other.headers)
    assert (foreign.status_code, foreign.json()["code"]) == (403, "forbidden")


def test_bytes_that_are_not_the_next_are_refused_with_the_place_of_the_next(hospital: SimulatedHospital) -> None:
    model = hospital.parcel().model
    send(hospital, model, 0, 100)
    for start in (0, 50, 101):
        refused = send(hospital, model, start, start + 60)
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
        assert refused.json()["facts"] == {"received": 100}
    assert received(hospital, model) == 100


def test_a_part_with_other_bytes_than_its_name_says_is_forgotten(hospital: SimulatedHospital) -> None:
    model = hospital.parcel().model
    headers = {**hospital.headers, "Content-Range": f"bytes 0-{len(model) - 1}/{len(model)}"}
    refused = hospital.http.patch(path_of(hospital, model), content=bytes(len(model)), headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "digest_mismatch")
    assert received(hospital, model) == 0


def test_no_part_and_no_upload_is_larger_than_the_director_takes(tmp_path) -> None:
    with FederationSimulator(tmp_path / "director", max_upload_bytes=6000) as federation:
        hospital = federation.enrol("KUTRRH")
        large = bytes(6001)
        refused = send(hospital, large, 0, 10)
        assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
        parcel = hospital.parcel()
        parcel.log = b"x" * 3000
        send(hospital, parcel.log)
        parcel.scaler += bytes(3500 - len(parcel.scaler))
        refused = upload(hospital, without(parcel, "log"))
        assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


def test_a_file_that_was_damaged_on_the_disk_comes_in_the_form(
    federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    parcel = hospital.parcel()
    files = without(parcel, "model")
    receipt = upload(hospital, {**files, "model": parcel.files["model"]}).json()
    digest = Digest.of(parcel.model)
    federation.file("blobs", digest[:2], digest).write_bytes(b"damaged")
    assert upload(hospital, files).json()["code"] == "part_missing"
    assert send(hospital, parcel.model).status_code == 409  # of an upload that is known nothing is taken twice
    assert upload(hospital, {**files, "model": parcel.files["model"]}).json() == receipt
