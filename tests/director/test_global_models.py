"""Aggregating, publishing, rolling back, and what a start is made of."""

import itertools
import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from federation_simulator import FederationSimulator, SimulatedHospital

from contract.artifacts.scaler_file import read_scaler
from contract.tasks import DIAGNOSIS_COUNT
from director.settings import DirectorSettings


def test_a_global_model_carries_its_lineage(federation: FederationSimulator, five_hospitals: list[SimulatedHospital]):
    receipts = {each.name: each.train_and_upload() for each in five_hospitals}
    made = federation.aggregate().json()
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


def test_the_aggregate_is_the_weighted_mean_of_the_uploads(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    for each in five_hospitals:
        each.train_and_upload()
    federation.aggregate()
    states = [
        torch.load(federation.file("received_results", each.name, "model.pt"), weights_only=True)
        for each in five_hospitals
    ]
    weights = [len(each.counts) for each in five_hospitals]
    average = torch.load(federation.file("aggregated", "model.pt"), weights_only=True)
    for name in average:
        expected = np.average([state[name].double().numpy() for state in states], axis=0, weights=weights)
        assert np.allclose(average[name].numpy(), expected, atol=1e-6)


def test_five_hospitals_twice_give_five_versions_and_one_aggregate_for_every_order(tmp_path):
    digests = set()
    for number, order in enumerate(itertools.islice(itertools.permutations(range(5)), 0, 120, 24)):
        with FederationSimulator(tmp_path / str(number)) as federation:
            hospitals = [federation.enrol(f"Hospital{place}", patients=30 + place) for place in range(5)]
            for place in order:
                hospitals[place].send_statistics()
            parcels = [each.parcel() for each in hospitals]
            for place in [*order, *reversed(order)]:
                hospitals[place].upload(parcels[place])
            listed = federation.http.get("/submissions", headers=federation.admin).json()["items"]
            assert sorted((each["envoy_name"], each["version"]) for each in listed) == [
                (f"Hospital{place}", 1) for place in range(5)
            ]
            digests.add(federation.aggregate().json()["sha256"])
    assert len(digests) == 1


def test_only_named_hospitals_enter(federation: FederationSimulator, five_hospitals: list[SimulatedHospital]):
    for each in five_hospitals[:3]:
        each.train_and_upload()
    named = federation.aggregate(envoys=["MTRH", "KUTRRH", "mtrh"]).json()
    assert [each["envoy_name"] for each in named["inputs"]] == ["KUTRRH", "MTRH"]


def test_a_preview_makes_nothing(federation: FederationSimulator, five_hospitals: list[SimulatedHospital]):
    for each in five_hospitals:
        each.train_and_upload()
    preview = federation.aggregate(dry_run=True)
    assert (preview.status_code, preview.json()["version"], preview.json()["published"]) == (200, None, False)
    assert federation.http.get("/global_models", headers=federation.admin).json()["items"] == []
    assert not federation.file("aggregated", "model.pt").exists()
    assert federation.aggregate().json()["sha256"] == preview.json()["sha256"]


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        pytest.param({}, 409, "no_updates", id="nobody has a model"),
        pytest.param({"envoys": ["MTRH"]}, 409, "no_model_yet", id="the named one has none"),
        pytest.param({"strategy": "magic"}, 422, "unknown_strategy", id="an unknown strategy"),
        pytest.param({"parameters": {"f": 1}}, 422, "unknown_strategy", id="a parameter that it has not"),
        pytest.param({"task": "other"}, 404, "unknown_task", id="an unknown task"),
        pytest.param({"envoys": []}, 422, "invalid_request", id="an empty list"),
    ],
)
def test_what_can_not_be_averaged_is_refused(federation: FederationSimulator, request_, status: int, code: str):
    federation.enrol("MTRH")
    response = federation.aggregate(**request_)
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_an_unknown_hospitals_scaler_is_refused(federation: FederationSimulator, hospital: SimulatedHospital):
    hospital.train_and_upload()
    for scaler in ("Nowhere", "no name"):
        response = federation.aggregate(scaler=scaler)
        assert response.status_code in (404, 422)


def test_a_repeated_request_with_its_key_makes_one_version(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    hospital.train_and_upload()
    headers = {**federation.admin, "Idempotency-Key": "once"}
    first, again = (federation.http.post("/aggregations", json={}, headers=headers).json() for _ in range(2))
    assert first == again
    assert federation.aggregate().json()["version"] == 2


def test_rollback_is_publishing_an_older_version(federation: FederationSimulator, hospital: SimulatedHospital):
    digests = []
    for nudge in (1, 2):
        hospital.train_and_upload(nudge)
        digests.append(federation.aggregate().json()["sha256"])
    back = federation.http.post("/global_models/1/publish", headers=federation.admin)
    assert (back.status_code, back.json()["published"]) == (200, True)
    assert federation.digest_at("aggregated", "model.pt") == digests[0]
    asked = federation.http.post("/infer_global", json={"inputs": {"diagnosis_count": 3}}, headers=federation.analyst)
    assert asked.json()["model"]["version"] == 1
    listed = federation.http.get("/global_models", headers=federation.analyst).json()["items"]
    assert [(each["version"], each["published"]) for each in listed] == [(2, False), (1, True)]
    assert hospital.start()["global_version"] == 1


def test_a_damaged_version_is_neither_published_nor_served(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    hospital.train_and_upload()
    federation.enrol("MTRH").train_and_upload()
    sha256 = federation.aggregate().json()["sha256"]
    blob = federation.file("blobs", sha256[:2], sha256)
    blob.write_bytes(blob.read_bytes()[:-1] + b"x")
    publish = federation.http.post("/global_models/1/publish", headers=federation.admin)
    assert (publish.status_code, publish.json()["code"]) == (503, "artifact_damaged")
    federation.restart()
    asked = federation.http.post("/infer_global", json={"inputs": {"diagnosis_count": 3}}, headers=federation.analyst)
    assert (asked.status_code, asked.json()["code"]) == (503, "artifact_damaged")
    assert hospital.infer({"diagnosis_count": 3}).status_code == 200


def test_downloads_open_with_the_usual_tools_and_are_on_record(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    hospital.train_and_upload()
    made = federation.aggregate().json()
    model = federation.http.get("/global_models/1/model.pt", headers=federation.analyst).content
    assert model == federation.file("aggregated", "model.pt").read_bytes()
    assert federation.http.get("/global_models/1/scaler.pkl", headers=federation.analyst).status_code == 200
    assert federation.http.get("/global_models/2/model.pt", headers=federation.analyst).status_code == 404
    from director.records.schema import AuditRow

    with federation.director.database.read() as session:
        acts = [row.act for row in session.query(AuditRow).order_by(AuditRow.seq)]
    assert acts[-2:] == ["model.read", "model.read"]
    assert made["sha256"]


# --- starts -----------------------------------------------------------------------------------------------------------


# --- the admin's own script -------------------------------------------------------------------------------------------


def run_script(federation: FederationSimulator, *arguments: str) -> subprocess.CompletedProcess[str]:
    folders = sorted(str(path) for path in federation.file("received_results").iterdir())
    command = [sys.executable, "-m", "aggregation", *folders, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_script_on_plain_folders_makes_the_same_model_and_it_can_be_published(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital], tmp_path
):
    for each in five_hospitals:
        each.train_and_upload()
    made = federation.aggregate().json()
    result = run_script(federation, "--out", str(tmp_path / "out"))
    assert result.returncode == 0, result.stderr
    card = json.loads((tmp_path / "out" / "card.json").read_bytes())
    assert (card["sha256"], card["scaler_sha256"]) == (made["sha256"], made["scaler_sha256"])
    files = [(tmp_path / "out" / name).read_bytes() for name in ("model.pt", "scaler.pkl", "card.json")]
    from director.members.access import LOCAL_ADMIN

    imported = federation.director.models.import_model(LOCAL_ADMIN, DIAGNOSIS_COUNT.name, *files)
    assert (imported.version, imported.strategy, imported.published) == (2, "imported:fedavg", True)
    assert [each.envoy_name for each in imported.inputs] == [each["envoy_name"] for each in made["inputs"]]


def test_the_script_names_the_folder_that_is_wrong(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital], tmp_path
):
    for each in five_hospitals:
        each.train_and_upload()
    federation.file("received_results", "KNH", "model.pt").write_bytes(b"not a model")
    result = run_script(federation, "--out", str(tmp_path / "out"))
    assert result.returncode == 4
    assert "KNH" in result.stderr
    assert not (tmp_path / "out").exists()


def test_the_script_takes_weights_and_one_hospitals_scaler(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital], tmp_path
):
    for each in five_hospitals:
        each.upload(each.parcel(own_scaler=True))
    result = run_script(federation, "--weights", "1", "1", "1", "1", "4", "--scaler", "MTRH", "--out", str(tmp_path))
    assert result.returncode == 0, result.stderr
    card = json.loads(result.stdout)
    assert [each["weight"] for each in card["inputs"]] == [0.125, 0.125, 0.125, 0.125, 0.5]
    assert read_scaler((tmp_path / "scaler.pkl").read_bytes(), 1) == federation.hospitals["MTRH"].own_scaler


# --- a task that is defined anew --------------------------------------------------------------------------------------


def test_models_of_another_definition_of_the_task_no_longer_count(tmp_path):
    with FederationSimulator(tmp_path / "director") as federation:
        hospital = federation.enrol("KUTRRH")
        parcel = hospital.parcel()
        hospital.upload(parcel)
        federation.aggregate()
        settings = {"diagnosis_count": {"cut_points": [4, 12]}}
        federation.settings = DirectorSettings(data_dir=federation.folder, tasks=settings)
        federation.restart()
        ask = {"json": {"inputs": {"diagnosis_count": 13}}, "headers": federation.analyst}
        assert federation.http.post("/infer_global", **ask).json()["code"] == "no_model_yet"
        assert hospital.infer({"diagnosis_count": 13}).json()["code"] == "no_model_yet"
        assert federation.aggregate().json()["code"] == "no_updates"
        assert hospital.upload(parcel).json()["code"] == "base_unknown"
        assert hospital.start()["global_version"] is None
        hospital.task = federation.director.catalogue[DIAGNOSIS_COUNT.name]
        hospital.train_and_upload(2)
        assert federation.aggregate().json()["version"] == 2
        assert federation.http.post("/infer_global", **ask).json()["cut_points"] == [4.0, 12.0]


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
