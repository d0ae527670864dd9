"""The admin's validation table: setting it, and what the gate does with it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from contract.artifacts.model_file import write_model
from contract.network import layers_of
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT, RISK_LEVELS
from director.models.validation import Table, held_out, notes_on_table, read_table
from envoy.cohort import Cohort, Split
from envoy.training import train
from tests.federation_simulator import FederationSimulator, Parcel, SimulatedHospital
from tests.table_task import table_task

LEVELS = DIAGNOSIS_COUNT.level_indices


def table_of(counts: np.ndarray) -> bytes:
    labels = [RISK_LEVELS[level] for level in LEVELS(counts)]
    rows = [f"{label},{count:g}" for label, count in zip(labels, counts, strict=True)]
    return "\n".join(["label,diagnosis_count", *rows]).encode()


COUNTS = np.arange(1.0, 31.0)
TABLE = table_of(COUNTS)


def put(federation: FederationSimulator, data: bytes, headers: dict[str, str] | None = None):
    headers = {**(headers or federation.admin), "Content-Type": "text/csv"}
    return federation.http.put("/validation/diagnosis_count", content=data, headers=headers)


def trained(hospital: SimulatedHospital, scaler: ScalerState, *, labels=LEVELS) -> Parcel:
    """Train as an envoy does, for long enough to learn; with other labels, a poisoned model."""
    parcel = hospital.parcel()
    cohort = Cohort(np.arange(len(hospital.counts)), hospital.counts[:, None], labels(hospital.counts))
    split = Split(cohort, cohort)
    state = DIAGNOSIS_COUNT.initial_state()
    for seed in range(6):
        state = train(DIAGNOSIS_COUNT, state, scaler, split, seed).state
    parcel.model = write_model(state, DIAGNOSIS_COUNT.layout)
    return parcel


def scaler_of_all(federation: FederationSimulator) -> ScalerState:
    from contract.artifacts.scaler_file import read_scaler

    hospital = next(iter(federation.hospitals.values()))
    return read_scaler(hospital.blob(hospital.start()["scaler_sha256"]), 1)


def three_hospitals(federation: FederationSimulator) -> list[SimulatedHospital]:
    hospitals = [federation.enrol(name, patients=300) for name in ("KUTRRH", "MTRH", "KNH")]
    for each in hospitals:
        assert each.send_statistics().status_code == 201
    return hospitals


def test_a_model_that_learned_swapped_labels_waits_even_among_three(federation: FederationSimulator):
    hospitals = three_hospitals(federation)
    assert put(federation, TABLE).json()["rows"] == 30
    scaler = scaler_of_all(federation)
    for each in hospitals[:2]:
        assert each.upload(trained(each, scaler)).status_code == 201
    hospitals[2].upload(trained(hospitals[2], scaler, labels=lambda counts: 2 - LEVELS(counts)))

    preview = federation.aggregate(dry_run=True).json()
    made = federation.aggregate().json()

    assert [each["envoy_name"] for each in made["quarantined"]] == ["KNH"]
    (failed,) = (check for check in made["quarantined"][0]["checks"] if not check["passed"])
    assert failed["name"] == "held_out_loss"
    assert made["held_out"]["accuracy"] > 0.8
    for each in preview["inputs"]:
        assert each["held_out"]["loss"] < 1
        assert each["held_out_without"]["loss"] > 0
    assert preview["quarantined"][0]["held_out"]["accuracy"] < 0.5


def test_a_second_cycle_is_held_against_the_current_global_model(federation: FederationSimulator):
    hospitals = three_hospitals(federation)
    put(federation, TABLE)
    scaler = scaler_of_all(federation)
    for each in hospitals:
        each.upload(trained(each, scaler))
    federation.aggregate()
    parcel = trained(hospitals[0], scaler)
    worse = {
        name: (tensor + np.random.default_rng(3).normal(0, 0.6, tensor.shape)).astype(np.float32)
        for name, tensor in DIAGNOSIS_COUNT.initial_state().items()
    }
    parcel.model, parcel.metadata["base"] = write_model(worse, DIAGNOSIS_COUNT.layout), hospitals[0].start()["base"]
    hospitals[0].upload(parcel)
    for each in hospitals[1:]:
        each.train_and_upload(1)
    made = federation.aggregate().json()
    assert [each["envoy_name"] for each in made["quarantined"]] == ["KUTRRH"]
    assert [each["envoy_name"] for each in made["inputs"]] == ["KNH", "MTRH"]


def test_without_a_table_no_model_is_held_against_one(federation: FederationSimulator):
    hospitals = three_hospitals(federation)
    put(federation, TABLE)
    assert federation.http.delete("/validation/diagnosis_count", headers=federation.admin).json()["sha256"] is None
    for each in hospitals:
        each.train_and_upload()
    made = federation.aggregate().json()
    assert (made["quarantined"], made["held_out"]) == ([], None)


def test_where_every_model_fails_nothing_is_made(federation: FederationSimulator):
    hospitals = three_hospitals(federation)
    put(federation, TABLE)
    scaler = scaler_of_all(federation)
    for each in hospitals:
        each.upload(trained(each, scaler, labels=lambda counts: 2 - LEVELS(counts)))
    refused = federation.aggregate()
    assert (refused.status_code, refused.json()["code"]) == (409, "no_updates")
    assert "held_out_loss" in refused.json()["detail"]


def test_the_table_that_holds_can_be_seen_and_survives_a_restart(federation: FederationSimulator):
    kept = put(federation, TABLE).json()
    federation.restart()
    seen = federation.http.get("/validation/diagnosis_count", headers=federation.admin).json()
    assert seen == {**kept, "notes": []}
    director = federation.director
    assert director.upkeep.defects() == []


def test_a_table_of_an_older_definition_of_the_task_no_longer_holds(tmp_path: Path):
    with FederationSimulator(tmp_path) as federation:
        put(federation, TABLE)
    moved = {"diagnosis_count": {"cut_points": (4, 12)}}
    with FederationSimulator(tmp_path, tasks=moved) as federation:
        seen = federation.http.get("/validation/diagnosis_count", headers=federation.headers("admin")).json()
        assert seen["sha256"] is None
        (stale,) = seen["notes"]
        assert stale.startswith("The table of 30 rows that ")
        assert "is stale: it is for another definition of diagnosis_count" in stale


def test_setting_says_what_it_replaces_and_the_same_again_changes_nothing(federation: FederationSimulator):
    first = put(federation, TABLE).json()
    assert first["replaces"] is None
    federation.clock.pass_by(hours=1)
    again = put(federation, TABLE).json()
    assert (again["created_at"], again["replaces"]) == (first["created_at"], None)
    assert again["notes"][0] == "The same table holds since 2026-01-01 08:00 UTC: nothing changed."
    second = put(federation, table_of(np.arange(300) % 25)).json()
    assert second["notes"] == []
    assert second["replaces"] == {name: first[name] for name in ("sha256", "rows", "by", "created_at")}
    cleared = federation.http.delete("/validation/diagnosis_count", headers=federation.admin).json()
    assert (cleared["sha256"], cleared["replaces"]["rows"]) == (None, 300)
    assert len(federation.log_lines("validation.set")) == 3


def test_few_rows_are_told_of_each_label_and_in_all():
    one_short = np.array([0] * 10 + [1] * 11 + [2] * 79)
    said = notes_on_table(DIAGNOSIS_COUNT, Table(np.zeros((100, 1)), one_short))
    assert said == ["Few rows of some labels: low 10; give at least 11 of each."]
    none = notes_on_table(DIAGNOSIS_COUNT, Table(np.zeros((99, 1)), np.array([0] * 50 + [2] * 49)))
    assert none == [
        "Few rows of some labels: medium 0; give at least 11 of each.",
        "Few rows in all: with 99 one patient moves the accuracy by 1.0 percentage points; give at least 100.",
    ]
    assert notes_on_table(table_task(), Table(np.zeros((100, 1)), np.array([0, 1] * 50))) == []
    binary = notes_on_table(table_task(), Table(np.zeros((200, 1)), np.zeros(200, np.int64)))
    assert binary == ["Few rows of some labels: 1 0; give at least 11 of each."]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(b"", "is empty", id="nothing"),
        pytest.param(b"label,diagnosis_count", "no rows", id="no rows"),
        pytest.param(b"diagnosis_count\n3", "no column label", id="no label"),
        pytest.param(b"label,label,diagnosis_count\nlow,low,3", "more than once", id="a column twice"),
        pytest.param(b"label,diagnosis_count,name\nlow,3,x", "unknown", id="an unknown column"),
        pytest.param(b"label,diagnosis_count\nlow,3\nsevere,9", "Row 2", id="an unknown level"),
        pytest.param(b"label,diagnosis_count\nlow,three", "not a number", id="no number"),
        pytest.param(b"label,diagnosis_count\nlow,nan", "Row 1", id="not finite"),
        pytest.param(b"label,diagnosis_count\nlow,-1", "outside", id="out of bounds"),
        pytest.param(b"label,diagnosis_count\nlow,3,4", "another number of values", id="too many values"),
        pytest.param(b"label,diagnosis_count\nlow", "another number of values", id="too few values"),
        pytest.param(b"label,diagnosis_count\n\xff,3", "UTF-8", id="not UTF-8"),
        pytest.param(b'label,diagnosis_count\n"low,3', "CSV", id="an open quote"),
    ],
)
def test_what_is_no_such_table_is_refused(federation: FederationSimulator, data: bytes, says: str):
    refused = put(federation, data)
    assert refused.status_code in (400, 422)
    assert says in refused.json()["detail"]
    assert federation.http.get("/validation/diagnosis_count", headers=federation.admin).json()["sha256"] is None


def test_only_an_admin_sets_and_sees_it(federation: FederationSimulator, hospital: SimulatedHospital):
    for headers in (hospital.headers, federation.analyst):
        assert put(federation, TABLE, headers).status_code == 403
        assert federation.http.get("/validation/diagnosis_count", headers=headers).status_code == 403


def test_the_command_sets_shows_and_clears(federation: FederationSimulator, tmp_path: Path):
    file = tmp_path / "table.csv"
    file.write_bytes(TABLE)

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-m", "director", "validation", *arguments]
        environment = {"DIRECTOR_DATA_DIR": str(federation.folder), "PATH": ""}
        return subprocess.run(words, capture_output=True, text=True, check=False, env=environment, cwd=Path.cwd())

    assert "30 rows" in command("set", str(file)).stdout
    assert "30 rows" in command("show").stdout
    assert "no validation table" in command("clear").stdout
    missing = command("set", "nowhere.csv")
    assert (missing.returncode, "Traceback" in missing.stderr) == (2, False)


def test_loss_and_accuracy_are_what_they_are_called():
    table = Table(np.array([[1.0], [9.0], [20.0], [21.0]]), np.array([0, 1, 2, 2]))
    state, scaler = DIAGNOSIS_COUNT.initial_state(), ScalerState.from_moments(4, (12.75,), (268.75,))
    found = held_out(DIAGNOSIS_COUNT, state, scaler, table)
    x = ((table.x - 12.75) / scaler.scale[0]).T
    for weight, bias in layers_of(DIAGNOSIS_COUNT.architecture, state)[:-1]:
        x = np.maximum(weight @ x + bias[:, None], 0)
    weight, bias = layers_of(DIAGNOSIS_COUNT.architecture, state)[-1]
    probabilities = np.exp((weight @ x + bias[:, None]).T)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    expected = -np.log(probabilities[np.arange(4), table.labels]).mean()
    accuracy = (probabilities.argmax(axis=1) == table.labels).mean()
    assert found.loss == pytest.approx(expected)
    assert found.accuracy == pytest.approx(accuracy)
    assert table.trivial_loss == pytest.approx(1.5 * np.log(2))


def test_a_level_may_be_a_name_in_any_case_or_its_number():
    table = read_table(b"label,diagnosis_count\nLow,3\n1,9\n HIGH ,20\n", DIAGNOSIS_COUNT)
    assert table.labels.tolist() == [0, 1, 2]


def test_a_table_is_read_in_the_tasks_order():
    table = read_table(TABLE, DIAGNOSIS_COUNT)
    assert table.x[:, 0].tolist() == COUNTS.tolist()
    assert table.labels.tolist() == LEVELS(COUNTS).tolist()


def test_of_a_binary_outcome_the_loss_is_the_log_loss_and_the_trivial_one_that_of_the_rate():
    falls = table_task()
    text = "age,walks_alone,ward,earlier_falls,label\n70,1,medical,,1\n50,0,,2,0\n30,1,surgical,0,0\n"
    table = read_table(text.encode(), falls)
    assert table.x.shape == (3, len(falls.columns))
    random, columns = np.random.default_rng(2), len(falls.columns)
    state = {each.name: random.normal(0, 1, each.shape).astype(np.float32) for each in falls.layout}
    scaler = ScalerState.from_moments(40, (1.0,) * columns, (160.0,) * columns)
    logits = ((table.x - 1) / 2) @ state["layers.0.weight"][0].astype(float) + float(state["layers.0.bias"][0])
    chance = 1 / (1 + np.exp(-logits))
    labels = np.array([1, 0, 0])
    found = held_out(falls, state, scaler, table)
    assert found.loss == pytest.approx(-np.log(np.where(labels == 1, chance, 1 - chance)).mean())
    assert found.accuracy == pytest.approx(((chance > 0.5) == labels).mean())
    assert table.trivial_loss == pytest.approx(-(np.log(1 / 3) + 2 * np.log(2 / 3)) / 3)
