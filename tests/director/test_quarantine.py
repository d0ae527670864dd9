"""No model counts before it is proven: the gate over the closed set, and a person's word."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from federation_simulator import FederationSimulator, Parcel, SimulatedHospital

from contract.artifacts.model_file import read_model, write_model
from contract.artifacts.scaler_file import write_scaler
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT

LAYOUT = DIAGNOSIS_COUNT.layout


def spoilt(hospital: SimulatedHospital, factor: float, nudge: int = 7) -> Parcel:
    """A model that went ``factor`` times as far from its start as training took it."""
    parcel = hospital.parcel(nudge)
    start = read_model(hospital.blob(hospital.start()["model_sha256"]), LAYOUT)
    trained = read_model(parcel.model, LAYOUT)
    away = {name: (start[name] + factor * (trained[name] - start[name])).astype(np.float32) for name in start}
    parcel.model = write_model(away, LAYOUT)
    return parcel


@pytest.fixture
def liar(five_hospitals: list[SimulatedHospital]) -> SimulatedHospital:
    """KNH: every hospital has an honest model, KNH has since sent one that moved ten times too far."""
    for each in five_hospitals:
        each.train_and_upload()
    knh = five_hospitals[2]
    assert knh.upload(spoilt(knh, 10)).json()["version"] == 2
    return knh


def submission(federation: FederationSimulator, envoy: str, version: int) -> dict:
    listed = federation.http.get(f"/submissions?envoy_name={envoy}", headers=federation.admin).json()["items"]
    return next(each for each in listed if each["version"] == version)


def decide(federation: FederationSimulator, verb: str, id_: str, reason: str = "I looked at it"):
    return federation.http.post(f"/submissions/{id_}/{verb}", json={"reason": reason}, headers=federation.admin)


def names_in(model: dict, key: str = "inputs") -> list[str]:
    return [each["envoy_name"] for each in model[key]]


def test_a_model_that_moved_too_far_goes_into_quarantine_and_the_rest_are_averaged(
    federation: FederationSimulator, liar: SimulatedHospital
):
    made = federation.aggregate()
    assert made.status_code == 201
    assert names_in(made.json()) == ["Embu", "KUTRRH", "Mbagathi", "MTRH"]
    assert names_in(made.json(), "quarantined") == ["KNH"]
    waiting = submission(federation, "KNH", 2)
    failed = [check for check in waiting["checks"] if not check["passed"]]
    assert (waiting["verdict"], [check["name"] for check in failed]) == ("quarantined", ["update_norm"])
    assert failed[0]["seen"]
    assert failed[0]["bound"]
    assert "train again" in failed[0]["sentence"]


def test_the_previous_version_stays_byte_for_byte_and_answers(federation: FederationSimulator, liar: SimulatedHospital):
    before = submission(federation, "KNH", 1)
    federation.aggregate()
    for folder in (("KNH",), ("KNH", "diagnosis_count")):
        shown = federation.digest_at("received_results", *folder, "model.pt")
        assert shown == before["files"]["model"]["sha256"]
    assert liar.infer({"diagnosis_count": 4}).json()["model"]["version"] == 1
    assert submission(federation, "KNH", 1) == before
    federation.restart()
    assert liar.infer({"diagnosis_count": 4}).json()["model"]["version"] == 1
    director = federation.director
    assert director.upkeep.defects() == []


def test_where_there_is_no_previous_version_nothing_answers(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    knh = five_hospitals[2]
    knh.upload(spoilt(knh, 10))
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


def test_a_hospital_whose_newest_model_waits_is_left_out(federation: FederationSimulator, liar: SimulatedHospital):
    federation.aggregate()
    again = federation.aggregate().json()
    assert names_in(again) == ["Embu", "KUTRRH", "Mbagathi", "MTRH"]
    assert again["quarantined"] == []
    named = federation.aggregate(envoys=["KNH", "MTRH"])
    assert (named.status_code, named.json()["code"]) == (409, "conflict")


def test_a_newer_honest_model_takes_the_place_of_the_one_that_waits(
    federation: FederationSimulator, liar: SimulatedHospital
):
    federation.aggregate()
    assert liar.train_and_upload(3)["version"] == 3
    assert "KNH" in names_in(federation.aggregate().json())


def test_a_released_model_counts_and_the_gate_is_silent_about_it(
    federation: FederationSimulator, liar: SimulatedHospital
):
    federation.aggregate()
    waiting = submission(federation, "KNH", 2)
    released = decide(federation, "release", waiting["id"], "KNH has changed its coding; its IT confirmed the file")
    assert released.status_code == 200, released.text
    assert released.json()["verdict"] == "admitted"
    assert released.json()["decision"]["verdict"] == "released"
    assert liar.infer({"diagnosis_count": 4}).json()["model"]["version"] == 2
    shown = federation.digest_at("received_results", "KNH", "model.pt")
    assert shown == waiting["files"]["model"]["sha256"]
    made = federation.aggregate().json()
    assert "KNH" in names_in(made)
    (part,) = (each for each in made["inputs"] if each["envoy_name"] == "KNH")
    assert [check["name"] for check in part["checks"] if not check["passed"]] == ["update_norm"]


def test_a_rejected_model_is_out_for_good(federation: FederationSimulator, liar: SimulatedHospital):
    federation.aggregate()
    waiting = submission(federation, "KNH", 2)
    rejected = decide(federation, "reject", waiting["id"])
    assert (rejected.status_code, rejected.json()["verdict"]) == (200, "rejected")
    for verb in ("release", "reject"):
        assert decide(federation, verb, waiting["id"]).status_code == 409
    made = federation.aggregate().json()
    (part,) = (each for each in made["inputs"] if each["envoy_name"] == "KNH")
    assert part["version"] == 1


def test_an_admitted_model_can_be_taken_back(federation: FederationSimulator, hospital: SimulatedHospital):
    first, second = hospital.train_and_upload(1), hospital.train_and_upload(2)
    assert decide(federation, "release", second["id"]).status_code == 409
    assert decide(federation, "reject", second["id"], "trained on the test tables").status_code == 200
    assert hospital.infer({"diagnosis_count": 4}).json()["model"]["sha256"] == first["files"]["model"]["sha256"]


@pytest.mark.parametrize("reason", ["", "   ", "line\nbreak", "x" * 501, None])
def test_a_decision_needs_a_reason(federation: FederationSimulator, hospital: SimulatedHospital, reason: str | None):
    receipt = hospital.train_and_upload()
    response = federation.http.post(
        f"/submissions/{receipt['id']}/reject", json={"reason": reason}, headers=federation.admin
    )
    assert response.status_code == 422
    assert submission(federation, "KUTRRH", 1)["verdict"] == "admitted"


def test_only_an_admin_decides(federation: FederationSimulator, liar: SimulatedHospital):
    federation.aggregate()
    waiting = submission(federation, "KNH", 2)
    for headers in (liar.headers, federation.analyst):
        response = federation.http.post(f"/submissions/{waiting['id']}/release", json={"reason": "me"}, headers=headers)
        assert response.status_code == 403
    assert submission(federation, "KNH", 2)["verdict"] == "quarantined"


def test_the_same_parcel_again_stays_in_quarantine(federation: FederationSimulator, five_hospitals):
    for each in five_hospitals:
        each.train_and_upload()
    knh = five_hospitals[2]
    parcel = spoilt(knh, -5)
    first = knh.upload(parcel)
    federation.aggregate()
    again = knh.upload(parcel)
    assert (first.status_code, again.status_code) == (201, 200)
    assert (again.json()["id"], again.json()["verdict"]) == (first.json()["id"], "quarantined")


def test_a_lied_count_weighs_no_more_than_its_cap(federation: FederationSimulator, five_hospitals):
    for each in five_hospitals[1:]:
        each.train_and_upload()
    parcel = five_hospitals[0].parcel()
    parcel.metadata["num_examples"] = 1_000_000
    assert five_hospitals[0].upload(parcel).status_code == 201
    made = federation.aggregate().json()
    (part,) = (each for each in made["inputs"] if each["envoy_name"] == "KUTRRH")
    others = [len(each.counts) for each in five_hospitals[1:]]
    median = sorted([1_000_000, *others])[2]
    assert (part["num_examples"], part["counted_examples"]) == (1_000_000, 3 * median)
    assert part["weight"] < 0.5


def test_a_scaler_that_makes_absurd_numbers_behind_the_common_one_spoils_no_aggregate(federation):
    hospitals = [federation.enrol(name) for name in ("KUTRRH", "MTRH", "KNH")]
    for each in hospitals:
        each.send_statistics()
    for each in hospitals[:2]:
        each.train_and_upload()
    parcel = hospitals[2].parcel()
    parcel.scaler = write_scaler(ScalerState.from_moments(50, (0.0,), (50 * 1e-60,)))
    assert hospitals[2].upload(parcel).status_code == 201
    made = federation.aggregate()
    assert made.status_code == 201, made.text
    assert names_in(made.json(), "quarantined") == ["KNH"]
    assert [check["name"] for check in made.json()["quarantined"][0]["checks"] if not check["passed"]] == [
        "behind_common_scaler"
    ]


def test_fewer_than_four_can_not_be_compared_and_it_says_so(federation: FederationSimulator):
    for name in ("KUTRRH", "MTRH"):
        federation.enrol(name).send_statistics()
    for each in federation.hospitals.values():
        each.train_and_upload()
    made = federation.aggregate().json()
    assert made["quarantined"] == []
    assert {check["name"] for each in made["inputs"] for check in each["checks"]} == {
        "comparison",
        "behind_common_scaler",
    }


def test_a_preview_shows_all_and_does_nothing(federation: FederationSimulator, liar: SimulatedHospital):
    preview = federation.aggregate(dry_run=True).json()
    for each in preview["inputs"]:
        assert each["norm"] > 0
        assert -1 <= each["cosine"] <= 1
        assert each["distance"] > 0
        assert each["effect"] > 0
    assert names_in(preview, "quarantined") == ["KNH"]
    assert submission(federation, "KNH", 2)["verdict"] == "admitted"
    assert federation.aggregate().json()["sha256"] == preview["sha256"]


def test_what_compares_hospitals_is_for_the_admin_alone(federation: FederationSimulator, liar: SimulatedHospital):
    federation.aggregate()
    for headers in (liar.headers, federation.analyst):
        seen = federation.http.get("/global_models/1", headers=headers).json()
        assert seen["quarantined"] == []
        assert {each["norm"] for each in seen["inputs"]} == {None}
        assert [each["checks"] for each in seen["inputs"]] == [[]] * 4
    assert federation.http.get("/global_models/1", headers=federation.admin).json()["quarantined"] != []


def test_every_change_of_a_verdict_is_on_record(federation: FederationSimulator, liar: SimulatedHospital):
    from sqlalchemy import select

    from director.records.schema import AuditRow

    federation.aggregate()
    decide(federation, "release", submission(federation, "KNH", 2)["id"], "known to us")
    decide(federation, "reject", submission(federation, "KNH", 2)["id"], "no, after all")
    with federation.director.database.read() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.seq)).all()
    acts = [(row.act, row.subject, row.facts.get("reason")) for row in rows if row.act.startswith("upload.")][-3:]
    assert acts == [
        ("upload.quarantine", "KNH", None),
        ("upload.release", "KNH", "known to us"),
        ("upload.withdraw", "KNH", "no, after all"),
    ]


@pytest.mark.parametrize(
    "strategy",
    ["fedavg", "mean", "clip", "clip+fedavg", "coordinate_median", "trimmed_mean", "geometric_median", "krum",
     "multi_krum", "clip+trimmed_mean"],
)  # fmt: skip
def test_every_strategy_combines_and_says_what_each_counts_for(federation, five_hospitals, strategy: str):
    for each in five_hospitals:
        each.train_and_upload()
    made = federation.aggregate(strategy=strategy)
    assert made.status_code == 201, made.text
    assert made.json()["strategy"] == strategy
    weights = [each["weight"] for each in made.json()["inputs"]]
    assert None in weights or sum(weights) == pytest.approx(1)
    asked = federation.http.post("/infer_global", json={"inputs": {"diagnosis_count": 3}}, headers=federation.analyst)
    assert asked.status_code == 200


def test_a_strategy_for_more_hospitals_is_refused_with_its_numbers(federation, five_hospitals):
    for each in five_hospitals:
        each.train_and_upload()
    refused = federation.aggregate(strategy="krum", parameters={"f": 2})
    assert refused.status_code == 409
    assert refused.json()["facts"] | {"n": 5, "f": 2} == refused.json()["facts"]
    assert federation.http.get("/global_models", headers=federation.admin).json()["items"] == []


def test_the_directors_own_strategy_holds_where_none_is_asked_for(tmp_path):
    with FederationSimulator(tmp_path / "director", strategy="clip+trimmed_mean") as federation:
        for name in ("KUTRRH", "MTRH", "KNH"):
            federation.enrol(name).train_and_upload()
        assert federation.aggregate().json()["strategy"] == "clip+trimmed_mean"
        assert federation.aggregate(strategy="fedavg").json()["strategy"] == "fedavg"


def test_the_command_says_who_was_left_out_and_what_to_do(federation: FederationSimulator, liar: SimulatedHospital):
    words = [sys.executable, "-m", "director", "aggregate"]
    environment = {"DIRECTOR_DATA_DIR": str(federation.folder), "PATH": "", "COLUMNS": "200"}
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=environment, cwd=Path.cwd())
    assert "quarantined" in done.stdout
    assert "KNH: The model moved much further" in done.stdout
    assert "fl-director submission release" in done.stdout
    assert done.stderr == ""


# --- statistics -------------------------------------------------------------------------------------------------------


def report(hospital: SimulatedHospital, *, mean: float = 0, factor: float = 1) -> dict:
    own = hospital.own_scaler
    return {
        "task": "diagnosis_count",
        "num_examples": own.num_examples,
        "mean": [own.mean[0] + mean],
        "m2": [own.m2[0] * factor],
    }


def send(hospital: SimulatedHospital, body: dict):
    return hospital.http.post(f"/statistics/{hospital.name}", json=body, headers=hospital.headers)


def test_statistics_far_from_all_others_wait_and_the_scaler_stays(federation, five_hospitals):
    without = five_hospitals[0].start()["scaler_sha256"]
    newcomer = federation.enrol("Newcomer", patients=60)
    sent = send(newcomer, report(newcomer, mean=500))
    assert (sent.status_code, sent.json()["verdict"]) == (202, "quarantined")
    assert sent.json()["scaler_sha256"] == without
    listed = federation.http.get("/statistics", headers=federation.admin).json()["items"]
    assert [(each["envoy_name"], each["verdict"]) for each in listed if each["verdict"] != "admitted"] == [
        ("Newcomer", "quarantined")
    ]


def test_no_order_of_arrival_changes_what_statistics_count(tmp_path):
    found = set()
    for number, place in enumerate((0, 2, 4)):
        with FederationSimulator(tmp_path / str(number)) as federation:
            hospitals = [federation.enrol(f"Hospital{index}", patients=40 + index) for index in range(5)]
            order = hospitals[1:]
            order.insert(place, hospitals[0])
            for each in order:
                send(each, report(each, mean=500 if each is hospitals[0] else 0))
            listed = federation.http.get("/statistics", headers=federation.admin).json()["items"]
            verdicts = {each["envoy_name"]: each["verdict"] for each in listed}
            found.add((json.dumps(verdicts, sort_keys=True), hospitals[1].start()["scaler_sha256"]))
    assert len(found) == 1
    assert '"Hospital0": "quarantined"' in next(iter(found))[0]


def test_released_statistics_move_the_scaler_and_rejected_ones_leave_it(federation, five_hospitals):
    knh = five_hospitals[2]
    send(knh, report(knh, factor=1000))
    quiet = five_hospitals[0].start()
    assert federation.http.get("/statistics", headers=knh.headers).json()["items"][0]["verdict"] == "quarantined"

    def decide_report(verb: str):
        return federation.http.post(
            f"/statistics/KNH/2/{verb}", json={"reason": "their patients are so"}, headers=federation.admin
        )

    assert decide_report("release").json()["verdict"] == "admitted"
    moved = five_hospitals[0].start()
    assert moved["scaler_sha256"] != quiet["scaler_sha256"]
    federation.restart()
    assert five_hospitals[0].start() == moved
    assert decide_report("reject").json()["verdict"] == "rejected"
    back = five_hospitals[0].start()
    assert back["scaler_sha256"] not in (
        moved["scaler_sha256"],
        quiet["scaler_sha256"],
    )  # its first report counts again


def test_a_lied_count_moves_the_scaler_no_more_than_its_cap(federation, five_hospitals):
    from contract.artifacts.scaler_file import read_scaler

    knh = five_hospitals[2]
    lie = report(knh)
    lie["num_examples"], lie["m2"] = 1_000_000, [lie["m2"][0] * 1_000_000 / lie["num_examples"]]
    assert send(knh, lie).status_code == 201
    scaler = read_scaler(knh.blob(knh.start()["scaler_sha256"]), 1)
    assert scaler.num_examples < 1000
