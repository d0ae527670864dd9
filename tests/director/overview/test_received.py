"""All that a hospital sent."""

import pytest

from tests.director.api.pages import every_item
from tests.director.overview.conftest import Asking
from tests.federation_simulator import FederationSimulator, SimulatedHospital


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_models_statistics_and_words_come_newest_first_each_once(
    federation: FederationSimulator, three: list[SimulatedHospital], limit: int
):
    knh = three[0]
    federation.train_and_upload(1)  # at the moment of the statistics
    federation.aggregate()
    federation.clock.pass_by(minutes=1)
    knh.http.post("/global_models/1/answers", json={"answer": "accept"}, headers=knh.headers)
    bad = knh.parcel(3)
    bad.metadata["num_examples"] = 3
    knh.upload(bad)
    federation.clock.pass_by(minutes=1)
    newest = knh.train_and_upload(2)
    found = every_item(federation.http, "/envoys/KNH/received", knh.headers, limit=limit)
    kinds = [each["kind"] for each in found if each["verdict"] != "rejected"]
    assert kinds == ["model", "word", "model", "statistics"]
    assert (found[0]["submission_id"], found[0]["version"]) == (newest["id"], 2)
    assert found[0]["bytes"] == sum(each["bytes"] for each in newest["files"].values())
    assert found[0]["digests"] == {role: each["sha256"] for role, each in newest["files"].items()}
    (word,) = (each for each in found if each["kind"] == "word")
    assert (word["answer"], word["version"]) == ("accept", 1)


def test_another_hospital_may_not_ask(ask: Asking, three: list[SimulatedHospital]):
    answer = three[1].http.get("/envoys/KNH/received", headers=three[1].headers)
    assert answer.status_code == 403
