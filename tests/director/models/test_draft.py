"""What passed, combined: the numbers, the shares, and what a preview says of each hospital."""

import itertools
from typing import Any

import numpy as np
import pytest
import torch

from aggregation.errors import NoUpdatesError
from aggregation.screening import Bounds
from aggregation.strategy import strategy_named
from contract.artifacts.model_file import write_model
from contract.artifacts.scaler_file import write_scaler
from contract.messages.global_models import AggregationRequest
from contract.names import Digest
from contract.tasks import DIAGNOSIS_COUNT
from director.models.choice import close_chosen
from director.models.contributions import Making
from director.models.draft import Draft, combine
from director.models.screened import screen
from director.tasks.artifacts import Artifacts
from tests.federation_simulator import FederationSimulator, SimulatedHospital, names_in


def test_a_preview_shows_all_and_does_nothing(federation: FederationSimulator, liar: SimulatedHospital):
    preview = federation.aggregate(dry_run=True).json()
    for each in preview["inputs"]:
        assert each["norm"] > 0
        assert -1 <= each["cosine"] <= 1
        assert each["distance"] > 0
        assert each["effect"] > 0
    assert names_in(preview, "quarantined") == ["KNH"]
    assert federation.submission("KNH", 2)["verdict"] == "admitted"
    assert federation.aggregate().json()["sha256"] == preview["sha256"]


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


def test_the_aggregate_is_the_weighted_mean_of_the_uploads(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    for each in five_hospitals:
        each.train_and_upload()
    federation.aggregate(strategy="fedavg")
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


# --- by itself --------------------------------------------------------------------------------------------------------


def drafted(federation: FederationSimulator, bounds: Bounds | None = None, **asked: Any) -> Draft:
    director, task, making = federation.director, DIAGNOSIS_COUNT, Making(bounds or Bounds())
    request = AggregationRequest.model_validate(asked)
    with director.database.read() as session:
        closed = close_chosen(session, Artifacts(director.blobs, task), task, request, making)
        strategy = strategy_named(request.strategy or "fedavg", request.parameters)
        return combine(closed, screen(closed, task, making.bounds), task, strategy, request, making)


def moved_by(draft: Draft, share: float) -> dict[str, np.ndarray]:
    """Go a part of the way from the shared start to a draft."""
    start = DIAGNOSIS_COUNT.initial_state()
    return {
        name: start[name] + share * (tensor.astype(np.float64) - start[name]) for name, tensor in draft.state.items()
    }


def test_a_draft_keeps_nothing_and_knows_the_files_that_it_would_become(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    for each in five_hospitals:
        each.train_and_upload()
    before = sorted(federation.director.blobs.digests())
    draft = drafted(federation)
    assert draft.model_sha256 == Digest.of(write_model(draft.state, DIAGNOSIS_COUNT.layout))
    assert draft.scaler_sha256 == Digest.of(write_scaler(draft.scaler))
    assert sorted(federation.director.blobs.digests()) == before
    made = federation.aggregate(strategy="fedavg").json()
    assert (made["sha256"], made["scaler_sha256"]) == (draft.model_sha256, draft.scaler_sha256)


def test_a_preview_and_a_version_are_described_from_the_same_lineage(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    for each in five_hospitals:
        each.train_and_upload()
    draft, now = drafted(federation), federation.clock()
    preview = draft.described(None, now, draft.model_sha256, draft.scaler_sha256, is_published=False)
    version = draft.described(4, now, draft.model_sha256, draft.scaler_sha256, is_published=True)
    assert (preview.version, preview.published, version.version, version.published) == (None, False, 4, True)
    assert preview.model_copy(update={"version": 4, "published": True}) == version
    assert preview.inputs == draft.lineage.inputs
    assert preview.notice == DIAGNOSIS_COUNT.notice


def test_what_failed_is_named_and_its_share_stays_where_it_was(
    federation: FederationSimulator, liar: SimulatedHospital
):
    of_all = drafted(federation)
    of_the_others = drafted(federation, envoys=["Embu", "KUTRRH", "Mbagathi", "MTRH"])
    assert [(each.envoy_name, each.weight) for each in of_all.lineage.quarantined] == [("KNH", 60 / 300)]
    expected = moved_by(of_the_others, 240 / 300)
    assert all(np.allclose(of_all.state[name], tensor, atol=1e-6) for name, tensor in expected.items())
    weights = {str(each.envoy_name): each.weight for each in of_all.lineage.inputs}
    assert weights["MTRH"] == pytest.approx(50 / 300)


def test_only_a_preview_says_how_far_the_result_would_move_without_each(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    for each in five_hospitals:
        each.train_and_upload()
    assert {each.effect for each in drafted(federation).lineage.inputs} == {None}
    preview = drafted(federation, dry_run=True)
    (first, *_) = preview.lineage.inputs
    others = [each.envoy_name for each in preview.lineage.inputs if each is not first]
    assert first.weight is not None
    without = moved_by(drafted(federation, envoys=others), 1 - first.weight)  # as if it stood still
    moved = sum(float(np.square(preview.state[name].astype(float) - without[name]).sum()) for name in without)
    assert first.effect == pytest.approx(np.sqrt(moved), rel=1e-4)


def test_of_the_only_hospital_a_preview_says_no_effect(federation: FederationSimulator):
    federation.enrol("KNH").train_and_upload()
    (only,) = drafted(federation, dry_run=True).lineage.inputs
    assert (only.effect, only.weight) == (None, 1.0)


def test_where_none_passed_the_failed_checks_are_named(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    for each in five_hospitals:
        each.train_and_upload()
    with pytest.raises(NoUpdatesError, match=r"None of the 5 models passed .*: update_direction"):
        drafted(federation, Bounds(cosine=1.1, against=-10))


def test_without_statistics_it_stands_behind_the_merge_of_the_models_own_scalers(federation: FederationSimulator):
    hospitals = [federation.enrol(name, patients=40 + place) for place, name in enumerate(("KNH", "MTRH", "Embu"))]
    for each in hospitals:
        each.train_and_upload()
    everyone = np.concatenate([each.counts for each in hospitals])
    assert drafted(federation).scaler.mean[0] == pytest.approx(everyone.mean())
