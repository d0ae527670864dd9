"""A task that the consortium adds while the director serves: from its file to an answer, anew, and retired."""

from typing import Any

import numpy as np
import pytest

from contract.artifacts.model_file import write_model
from contract.scaler import ScalerState
from contract.tasks import Task
from director.assembly import Director
from director.members.access import LOCAL_ADMIN
from tests.federation_simulator import FederationSimulator, Parcel, SimulatedHospital
from tests.table_task import PATIENT, TEXT, table_task

TASK = table_task()
TOML = {"Content-Type": "application/toml"}


def add(federation: FederationSimulator, text: str = TEXT, headers: dict[str, str] | None = None) -> Any:
    return federation.http.post("/tasks", content=text, headers={**(headers or federation.admin), **TOML})


def scaler_of(task: Task, seed: int) -> ScalerState:
    """Fit a hospital's scaler, as an envoy does, to patients that are drawn."""
    random = np.random.default_rng(seed)
    rows = [
        [random.uniform(18, 90), random.integers(0, 9), random.integers(0, 2), random.integers(0, 3)] for _ in range(40)
    ]
    return task.fit_scaler(task.encode(np.array(rows)[:, : len(task.features)]))


def report(hospital: SimulatedHospital, task: Task, seed: int = 0) -> Any:
    own = scaler_of(task, seed)
    body = {"task": task.name, "num_examples": own.num_examples, "mean": own.mean, "m2": own.m2}
    return hospital.http.post(f"/statistics/{hospital.name}", json=body, headers=hospital.headers)


def upload(hospital: SimulatedHospital, task: Task, seed: int = 0) -> Any:
    start = hospital.http.get(f"/tasks/{task.name}/start", headers=hospital.headers).json()
    random = np.random.default_rng([seed, *hospital.name.encode()])
    state = {each.name: random.normal(0, 0.3, each.shape).astype(np.float32) for each in task.layout}
    written = hospital.blob(start["scaler_sha256"])
    label = {"task": task.name, "num_examples": 40, "base": start["base"]}
    return hospital.upload(Parcel(label, write_model(state, task.layout), written))


def test_a_task_goes_from_its_file_to_an_answer_without_a_restart(federation: FederationSimulator):
    hospitals = [federation.enrol(name) for name in ("KUTRRH", "MTRH")]
    added = add(federation)
    assert (added.status_code, added.json()["digest"]) == (201, TASK.digest)
    assert (add(federation).status_code, add(federation).json()) == (200, added.json())
    listed = federation.http.get("/tasks", headers=hospitals[0].headers).json()["items"]
    assert {each["name"]: each["digest"] for each in listed}["falls"] == TASK.digest
    for place, each in enumerate(hospitals):
        assert report(each, TASK, place).status_code == 201
    for each in hospitals:
        sent = upload(each, TASK)
        assert sent.status_code == 201, sent.text
    assert federation.aggregate(task="falls").status_code == 201
    answer = federation.infer_global({"task": "falls", "inputs": PATIENT}).json()
    assert 0 < answer["probability"] < 1
    assert (answer["missing"], answer["abstained"], answer["model"]["envoys"]) == ([], None, 2)
    table = b"age,ward,walks_alone\n70,geriatric,true\n12,,0\n"
    headers = {**federation.analyst, "Content-Type": "text/csv"}
    batch = federation.http.post("/infer/batch?task=falls&envoy_name=MTRH", content=table, headers=headers).text
    assert batch.splitlines()[2] == ',,"The task leaves out patients with age < 18."'
    rows = {"task": "falls", "inputs": [PATIENT, {**PATIENT, "ward": None}]}
    items = federation.http.post("/infer_global/batch", json=rows, headers=federation.analyst).json()["items"]
    assert [each["missing"] for each in items] == [[], ["ward"]]
    assert items[0]["probability"] == pytest.approx(answer["probability"], abs=1e-9)
    assert federation.file("aggregated", "falls", "model.pt").is_file()
    assert "Inputs of falls" in federation.http.get("/openapi.json").text
    assert federation.director.upkeep.defects() == []
    federation.restart()
    assert federation.infer_global({"task": "falls", "inputs": PATIENT}).json()["model"] == answer["model"]


def test_what_a_command_added_a_director_that_serves_follows(federation: FederationSimulator):
    command = Director(federation.settings, federation.clock)
    command.learn_tasks()
    command.tasks.add(LOCAL_ADMIN, TEXT.encode())
    command.close()
    federation.director.ledger.let_readers_learn()
    hospital = federation.enrol("KUTRRH")
    assert report(hospital, TASK).status_code == 201


def test_a_task_that_is_defined_anew_asks_for_other_statistics_and_keeps_those_that_still_fit(
    federation: FederationSimulator,
):
    hospital = federation.enrol("KUTRRH")
    add(federation)
    report(hospital, TASK)
    moved = table_task(bounds="[0.2, 0.4]")
    assert add(federation, TEXT.replace("[0.1, 0.3]", "[0.2, 0.4]")).json()["digest"] == moved.digest
    start = hospital.http.get("/tasks/falls/start", headers=hospital.headers).json()
    assert start["base"] == moved.base(start["model_sha256"], start["scaler_sha256"])
    assert start["scaler_sha256"] is not None
    ward = TEXT[TEXT.index('[[features]]\nname = "ward"') : TEXT.index("[outcome]")]
    without = TEXT.replace(ward, "")
    assert add(federation, without).status_code == 201
    start = hospital.http.get("/tasks/falls/start", headers=hospital.headers).json()
    assert start["scaler_sha256"] is None
    assert report(hospital, TASK).status_code == 400
    assert report(hospital, table_task(without)).status_code == 201
    assert federation.http.get("/tasks/falls/start", headers=hospital.headers).json()["scaler_sha256"] is not None


def test_the_same_numbers_count_again_under_another_definition(federation: FederationSimulator):
    hospital = federation.enrol("KUTRRH")
    add(federation)
    first = report(hospital, TASK).json()["version"]
    add(federation, TEXT.replace("maximum = 110", "maximum = 115"))
    assert report(hospital, TASK).json()["version"] == first + 1


def test_of_a_retired_task_nothing_is_learned_and_what_was_learned_answers(federation: FederationSimulator):
    hospital = federation.enrol("KUTRRH")
    add(federation)
    report(hospital, TASK)
    assert upload(hospital, TASK).status_code == 201
    assert federation.http.post("/tasks/falls/retire", headers=federation.admin).json()["retired_at"] is not None
    refused = [
        report(hospital, TASK, 1),
        hospital.http.get("/tasks/falls/start", headers=hospital.headers),
        federation.aggregate(task="falls"),
        federation.http.post("/runs", json={"task": "falls"}, headers=federation.admin),
    ]
    assert [(each.status_code, each.json()["code"]) for each in refused] == [(409, "task_retired")] * 4
    names = [
        [each["name"] for each in federation.http.get(f"/tasks{query}", headers=federation.analyst).json()["items"]]
        for query in ("", "?with_retired=true")
    ]
    assert ("falls" in names[0], "falls" in names[1]) == (False, True)
    assert federation.http.get("/tasks/falls", headers=federation.analyst).json()["retired_at"] is not None
    assert hospital.infer(PATIENT, task="falls").status_code == 200
    assert add(federation).status_code == 201
    assert report(hospital, TASK, 1).status_code == 201


def test_only_an_admin_adds_and_retires_and_a_bad_file_is_named(federation: FederationSimulator):
    assert add(federation, headers=federation.analyst).status_code == 403
    refused = add(federation, TEXT.replace("[0.1, 0.3]", "[0.3, 0.1]"))
    assert (refused.status_code, refused.json()["code"]) == (422, "task_invalid")
    assert "risk.bounds" in refused.json()["detail"]
    assert federation.http.post("/tasks/falls/retire", headers=federation.admin).status_code == 404


def test_its_cut_points_move_by_configuration_and_must_make_sense_there(tmp_path):
    with FederationSimulator(tmp_path / "a", tasks={"diagnosis_count": {"cut_points": (4, 12)}}) as federation:
        add(federation)
    with FederationSimulator(tmp_path / "a", tasks={"falls": {"cut_points": (0.2, 0.5)}}) as federation:
        found = federation.http.get("/tasks/falls", headers=federation.analyst).json()
        assert found["cut_points"] == [0.2, 0.5]
        assert add(federation).status_code == 200


def test_a_binary_task_is_held_against_a_table_of_zeros_and_ones(federation: FederationSimulator):
    add(federation)

    def put(text: str) -> Any:
        headers = {**federation.admin, "Content-Type": "text/csv"}
        return federation.http.put("/validation/falls", content=text, headers=headers).json()

    header = "age,walks_alone,ward,earlier_falls,label\n"
    assert put(header + "70,1,medical,,1\n50,0,,2,0\n")["rows"] == 2
    assert "neither 0 nor 1" in put(header + "70,1,medical,,high\n")["detail"]
