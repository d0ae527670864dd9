"""Global models over HTTP: made or only shown, listed, fetched, published."""

import pytest

from contract.names import Digest
from tests.director.api.pages import every_item
from tests.federation_simulator import FederationSimulator, SimulatedHospital


@pytest.fixture
def versions(federation: FederationSimulator, hospital: SimulatedHospital) -> FederationSimulator:
    """Three global versions of one hospital's models."""
    for nudge in range(3):
        hospital.train_and_upload(nudge)
        assert federation.aggregate().status_code == 201
    return federation


def test_a_preview_is_answered_200_and_makes_no_version(versions: FederationSimulator) -> None:
    versions.train_and_upload(3)
    shown = versions.aggregate(dry_run=True)
    assert (shown.status_code, shown.json()["version"]) == (200, None)
    assert len(every_item(versions.http, "/global_models", versions.admin, limit=50)) == 3


def test_the_list_is_in_pages_newest_first_of_the_task_that_is_asked_for(versions: FederationSimulator) -> None:
    found = every_item(versions.http, "/global_models", versions.analyst, limit=1)
    assert [each["version"] for each in found] == [3, 2, 1]
    assert every_item(versions.http, "/global_models", versions.analyst, limit=1, task="diagnosis_count") == found
    assert every_item(versions.http, "/global_models", versions.analyst, limit=1, task="no_such") == []


def test_a_versions_files_are_bytes_of_its_digests(versions: FederationSimulator) -> None:
    model = versions.http.get("/global_models/2", headers=versions.analyst).json()
    for file, digest in (("model.pt", model["sha256"]), ("scaler.pkl", model["scaler_sha256"])):
        answer = versions.http.get(f"/global_models/2/{file}", headers=versions.analyst)
        assert answer.headers["content-type"] == "application/octet-stream"
        assert Digest.of(answer.content) == digest


def test_an_older_version_is_published_again(versions: FederationSimulator) -> None:
    published = versions.http.post("/global_models/1/publish", headers=versions.admin)
    assert (published.status_code, published.json()["version"], published.json()["published"]) == (200, 1, True)
    listed = every_item(versions.http, "/global_models", versions.admin, limit=50)
    assert [each["version"] for each in listed if each["published"]] == [1]


def test_an_aggregation_that_is_repeated_under_its_key_makes_one_version(versions: FederationSimulator) -> None:
    headers = {**versions.admin, "Idempotency-Key": "k"}
    versions.train_and_upload(3)
    first, again = (versions.http.post("/aggregations", json={}, headers=headers) for _ in range(2))
    assert (first.json()["version"], again.json()["version"]) == (4, 4)
    assert (first.status_code, again.status_code) == (201, 201)


def test_where_nothing_is_new_the_current_version_is_answered_200(versions: FederationSimulator) -> None:
    answer = versions.aggregate()
    assert (answer.status_code, answer.json()["version"], answer.json()["published"]) == (200, 3, True)
    assert answer.json()["notes"][0] == "Nothing is new since global model 3: no version was made."
    assert len(every_item(versions.http, "/global_models", versions.admin, limit=50)) == 3
