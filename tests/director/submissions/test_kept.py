"""Submissions as they are kept: pages of them, and who sees which."""

import pytest

from contract.tasks import DIAGNOSIS_COUNT
from director.errors import NotFoundError
from director.members.access import LOCAL_ADMIN
from director.submissions import kept
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_a_hospital_does_not_see_another_ones_submissions(federation: FederationSimulator, hospital: SimulatedHospital):
    other = federation.enrol("MTRH")
    receipt = hospital.train_and_upload()
    assert other.http.get(f"/submissions/{receipt['id']}", headers=other.headers).status_code == 404
    assert other.http.get("/submissions?envoy_name=KUTRRH", headers=other.headers).status_code == 403
    assert other.http.get("/submissions", headers=other.headers).json() == {"items": [], "next": None}
    everything = federation.http.get("/submissions", headers=federation.admin).json()
    assert [each["id"] for each in everything["items"]] == [receipt["id"]]


def test_submissions_come_in_pages_newest_first(federation: FederationSimulator, hospital: SimulatedHospital):
    for nudge in range(5):
        federation.clock.pass_by(minutes=1)
        hospital.train_and_upload(nudge)
    seen, cursor = [], None
    while True:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = hospital.http.get("/submissions", params=query, headers=hospital.headers).json()
        seen += [each["version"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [5, 4, 3, 2, 1]


# --- what counts ------------------------------------------------------------------------------------------------------


def current(federation: FederationSimulator) -> dict[str, int | None]:
    with federation.director.database.read() as session:
        return {row.envoy.name: row.version for row in kept.current_submissions(session)}


def newest(federation: FederationSimulator) -> dict[str, int | None]:
    with federation.director.database.read() as session:
        return {row.envoy.name: row.version for row in kept.newest_submissions(session, DIAGNOSIS_COUNT)}


def test_what_waits_does_not_count_and_what_is_newer_ends_the_waiting(
    federation: FederationSimulator, liar: SimulatedHospital
):
    assert (current(federation)["KNH"], newest(federation)["KNH"]) == (2, 2)
    federation.aggregate()
    assert (current(federation)["KNH"], newest(federation)["KNH"]) == (1, 2)
    liar.train_and_upload(3)
    assert (current(federation)["KNH"], newest(federation)["KNH"]) == (3, 3)
    federation.decide("reject", federation.submission("KNH", 3)["id"])
    assert (current(federation)["KNH"], newest(federation)["KNH"]) == (1, 2)


def test_who_ever_had_a_version_is_a_submitter_and_who_was_refused_is_none(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    other = federation.enrol("MTRH")
    spoilt = other.parcel()
    spoilt.model = b"x"
    other.upload(spoilt)
    federation.decide("reject", hospital.train_and_upload()["id"])
    with federation.director.database.read() as session:
        assert kept.submitters(session) == [("KUTRRH", "diagnosis_count")]
        assert kept.current_submissions(session) == []


def test_a_row_becomes_the_very_receipt_that_its_sender_had(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    receipt = hospital.train_and_upload()
    with federation.director.database.read() as session:
        row = kept.submission_with_id(session, receipt["id"], LOCAL_ADMIN)
        assert kept.describe_submission(row).model_dump(mode="json") == receipt
        with pytest.raises(NotFoundError):
            kept.submission_with_id(session, "0" * 16, LOCAL_ADMIN)


def test_a_list_can_be_narrowed_to_a_hospital_a_task_and_a_verdict(
    federation: FederationSimulator, liar: SimulatedHospital
):
    federation.aggregate()

    def listed(**query: str) -> list[tuple[str, int]]:
        items = federation.http.get("/submissions", params=query, headers=federation.admin).json()["items"]
        return [(each["envoy_name"], each["version"]) for each in items]

    assert listed(verdict="quarantined") == [("KNH", 2)]
    assert sorted(listed(envoy_name="knh")) == [("KNH", 1), ("KNH", 2)]
    assert listed(envoy_name="KNH", verdict="admitted") == [("KNH", 1)]
    assert listed(task="another") == []
