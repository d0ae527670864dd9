"""No model counts before it is proven: the gate over the closed set, and a person's word."""

import json

from tests.federation_simulator import FederationSimulator, SimulatedHospital


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
    assert federation.merge_statistics().json()["scaler_sha256"] == without
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
    assert back == quiet  # its first report counts again


def test_a_lied_count_moves_the_scaler_no_more_than_its_cap(federation, five_hospitals):
    from contract.artifacts.scaler_file import read_scaler

    knh = five_hospitals[2]
    lie = report(knh)
    lie["num_examples"], lie["m2"] = 1_000_000, [lie["m2"][0] * 1_000_000 / lie["num_examples"]]
    assert send(knh, lie).status_code == 201
    federation.merge_statistics()
    scaler = read_scaler(knh.blob(knh.start()["scaler_sha256"]), 1)
    assert scaler.num_examples < 1000
