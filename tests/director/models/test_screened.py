"""Contributions beside each other: what the gate finds, what it holds back, what it says of each."""

from typing import Any

import numpy as np
import pytest

from aggregation.screening import Bounds
from contract.artifacts.scaler_file import write_scaler
from contract.messages.global_models import AggregationRequest
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT
from director.models.choice import close_chosen
from director.models.contributions import Making
from director.models.screened import Screened, screen
from director.tasks.artifacts import Artifacts
from tests.federation_simulator import FederationSimulator, SimulatedHospital, names_in


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


def test_a_lied_count_weighs_no_more_than_its_statistics_show(federation: FederationSimulator, five_hospitals):
    for each in five_hospitals[1:]:
        each.train_and_upload()
    parcel = five_hospitals[0].parcel()
    parcel.metadata["num_examples"] = 1_000_000
    assert five_hospitals[0].upload(parcel).status_code == 201
    made = federation.aggregate(strategy="fedavg").json()
    (part,) = (each for each in made["inputs"] if each["envoy_name"] == "KUTRRH")
    assert (part["num_examples"], part["counted_examples"]) == (1_000_000, 40)
    assert part["bound"] == "its newest statistics"
    assert part["weight"] == pytest.approx(40 / 300)
    (check,) = (each for each in part["checks"] if each["name"] == "claimed_examples")
    assert (check["passed"], check["sentence"]) == (True, "Counts as 40: its newest statistics.")


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
        "claimed_examples",
        "comparison",
        "behind_common_scaler",
    }


# --- by itself --------------------------------------------------------------------------------------------------------


def screened(federation: FederationSimulator, bounds: Bounds | None = None, **asked: Any) -> dict[str, Screened]:
    director, task, making = federation.director, DIAGNOSIS_COUNT, Making(bounds or Bounds())
    with director.database.read() as session:
        request = AggregationRequest.model_validate(asked)
        closed = close_chosen(session, Artifacts(director.blobs, task), task, request, making)
        return {each.contribution.row.envoy.name: each for each in screen(closed, task, making.bounds)}


def failed(each: Screened) -> list[str]:
    return [check.name for check in each.checks if not check.passed]


def test_each_is_held_against_the_others_and_only_the_odd_one_does_not_count(
    federation: FederationSimulator, liar: SimulatedHospital
):
    found = screened(federation)
    assert {name: failed(each) for name, each in found.items() if not each.counts} == {"KNH": ["update_norm"]}
    assert len(found) == 5
    norms = {name: each.measurement.norm for name, each in found.items() if each.measurement is not None}
    assert norms.keys() == found.keys()
    assert norms["KNH"] > 3 * max(norm for name, norm in norms.items() if name != "KNH")


def test_a_persons_word_stands_whatever_is_found(federation: FederationSimulator, liar: SimulatedHospital):
    federation.aggregate()
    federation.decide("release", federation.submission("KNH", 2)["id"])
    federation.train_and_upload(1, but=liar)
    each = screened(federation)["KNH"]
    assert (each.counts, failed(each)) == (True, ["update_norm"])


def test_the_admins_own_bounds_hold(federation: FederationSimulator, liar: SimulatedHospital):
    assert all(each.counts for each in screened(federation, Bounds(norm_ratio=1000)).values())


def test_without_a_table_nothing_is_said_of_losses_and_with_one_it_is_of_each(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    for each in five_hospitals:
        each.train_and_upload()
    assert {each.held_out for each in screened(federation).values()} == {None}
    headers = {**federation.admin, "Content-Type": "text/csv"}
    table = b"label,diagnosis_count\nlow,3\nmedium,9\nhigh,20\n"
    federation.http.put("/validation/diagnosis_count", content=table, headers=headers)
    for compared in screened(federation).values():
        assert compared.held_out is not None
        assert "held_out_loss" in [check.name for check in compared.checks]


def test_it_is_described_with_all_that_was_found(federation: FederationSimulator, liar: SimulatedHospital):
    each = screened(federation)["KNH"]
    part, row = each.as_input(0.25), each.contribution.row
    assert (part.envoy_name, part.version, part.submission_id) == ("KNH", 2, row.id)
    assert (part.model_sha256, part.scaler_sha256) == (row.digest_of("model"), row.digest_of("scaler"))
    assert (part.num_examples, part.counted_examples, part.weight) == (60, 60, 0.25)
    assert part.checks == list(each.checks)
    found = each.measurement
    assert found is not None
    assert (part.norm, part.cosine, part.distance) == (found.norm, found.cosine, found.distance)
    assert found.cosine is not None
    assert np.isfinite([found.norm, found.cosine, found.distance]).all()


def test_what_was_never_compared_has_no_measures(federation: FederationSimulator):
    for name in ("KNH", "MTRH"):
        federation.enrol(name).train_and_upload()
    for each in screened(federation).values():
        assert each.measurement is None
        part = each.as_input(None)
        assert (part.norm, part.cosine, part.distance) == (None, None, None)
