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


def test_the_current_version_is_asked_for_without_its_number(versions: FederationSimulator) -> None:
    for number in (3, 1):
        versions.http.post(f"/global_models/{number}/publish", headers=versions.admin)
        for headers in (versions.admin, versions.analyst, versions.hospitals["KUTRRH"].headers):
            current = versions.http.get("/global_models/current", headers=headers)
            assert (current.status_code, current.json()["version"]) == (200, number)
            assert current.json() == versions.http.get(f"/global_models/{number}", headers=headers).json()


def test_before_there_is_a_version_it_says_what_is_missing(federation: FederationSimulator) -> None:
    none = federation.http.get("/global_models/current", headers=federation.analyst)
    assert (none.status_code, none.json()["code"]) == (409, "no_model_yet")
    assert none.json()["hint"].startswith("Let the hospitals train and the admin aggregate first.")
    unknown = federation.http.get("/global_models/current?task=other", headers=federation.analyst)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_task")


def test_an_alias_is_given_found_and_taken(versions: FederationSimulator) -> None:
    path = "/global_models/2/aliases/production"
    for _ in range(2):
        named = versions.http.put(path, headers=versions.admin)
        assert (named.status_code, named.json()["aliases"]) == (200, ["production"])
    for alias, numbers in (("production", [2]), ("champion", [3]), ("challenger", []), ("staging", [])):
        found = every_item(versions.http, "/global_models", versions.analyst, limit=50, alias=alias)
        assert [each["version"] for each in found] == numbers, alias
    elsewhere = every_item(versions.http, "/global_models", versions.analyst, limit=50, alias="current", task="no_such")
    assert elsewhere == []
    for _ in range(2):
        cleared = versions.http.delete(path, headers=versions.admin)
        assert (cleared.status_code, cleared.json()["aliases"]) == (200, [])


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        pytest.param("/global_models/2/aliases/champion", 422, "invalid_request", id="one that follows from what is"),
        pytest.param("/global_models/2/aliases/Production", 422, "invalid_request", id="no alias"),
        pytest.param("/global_models/2/aliases/2", 422, "invalid_request", id="a number"),
        pytest.param("/global_models/7/aliases/production", 404, "not_found", id="no such version"),
        pytest.param("/global_models/current/aliases/production", 422, "invalid_request", id="a name for a version"),
    ],
)
def test_what_can_not_be_named_so_is_refused(versions: FederationSimulator, path: str, status: int, code: str) -> None:
    for method in ("PUT", "DELETE"):
        refused = versions.http.request(method, path, headers=versions.admin)
        assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_a_note_is_one_line_and_no_longer_than_it_may_be(versions: FederationSimulator) -> None:
    for note, status in (("Looked at", 200), ("", 200), ("two\nlines", 422), ("n" * 501, 422)):
        answer = versions.http.put("/global_models/2/note", json={"note": note}, headers=versions.admin)
        assert answer.status_code == status, note
    assert versions.http.get("/global_models/2", headers=versions.admin).json()["note"] is None
