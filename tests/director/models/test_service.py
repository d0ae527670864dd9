"""Aggregating, publishing, rolling back: what is done about global models."""

import subprocess
import sys
from pathlib import Path

import pytest

from contract.tasks import DIAGNOSIS_COUNT
from director.errors import NotFoundError
from director.members.access import LOCAL_ADMIN
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_the_directors_own_strategy_holds_where_none_is_asked_for(tmp_path):
    with FederationSimulator(tmp_path / "director", strategy="clip+trimmed_mean") as federation:
        for name in ("KUTRRH", "MTRH", "KNH"):
            federation.enrol(name).train_and_upload()
        assert federation.aggregate().json()["strategy"] == "clip+trimmed_mean"
        federation.train_and_upload(1)
        assert federation.aggregate(strategy="fedavg").json()["strategy"] == "fedavg"


def test_the_strategy_that_was_measured_best_holds_unless_the_director_is_set_otherwise(federation):
    for name in ("KUTRRH", "MTRH"):
        federation.enrol(name).train_and_upload()
    assert federation.aggregate().json()["strategy"] == "clip+fedavg"


def test_the_command_says_who_was_left_out_and_what_to_do(federation: FederationSimulator, liar: SimulatedHospital):
    words = [sys.executable, "-m", "director", "aggregate"]
    environment = {"DIRECTOR_DATA_DIR": str(federation.folder), "PATH": "", "COLUMNS": "200"}
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=environment, cwd=Path.cwd())
    assert "quarantined" in done.stdout
    assert "KNH: The model moved much further" in done.stdout
    assert "fl-director submission show ID" in done.stdout
    assert done.stderr == f"in {federation.folder}\n"


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
        pytest.param(
            {"strategy": "fedavg", "parameters": {"f": 1}}, 422, "unknown_strategy", id="a parameter that it has not"
        ),
        pytest.param({"task": "other"}, 404, "unknown_task", id="an unknown task"),
        pytest.param({"envoys": []}, 422, "invalid_request", id="an empty list"),
    ],
)
def test_what_can_not_be_averaged_is_refused(federation: FederationSimulator, request_, status: int, code: str):
    federation.enrol("MTRH")
    response = federation.aggregate(**request_)
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_where_nothing_is_new_the_current_version_is_the_answer_and_a_wrong_request_is_refused_still(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    hospital.train_and_upload()
    made = federation.aggregate().json()
    again = federation.aggregate()
    assert (again.status_code, again.json()["version"], again.json()["sha256"]) == (200, 1, made["sha256"])
    assert again.json()["notes"][0] == "Nothing is new since global model 1: no version was made."
    wrong = federation.aggregate(parameters={"f": 1})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "unknown_strategy")


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


def test_who_fetched_a_file_is_on_record_and_what_is_not_there_is_not(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    hospital.train_and_upload()
    federation.aggregate()
    models, task = federation.director.models, DIAGNOSIS_COUNT.name
    assert models.file(LOCAL_ADMIN, task, 1, "card") == federation.file("aggregated", "card.json").read_bytes()
    with pytest.raises(NotFoundError):
        models.file(LOCAL_ADMIN, task, 2, "model")
    (line,) = federation.log_lines("model.read")
    assert (line["actor"], line["task"], line["version"], line["part"]) == ("admin:cli", task, 1, "card")
