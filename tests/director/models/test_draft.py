"""What passed, combined: the numbers, the shares, and what a preview says of each hospital."""

import itertools

import numpy as np
import pytest
import torch
from federation_simulator import FederationSimulator, SimulatedHospital, names_in


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
