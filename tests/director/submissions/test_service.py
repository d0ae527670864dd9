"""A person's decisions about uploads, and what is shown of hospitals."""

import pytest
from sqlalchemy import select

from contract.names import EnvoyName
from director.errors import NotFoundError
from director.members.access import HOSPITAL, LOCAL_ADMIN, Principal
from director.records.schema import AuditRow
from tests.federation_simulator import FederationSimulator, SimulatedHospital, names_in


def test_the_previous_version_stays_byte_for_byte_and_answers(federation: FederationSimulator, liar: SimulatedHospital):
    before = federation.submission("KNH", 1)
    federation.aggregate()
    for folder in (("KNH",), ("KNH", "diagnosis_count")):
        shown = federation.digest_at("received_results", *folder, "model.pt")
        assert shown == before["files"]["model"]["sha256"]
    assert liar.infer({"diagnosis_count": 4}).json()["model"]["version"] == 1
    assert federation.submission("KNH", 1) == before
    federation.restart()
    assert liar.infer({"diagnosis_count": 4}).json()["model"]["version"] == 1
    director = federation.director
    assert director.upkeep.defects() == []


def test_where_there_is_no_previous_version_nothing_answers(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    knh = five_hospitals[2]
    knh.upload(knh.gone_too_far(10))
    for each in five_hospitals:
        if each is not knh:
            each.train_and_upload()
    federation.aggregate()
    asked = knh.infer({"diagnosis_count": 4})
    assert (asked.status_code, asked.json()["code"]) == (409, "no_model_yet")
    assert not federation.file("received_results", "KNH", "model.pt").exists()
    federation.restart()
    director = federation.director
    assert director.upkeep.defects() == []


def test_a_released_model_counts_and_the_gate_is_silent_about_it(
    federation: FederationSimulator, liar: SimulatedHospital
):
    federation.aggregate()
    waiting = federation.submission("KNH", 2)
    released = federation.decide("release", waiting["id"], "KNH has changed its coding; its IT confirmed the file")
    assert released.status_code == 200, released.text
    assert released.json()["verdict"] == "admitted"
    assert released.json()["decision"]["verdict"] == "released"
    assert liar.infer({"diagnosis_count": 4}).json()["model"]["version"] == 2
    shown = federation.digest_at("received_results", "KNH", "model.pt")
    assert shown == waiting["files"]["model"]["sha256"]
    federation.train_and_upload(1, but=liar)
    made = federation.aggregate().json()
    assert "KNH" in names_in(made)
    (part,) = (each for each in made["inputs"] if each["envoy_name"] == "KNH")
    assert [check["name"] for check in part["checks"] if not check["passed"]] == ["update_norm"]


def test_a_rejected_model_is_out_for_good(federation: FederationSimulator, liar: SimulatedHospital):
    federation.aggregate()
    waiting = federation.submission("KNH", 2)
    rejected = federation.decide("reject", waiting["id"])
    assert (rejected.status_code, rejected.json()["verdict"]) == (200, "rejected")
    for verb in ("release", "reject"):
        assert federation.decide(verb, waiting["id"]).status_code == 409
    federation.train_and_upload(1, but=liar)
    made = federation.aggregate().json()
    (part,) = (each for each in made["inputs"] if each["envoy_name"] == "KNH")
    assert part["version"] == 1


def test_an_admitted_model_can_be_taken_back(federation: FederationSimulator, hospital: SimulatedHospital):
    first, second = hospital.train_and_upload(1), hospital.train_and_upload(2)
    assert federation.decide("release", second["id"]).status_code == 409
    assert federation.decide("reject", second["id"], "trained on the test tables").status_code == 200
    assert hospital.infer({"diagnosis_count": 4}).json()["model"]["sha256"] == first["files"]["model"]["sha256"]


@pytest.mark.parametrize("reason", ["", "   ", "line\nbreak", "x" * 501, None])
def test_a_decision_needs_a_reason(federation: FederationSimulator, hospital: SimulatedHospital, reason: str | None):
    receipt = hospital.train_and_upload()
    response = federation.http.post(
        f"/submissions/{receipt['id']}/reject", json={"reason": reason}, headers=federation.admin
    )
    assert response.status_code == 422
    assert federation.submission("KUTRRH", 1)["verdict"] == "admitted"


def test_only_an_admin_decides(federation: FederationSimulator, liar: SimulatedHospital):
    federation.aggregate()
    waiting = federation.submission("KNH", 2)
    for headers in (liar.headers, federation.analyst):
        response = federation.http.post(f"/submissions/{waiting['id']}/release", json={"reason": "me"}, headers=headers)
        assert response.status_code == 403
    assert federation.submission("KNH", 2)["verdict"] == "quarantined"


def test_the_same_parcel_again_stays_in_quarantine(federation: FederationSimulator, five_hospitals):
    for each in five_hospitals:
        each.train_and_upload()
    knh = five_hospitals[2]
    parcel = knh.gone_too_far(-5)
    first = knh.upload(parcel)
    federation.aggregate()
    again = knh.upload(parcel)
    assert (first.status_code, again.status_code) == (201, 200)
    assert (again.json()["id"], again.json()["verdict"]) == (first.json()["id"], "quarantined")


def test_every_change_of_a_verdict_is_on_record(federation: FederationSimulator, liar: SimulatedHospital):
    federation.aggregate()
    federation.decide("release", federation.submission("KNH", 2)["id"], "known to us")
    federation.decide("reject", federation.submission("KNH", 2)["id"], "no, after all")
    with federation.director.database.read() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.seq)).all()
    acts = [(row.act, row.subject, row.facts.get("reason")) for row in rows if row.act.startswith("upload.")][-3:]
    assert acts == [
        ("upload.quarantine", "KNH", None),
        ("upload.release", "KNH", "known to us"),
        ("upload.withdraw", "KNH", "no, after all"),
    ]


def test_a_version_is_rejected_though_the_view_can_not_be_written(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    first, second = hospital.train_and_upload(1), hospital.train_and_upload(2)
    shown = federation.file("received_results", "KUTRRH", "model.pt")
    shown.unlink()
    shown.mkdir()  # no file can be put there, or taken away
    rejected = federation.decide("reject", second["id"])
    assert (rejected.status_code, rejected.json()["verdict"]) == (200, "rejected")
    assert hospital.infer({"diagnosis_count": 4}).json()["model"]["sha256"] == first["files"]["model"]["sha256"]
    shown.rmdir()
    federation.restart()
    assert federation.director.upkeep.defects() == []


def test_a_disabled_hospitals_model_and_statistics_stop_to_count(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    for each in five_hospitals:
        each.train_and_upload()
    knh, other = five_hospitals[2], five_hospitals[0]
    before = other.start()
    disabled = federation.director.submissions.disable_hospital(LOCAL_ADMIN, EnvoyName("knh"))
    assert (disabled.envoy_name, disabled.state) == ("KNH", "disabled")
    assert other.start()["base"] != before["base"]
    assert "KNH" not in names_in(federation.aggregate().json())
    assert knh.http.get("/tasks", headers=knh.headers).status_code == 401


def test_an_enabled_hospitals_model_and_statistics_count_again(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    for each in five_hospitals:
        each.train_and_upload()
    knh, other = five_hospitals[2], five_hospitals[0]
    before, submissions = other.start(), federation.director.submissions
    submissions.disable_hospital(LOCAL_ADMIN, EnvoyName("KNH"))
    place = len(federation.log_lines())
    enabled = submissions.enable_hospital(LOCAL_ADMIN, EnvoyName("knh"))
    assert (enabled.envoy_name, enabled.state) == ("KNH", "active")
    assert other.start()["base"] == before["base"]
    assert [line["event"] for line in federation.log_lines()[place:]] == ["envoy.enable", "start.renew"]
    assert "KNH" in names_in(federation.aggregate().json())
    assert knh.http.get("/tasks", headers=knh.headers).status_code == 200


def test_a_submission_is_shown_to_its_hospital_and_to_no_other(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    submissions, receipt = federation.director.submissions, hospital.train_and_upload()
    own, other = (Principal("t", HOSPITAL, EnvoyName(name)) for name in ("KUTRRH", "MTRH"))
    assert submissions.get(own, receipt["id"]).id == receipt["id"]
    with pytest.raises(NotFoundError):
        submissions.get(other, receipt["id"])
