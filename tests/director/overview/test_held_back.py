"""What waits for a word before it counts."""

from director.records.schema import StatisticsRow, SubmissionRow
from tests.director.overview.conftest import Asking
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def quarantine(federation: FederationSimulator, submission_id: str) -> None:
    with federation.director.database.write() as session:
        session.get_one(SubmissionRow, submission_id).verdict = "quarantined"


def test_a_quarantined_model_is_a_matter_until_a_newer_one_takes_its_place(
    federation: FederationSimulator, ask: Asking, three: list[SimulatedHospital]
):
    first = three[0].train_and_upload(1)
    quarantine(federation, first["id"])
    (matter,) = ask("/overview")["matters"]
    assert (matter["kind"], matter["subject"], matter["envoy_name"]) == ("submission_quarantined", first["id"], "KNH")
    assert ask.kinds(three[0].headers) == ["submission_quarantined"]
    assert ask.kinds(three[1].headers) == []
    assert ask.kinds(federation.analyst) == []
    three[0].train_and_upload(2)
    assert ask.kinds() == []


def test_a_decided_one_and_a_disabled_hospitals_are_no_matter(
    federation: FederationSimulator, ask: Asking, three: list[SimulatedHospital]
):
    first, second = three[0].train_and_upload(), three[1].train_and_upload()
    for each in (first, second):
        quarantine(federation, each["id"])
    federation.decide("reject", first["id"])
    federation.http.post("/envoys/KUTRRH/disable", headers=federation.admin)
    assert ask.kinds() == []


def test_quarantined_statistics_are_a_matter(
    federation: FederationSimulator, ask: Asking, three: list[SimulatedHospital]
):
    with federation.director.database.write() as session:
        session.get_one(StatisticsRow, 2).verdict = "quarantined"
    (matter,) = ask("/overview")["matters"]
    assert (matter["kind"], matter["subject"], matter["version"]) == ("statistics_quarantined", "KUTRRH", 1)


def test_a_version_that_was_published_once_waits_no_more(
    federation: FederationSimulator, ask: Asking, three: list[SimulatedHospital]
):
    federation.train_and_upload()
    federation.aggregate()
    assert ask.kinds() == []
    with federation.director.database.write() as session:
        session.connection().exec_driver_sql("DELETE FROM publications")
    (matter,) = ask("/overview")["matters"]
    assert (matter["kind"], matter["version"]) == ("version_waiting", 1)
    assert ask("/overview")["versions"][0]["waiting"]
    assert ask.kinds(three[0].headers) == []
