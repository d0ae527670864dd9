"""Global versions: their lineage, and how much of it is shown to whom."""

import json

import pytest

from contract.messages.global_models import GlobalModel
from contract.names import TaskName
from contract.tasks import DIAGNOSIS_COUNT
from director.errors import NotFoundError
from director.members.access import LOCAL_ADMIN
from director.models import versions
from director.records.schema import AuditRow
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_what_compares_hospitals_is_for_the_admin_alone(federation: FederationSimulator, liar: SimulatedHospital):
    federation.aggregate()
    for headers in (liar.headers, federation.analyst):
        seen = federation.http.get("/global_models/1", headers=headers).json()
        assert seen["quarantined"] == []
        assert {each["norm"] for each in seen["inputs"]} == {None}
        assert [each["checks"] for each in seen["inputs"]] == [[]] * 4
    assert federation.http.get("/global_models/1", headers=federation.admin).json()["quarantined"] != []


def test_a_global_model_carries_its_lineage(federation: FederationSimulator, five_hospitals: list[SimulatedHospital]):
    receipts = {each.name: each.train_and_upload() for each in five_hospitals}
    made = federation.aggregate(strategy="fedavg").json()
    assert (made["version"], made["strategy"], made["published"]) == (1, "fedavg", True)
    assert made["num_examples"] == sum(len(each.counts) for each in five_hospitals)
    assert sum(each["weight"] for each in made["inputs"]) == pytest.approx(1)
    for each in made["inputs"]:
        assert each["model_sha256"] == receipts[each["envoy_name"]]["files"]["model"]["sha256"]
        assert each["submission_id"] == receipts[each["envoy_name"]]["id"]
    card = json.loads(federation.file("aggregated", "card.json").read_bytes())
    assert (card["sha256"], card["inputs"]) == (made["sha256"], made["inputs"])
    assert made["sha256"] == federation.digest_at("aggregated", "model.pt")
    assert made["scaler_sha256"] == federation.digest_at("aggregated", "scaler.pkl")
    shown = federation.http.get("/global_models/1", headers=federation.admin).json()
    assert shown == made


def test_downloads_open_with_the_usual_tools_and_are_on_record(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    hospital.train_and_upload()
    made = federation.aggregate().json()
    model = federation.http.get("/global_models/1/model.pt", headers=federation.analyst).content
    assert model == federation.file("aggregated", "model.pt").read_bytes()
    assert federation.http.get("/global_models/1/scaler.pkl", headers=federation.analyst).status_code == 200
    assert federation.http.get("/global_models/2/model.pt", headers=federation.analyst).status_code == 404

    federation.director.readings.write()
    with federation.director.database.read() as session:
        acts = [row.act for row in session.query(AuditRow).order_by(AuditRow.seq)]
    assert acts[-2:] == ["model.read", "model.read"]
    assert made["sha256"]


def test_confusion_matrices_of_others_are_for_the_admin_alone(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    for each in five_hospitals:
        parcel = each.parcel()
        parcel.metadata["metrics"] = {"accuracy": 0.75, "confusion": [[1, 0, 0], [0, 2, 0], [1, 0, 0]]}
        each.upload(parcel)
    federation.aggregate()
    own = five_hospitals[0]
    for path in ("/global_models/1", "/global_models"):
        seen = {}
        for who, headers in (("admin", federation.admin), ("analyst", federation.analyst), ("own", own.headers)):
            answer = federation.http.get(path, headers=headers).json()
            metrics = (answer["items"][0] if "items" in answer else answer)["metrics"]
            assert all(each["accuracy"] == 0.75 for each in metrics.values())
            seen[who] = sorted(name for name, each in metrics.items() if "confusion" in each)
        assert seen == {"admin": sorted(each.name for each in five_hospitals), "analyst": [], "own": [own.name]}


def test_the_card_is_the_message_without_what_becomes_of_it(federation: FederationSimulator, liar: SimulatedHospital):
    made = federation.aggregate().json()
    card = json.loads(federation.file("aggregated", "card.json").read_bytes())
    later = ("published", "waiting", "answers", "aliases", "note", "stale")
    assert card == {name: value for name, value in made.items() if name not in later}
    assert card["quarantined"] != []
    GlobalModel.model_validate({**card, "published": True})
    federation.train_and_upload(1)
    federation.aggregate()
    federation.http.post("/global_models/1/publish", headers=federation.admin)
    assert json.loads(federation.file("aggregated", "card.json").read_bytes()) == card


def test_versions_are_counted_by_task_from_one(federation: FederationSimulator, hospital: SimulatedHospital):
    director, task = federation.director, DIAGNOSIS_COUNT.name
    with director.database.read() as session:
        assert versions.next_version(session, task) == 1
    hospital.train_and_upload()
    federation.aggregate()
    with director.database.read() as session:
        assert versions.next_version(session, task) == 2
        assert versions.next_version(session, TaskName("another")) == 1
        assert versions.version_of(session, task, 1).version == 1
        with pytest.raises(NotFoundError, match="has no global model 2"):
            versions.version_of(session, task, 2)


def test_a_version_and_its_publication_are_told_apart_and_in_order(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    hospital.train_and_upload()
    made = federation.aggregate().json()
    lines = [line for line in federation.log_lines() if line["event"].startswith("model.")]
    assert [(line["event"], line["version"], line["model"]) for line in lines] == [
        ("model.aggregate", 1, made["sha256"]),
        ("model.publish", 1, made["sha256"]),
    ]
    assert lines[0]["inputs"] == [each["model_sha256"] for each in made["inputs"]]


def test_versions_come_in_pages_newest_first(federation: FederationSimulator, hospital: SimulatedHospital):
    for nudge in range(3):
        hospital.train_and_upload(nudge)
        federation.aggregate()
    seen, cursor = [], None
    while True:
        page = federation.director.models.list(LOCAL_ADMIN, None, limit=2, cursor=cursor)
        seen += [(each.version, each.published) for each in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen == [(3, True), (2, False), (1, False)]
