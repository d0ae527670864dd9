"""Ways in which a federation once stood still for good, or a version counted that should not."""

import json
from pathlib import Path
from typing import Any

import pytest

from contract.artifacts.scaler_file import read_scaler
from contract.errors import FederationError
from contract.names import Digest
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT
from director.errors import MalformedRequestError, NotFoundError
from director.members.access import LOCAL_ADMIN
from tests.director.models.test_confirming import say
from tests.director.models.test_moving_on import behind_another_scaler, cycle, enrolled, publish, sent, standing
from tests.federation_simulator import FederationSimulator, names_in

MOVED = {"diagnosis_count": {"cut_points": [3, 9]}}


@pytest.fixture
def federation(tmp_path: Path):
    with FederationSimulator(tmp_path / "data", strategy="fedavg") as simulator:
        yield simulator


def imported(federation: FederationSimulator, version: int, **changes: Any) -> Any:
    """Import a version's own files again."""
    models = federation.director.models
    model, scaler, card = (models.file(LOCAL_ADMIN, DIAGNOSIS_COUNT.name, version, role)
                           for role in ("model", "scaler", "card"))  # fmt: skip
    claims = {**json.loads(card), "sha256": Digest.of(model), "scaler_sha256": Digest.of(scaler), **changes}
    return models.import_model(LOCAL_ADMIN, DIAGNOSIS_COUNT.name, model, scaler, json.dumps(claims).encode())


def moves_on(federation: FederationSimulator, hospitals: Any, nudge: int) -> Any:
    federation.clock.pass_by(minutes=1)
    return cycle(federation, hospitals, nudge)


def test_a_version_made_twice_and_rolled_back_to_lets_hospitals_move_on(federation):
    hospitals = enrolled(federation, 2)
    moves_on(federation, hospitals, 1)
    second = moves_on(federation, hospitals, 2)
    publish(federation, 1)
    again = federation.aggregate(envoys=["KUTRRH", "MTRH"]).json()
    assert again["sha256"] == second["sha256"]
    federation.clock.pass_by(minutes=1)
    publish(federation, 2)
    assert hospitals[0].start()["global_version"] == 2
    assert names_in(moves_on(federation, hospitals, 3)) == ["KUTRRH", "MTRH"]


def test_an_old_result_that_is_imported_again_lets_hospitals_move_on(federation):
    hospitals = enrolled(federation, 2)
    for nudge in (1, 2, 3):
        moves_on(federation, hospitals, nudge)
    federation.clock.pass_by(minutes=1)
    made = imported(federation, 1)
    assert (made.version, made.parent, hospitals[0].start()["global_version"]) == (4, 3, 4)
    assert any("models of other starts" in note for note in made.notes)
    assert names_in(moves_on(federation, hospitals, 4)) == ["KUTRRH", "MTRH"]


def test_cut_points_moved_and_moved_back_leave_a_hospital_the_model_of_that_definition(tmp_path):
    folder = tmp_path / "data"
    with FederationSimulator(folder, strategy="fedavg") as federation:
        hospitals = enrolled(federation, 2)
        for each in hospitals:
            each.train_and_upload(1)
    with FederationSimulator(folder, strategy="fedavg", tasks=MOVED) as federation:
        for each in hospitals:
            each.http, each.task = federation.http, federation.director.catalogue[DIAGNOSIS_COUNT.name]
            each.train_and_upload(1)
    with FederationSimulator(folder, strategy="fedavg") as federation:
        for each in hospitals:
            each.http, each.task = federation.http, DIAGNOSIS_COUNT
            assert each.train_and_upload(1)["version"] == 1
        answer = hospitals[0].infer({"diagnosis_count": 3}).json()
        assert (answer["model"]["version"], answer["cut_points"]) == (1, [5, 15])
        assert [each["version"] for each in federation.aggregate().json()["inputs"]] == [1, 1]


def test_a_version_for_other_cut_points_is_neither_published_nor_imported_nor_shown_as_current(tmp_path):
    folder = tmp_path / "data"
    with FederationSimulator(folder, strategy="fedavg") as federation:
        hospitals = enrolled(federation, 2)
        cycle(federation, hospitals, 1)
    with FederationSimulator(folder, strategy="fedavg", tasks=MOVED) as federation:
        refused = federation.http.post("/global_models/1/publish", headers=federation.admin)
        assert (refused.status_code, refused.json()["code"]) == (409, "model_stale")
        assert "cut points have moved" in refused.json()["detail"]
        (shown,) = federation.http.get("/global_models", headers=federation.admin).json()["items"]
        assert (shown["published"], shown["stale"], shown["waiting"]) == (False, True, False)
        with pytest.raises(NotFoundError, match="no enabled hospital's upload"):
            imported(federation, 1)


@pytest.mark.parametrize("number", [0, -5, True, 10**400])
def test_a_card_with_a_count_that_is_none_is_refused(federation, number):
    hospitals = enrolled(federation, 2)
    made = cycle(federation, hospitals, 1)
    inputs = [{**each, "num_examples": number} for each in made["inputs"]]
    with pytest.raises(MalformedRequestError, match=r"^card\.json is not one"):
        imported(federation, 1, inputs=inputs)
    with pytest.raises(FederationError):
        imported(federation, 1, inputs=[{**each, "weight": -7.0} for each in made["inputs"]])


def test_a_copy_of_a_model_that_is_counted_already_stands_still_too(federation):
    hospitals = enrolled(federation, 2)
    cycle(federation, hospitals, 1)
    parcel = hospitals[0].parcel(2)
    hospitals[0].upload(parcel)
    assert names_in(federation.aggregate().json()) == ["KUTRRH"]
    federation.clock.pass_by(minutes=1)
    copy = behind_another_scaler(
        hospitals[1].parcel(3),
        {name: tensor.astype("float32") for name, tensor in sent(parcel).items()},
        read_scaler(parcel.scaler, 1),
        ScalerState.from_moments(50, (8.0,), (350.0,)),
    )
    assert hospitals[1].upload(copy).status_code == 201
    again = federation.aggregate()
    assert again.status_code == 200
    assert any("It is the model of KUTRRH over again" in note for note in again.json()["notes"])


def test_who_failed_is_set_aside_also_where_no_version_comes_of_it(tmp_path):
    with FederationSimulator(tmp_path / "data", strategy="fedavg", minimum_hospitals=5) as federation:
        hospitals = enrolled(federation, 5)
        for each in hospitals[:4]:
            each.train_and_upload(1)
        hospitals[4].upload(hospitals[4].gone_too_far(300))
        assert federation.aggregate().status_code == 409
        assert federation.submission("Mbagathi", 1)["verdict"] == "quarantined"


def confirmed(tmp_path: Path, **settings: Any) -> FederationSimulator:
    return FederationSimulator(tmp_path / "data", strategy="fedavg", publish="confirmed", **settings)


def test_a_version_that_waits_is_published_once_the_director_publishes_at_once(tmp_path):
    with confirmed(tmp_path) as federation:
        hospitals = enrolled(federation, 2)
        cycle(federation, hospitals, 1)
    with FederationSimulator(tmp_path / "data", strategy="fedavg") as federation:
        again = federation.aggregate()
        assert (again.status_code, again.json()["version"], again.json()["published"]) == (200, 1, True)
        assert "which waited" in again.json()["notes"][0]


TABLES = {"good": "3,low\n9,medium\n21,high\n", "bad": "3,high\n9,low\n21,medium\n"}


def set_table(federation: FederationSimulator, rows: str | None) -> None:
    content = b"" if rows is None else f"diagnosis_count,label\n{rows}".encode()
    if rows is None:
        federation.director.models.set_validation_table(LOCAL_ADMIN, DIAGNOSIS_COUNT.name, None)
        return
    assert federation.http.put("/validation/diagnosis_count", content=content, headers=federation.admin).is_success


def test_the_hospitals_word_counts_once_there_is_no_table_any_more_and_not_while_there_is(tmp_path):
    with confirmed(tmp_path) as federation:
        hospitals = enrolled(federation, 2)
        cycle(federation, hospitals, 1)
        set_table(federation, TABLES["good"] * 10)
        for each in hospitals:
            found = say(each, 1, "accept")
        assert found["published"] is False
        set_table(federation, None)
        assert say(hospitals[0], 1, "accept")["published"] is True


@pytest.mark.parametrize("ended", ["rejected", "disabled"])
def test_no_word_publishes_what_was_made_from_a_model_that_no_longer_counts(tmp_path, ended):
    with confirmed(tmp_path) as federation:
        hospitals = enrolled(federation, 3)
        cycle(federation, hospitals, 1)
        say(hospitals[2], 1, "accept")
        if ended == "rejected":
            federation.decide("reject", federation.submission("KNH", 1)["id"])
        else:
            federation.http.post("/envoys/KNH/disable", headers=federation.admin)
        for each in hospitals[:2]:
            found = say(each, 1, "accept")
        assert found["published"] is False


def test_a_hospital_reads_why_it_stands_still_and_no_other_does(federation):
    hospitals = enrolled(federation, 2)
    cycle(federation, hospitals, 1)
    cycle(federation, hospitals[:1], 2)
    own, other = (
        each.http.get("/global_models/2", headers=each.headers).json() for each in (hospitals[1], hospitals[0])
    )
    assert "counted by global model 1" in standing(own)["MTRH"]
    assert standing(other) == {"MTRH": None}


def test_a_silent_hospitals_damaged_model_holds_nobody_up_and_is_named(federation):
    hospitals = enrolled(federation, 3)
    cycle(federation, hospitals, 1)
    sha256 = federation.submission("KNH", 1)["files"]["model"]["sha256"]
    blob = federation.file("blobs", sha256[:2], sha256)
    blob.write_bytes(blob.read_bytes()[:-1] + b"x")
    made = cycle(federation, hospitals[:2], 2)
    assert names_in(made) == ["KUTRRH", "MTRH"]
    assert any("KNH's model is damaged" in note for note in made["notes"])


def test_a_confirmed_version_whose_file_is_damaged_is_not_published_by_the_last_word(tmp_path):
    with confirmed(tmp_path) as federation:
        hospitals = enrolled(federation, 2)
        sha256 = cycle(federation, hospitals, 1)["sha256"]
        say(hospitals[0], 1, "accept")
        blob = federation.file("blobs", sha256[:2], sha256)
        blob.write_bytes(blob.read_bytes()[:-1] + b"x")
        refused = hospitals[1].http.post(
            "/global_models/1/answers", json={"answer": "accept"}, headers=hospitals[1].headers
        )
        assert (refused.status_code, refused.json()["code"]) == (503, "artifact_damaged")
        assert federation.http.get("/global_models", headers=federation.admin).json()["items"][0]["published"] is False


def test_where_no_statistics_count_a_later_version_stays_behind_the_current_ones_scaler(federation):
    """The merge of those alone that move would be theirs to read: with one that moves, its exact statistics."""
    hospitals = [federation.enrol(name) for name in ("KUTRRH", "MTRH")]
    for each in hospitals:
        each.upload(each.parcel(1, own_scaler=True))
    first = federation.aggregate().json()
    hospitals[0].upload(hospitals[0].parcel(2, own_scaler=True))
    second = federation.aggregate().json()
    assert (second["version"], second["scaler_sha256"]) == (2, first["scaler_sha256"])


def test_a_card_of_too_many_inputs_is_refused(federation):
    hospitals = enrolled(federation, 2)
    made = cycle(federation, hospitals, 1)
    with pytest.raises(MalformedRequestError):
        imported(federation, 1, inputs=[made["inputs"][0]] * 10_001)


def test_what_was_made_for_other_cut_points_is_stale_wherever_it_stands(tmp_path):
    folder = tmp_path / "data"
    with FederationSimulator(folder, strategy="fedavg") as federation:
        hospitals = enrolled(federation, 2)
        cycle(federation, hospitals, 1)
        federation.http.put("/global_models/1/aliases/trusted", headers=federation.admin)
        assert stale_in(federation) == {"list": False, "one": False, "lineage": False, "envoy": False, "tile": False}
    with FederationSimulator(folder, strategy="fedavg", tasks=MOVED) as federation:
        assert stale_in(federation) == {"list": True, "one": True, "lineage": True, "envoy": True, "tile": True}
        assert federation.infer_global({"inputs": {"diagnosis_count": 3}}).status_code == 409
        hospitals[0].http = federation.http
        assert hospitals[0].infer({"diagnosis_count": 3}).json()["code"] == "no_model_yet"
        overview = federation.http.get("/overview", headers=federation.admin).json()
        assert (overview["current"], overview["versions"][0]["published"]) == (None, False)
        # what answers now is shown, not what is merely the newest
        hospitals[0].task = federation.director.catalogue[DIAGNOSIS_COUNT.name]
        hospitals[0].train_and_upload(1)
    with FederationSimulator(folder, strategy="fedavg") as federation:
        assert stale_in(federation) == {"list": False, "one": False, "lineage": False, "envoy": False, "tile": False}
        assert federation.http.get("/envoys", headers=federation.admin).json()["items"][0]["current"][0]["version"] == 1
        hospitals[0].http = federation.http
        assert hospitals[0].infer({"diagnosis_count": 3}).json()["model"]["version"] == 1


def stale_in(federation: FederationSimulator) -> dict[str, bool]:
    """Say where the first hospital's model and the global one are called stale."""

    def read(path: str) -> dict:
        answer = federation.http.get(path, headers=federation.admin)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    (called,) = read("/global_models?alias=trusted")["items"]
    assert called["stale"] == read("/global_models")["items"][0]["stale"]
    return {
        "list": called["stale"],
        "one": read("/global_models/1")["stale"],
        "lineage": read("/lineage")["items"][0]["stale"],
        "envoy": read("/envoys")["items"][0]["current"][0]["stale"],
        "tile": read("/overview")["hospitals"][0]["stale"],
    }


def test_an_approved_proposal_to_publish_a_stale_version_is_refused(tmp_path):
    folder = tmp_path / "data"
    two: dict[str, Any] = {"strategy": "fedavg", "two_admins": ["publish"]}
    with FederationSimulator(folder, **two) as federation:
        hospitals = enrolled(federation, 2)
        for each in hospitals:
            each.train_and_upload(1)
        federation.aggregate()
        publish: dict[str, Any] = {"json": {"reason": "it is good"}, "headers": federation.admin_called("Ann Otieno")}
        asked = federation.http.post("/global_models/1/publish", **publish)
        assert asked.status_code == 202, asked.text
    with FederationSimulator(folder, tasks=MOVED, **two) as federation:
        refused = federation.http.post(
            f"/proposals/{asked.json()['id']}/approve",
            json={"reason": "I looked at it"},
            headers=federation.admin_called("Ben Mutua"),
        )
        assert (refused.status_code, refused.json()["code"]) == (409, "model_stale")
