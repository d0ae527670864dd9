"""Contributions beside each other: what the gate finds, what it holds back, what it says of each."""

from federation_simulator import FederationSimulator, SimulatedHospital, names_in

from contract.artifacts.scaler_file import write_scaler
from contract.scaler import ScalerState


def test_a_model_that_moved_too_far_goes_into_quarantine_and_the_rest_are_averaged(
    federation: FederationSimulator, liar: SimulatedHospital
):
    made = federation.aggregate()
    assert made.status_code == 201
    assert names_in(made.json()) == ["Embu", "KUTRRH", "Mbagathi", "MTRH"]
    assert names_in(made.json(), "quarantined") == ["KNH"]
    waiting = federation.submission("KNH", 2)
    failed = [check for check in waiting["checks"] if not check["passed"]]
    assert (waiting["verdict"], [check["name"] for check in failed]) == ("quarantined", ["update_norm"])
    assert failed[0]["seen"]
    assert failed[0]["bound"]
    assert "train again" in failed[0]["sentence"]


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
