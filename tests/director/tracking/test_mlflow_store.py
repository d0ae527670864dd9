"""A federation followed into a real MLflow database: every point once, whatever happens on the way."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from mlflow.entities import Experiment
from mlflow.tracking import MlflowClient

from contract.names import TaskName
from director.errors import TrackerConflictError
from director.records import audit
from director.tracking.follower import TrackingFollower
from director.tracking.mlflow_store import Place
from director.tracking.service import new_follower
from tests.director.tracking.conftest import TASK, play_round, points, runs
from tests.federation_simulator import FederationSimulator, SimulatedHospital

Three = list[SimulatedHospital]
Follow = Callable[..., TrackingFollower]
MINUTE = 60_000


def of(series: list[tuple[int, int, float]]) -> list[float]:
    return [value for *_, value in series]


def experiment_of(client: MlflowClient) -> Experiment:
    found = client.get_experiment_by_name(f"kenya/{TASK}")
    assert found is not None
    return found


def run_of_two_rounds(federation: FederationSimulator, three: Three) -> None:
    federation.open_run(rounds=2, strategy="fedavg", seed=7)
    federation.play()
    play_round(federation, three, 0.5)
    play_round(federation, three, 0.7)


def test_a_run_is_a_run_with_a_part_for_each_hospital(
    federation: FederationSimulator, three: Three, follow: Follow, client: MlflowClient
):
    run_of_two_rounds(federation, three)
    follow().catch_up()
    found = runs(client)
    assert found.keys() == {"run 1", "run 1 KNH", "run 1 KUTRRH", "run 1 MTRH"}
    parent, child = found["run 1"], found["run 1 MTRH"]
    assert parent.data.params | {"strategy": "fedavg", "rounds": "2", "seed": "7", "quorum": "3"} == parent.data.params
    assert parent.data.tags["state"] == "finished"
    assert (parent.info.status, child.info.status) == ("FINISHED", "FINISHED")
    assert child.data.tags["mlflow.parentRunId"] == parent.info.run_id
    assert child.data.tags["not_a_number.f1_high"] == "step 2"
    began = 1767254400000
    said = points(client, parent)
    assert [each[:2] for each in said["n"]] == [(1, began), (2, began + MINUTE)]
    assert of(said["n"]) == [3, 3]
    assert of(said["mean/accuracy"]) == pytest.approx([0.6, 0.8])
    assert of(said["worst/loss"]) == pytest.approx([0.5, 0.3])
    assert of(points(client, child)["accuracy"]) == pytest.approx([0.7, 0.9])
    assert parent.info.end_time == began + MINUTE


def test_told_again_and_again_each_point_is_there_once(
    federation: FederationSimulator, three: Three, follow: Follow, client: MlflowClient
):
    run_of_two_rounds(federation, three)
    follow().catch_up()
    before = {key: points(client, run) for key, run in runs(client).items()}
    for _ in range(2):
        follower = follow()
        follower._store.move(TaskName(TASK), Place())  # as if nothing had been noted of how far it came
        follower.catch_up()
    assert {key: points(client, run) for key, run in runs(client).items()} == before
    assert len(client.search_model_versions(f"name = 'kenya.{TASK}'")) == 2


def test_an_aggregate_is_a_run_of_its_own(
    federation: FederationSimulator, three: Three, follow: Follow, client: MlflowClient
):
    for each in three:
        each.train_and_upload()
    federation.aggregate()
    follow().catch_up()
    found = runs(client)
    assert found.keys() == {"version 1", "version 1 KNH", "version 1 KUTRRH", "version 1 MTRH"}
    assert found["version 1"].info.status == "FINISHED"
    assert points(client, found["version 1"])["n"] == [(1, 1767254400000, 3)]


def test_a_published_version_is_a_registered_one_with_its_digests_and_its_files(
    federation: FederationSimulator, three: Three, follow: Follow, client: MlflowClient, tmp_path
):
    run_of_two_rounds(federation, three)
    follow().catch_up()
    (found,) = client.search_model_versions(f"name = 'kenya.{TASK}' and tags.version = '2'")
    model = federation.http.get("/global_models/2", headers=federation.admin).json()
    entry = federation.http.get("/audit?act=model.publish", headers=federation.admin).json()["items"][0]
    assert found.tags["sha256"] == model["sha256"]
    assert found.tags["scaler_sha256"] == model["scaler_sha256"]
    assert (found.tags["audit_entry"], entry["subject"]) == (str(entry["seq"]), f"{TASK} 2")
    assert "not clinical" in str(found.description)
    folder = tmp_path / "fetched"
    folder.mkdir()
    files = Path(client.download_artifacts(str(found.run_id), "global_models/2", str(folder)))
    assert (files / "model.pt").read_bytes() == federation.file("aggregated", "model.pt").read_bytes()
    assert (files / "scaler.pkl").read_bytes() == federation.file("aggregated", "scaler.pkl").read_bytes()
    card = json.loads((files / "card.json").read_text())
    assert card["sha256"] == model["sha256"]
    assert card["inputs"][0]["norm"] is None  # what compares hospitals is the admin's alone


def test_without_files_none_leaves_and_nobody_read_a_model(
    federation: FederationSimulator, three: Three, follow: Follow, client: MlflowClient
):
    run_of_two_rounds(federation, three)
    follow(with_files=False).catch_up()
    run = runs(client)["run 1"].info.run_id
    assert client.list_artifacts(run) == []
    assert len(client.search_model_versions(f"name = 'kenya.{TASK}'")) == 2
    federation.director.readings.write()
    assert not federation.http.get("/audit?act=model.read", headers=federation.admin).json()["items"]


def test_that_files_left_is_on_record(federation: FederationSimulator, three: Three, follow: Follow):
    run_of_two_rounds(federation, three)
    follow().catch_up()
    federation.director.readings.write()
    read = federation.http.get("/audit?act=model.read", headers=federation.admin).json()["items"]
    assert [(each["subject"], each["facts"]["part"]) for each in reversed(read)] == [
        (f"{TASK} {version}", part) for version in (1, 2) for part in ("model", "scaler")
    ]


def test_the_champion_is_the_current_version_and_a_rollback_moves_it(
    federation: FederationSimulator, three: Three, follow: Follow, client: MlflowClient
):
    run_of_two_rounds(federation, three)
    follower = follow()
    follower.catch_up()

    def called(alias: str) -> str:
        return str(client.get_model_version_by_alias(f"kenya.{TASK}", alias).tags["version"])

    assert called("champion") == "2"
    federation.http.post("/global_models/1/publish", json={"reason": "worse"}, headers=federation.admin)
    follower.catch_up()
    assert (called("champion"), called("challenger")) == ("1", "2")
    assert len(client.search_model_versions(f"name = 'kenya.{TASK}'")) == 2
    federation.http.post("/global_models/2/publish", json={}, headers=federation.admin)
    follower.catch_up()
    assert client.get_registered_model(f"kenya.{TASK}").aliases.keys() == {"champion"}


def test_a_name_that_the_admin_gave_a_version_is_an_alias_there_until_it_is_taken_away(
    federation: FederationSimulator, three: Three, follow: Follow, client: MlflowClient
):
    run_of_two_rounds(federation, three)
    follower = follow()
    federation.http.put("/global_models/1/aliases/before-rains", headers=federation.admin)
    follower.catch_up()
    assert client.get_registered_model(f"kenya.{TASK}").aliases.keys() == {"champion", "before-rains"}
    assert client.get_model_version_by_alias(f"kenya.{TASK}", "before-rains").tags["version"] == "1"
    federation.http.delete("/global_models/1/aliases/before-rains", headers=federation.admin)
    follower.catch_up()
    assert client.get_registered_model(f"kenya.{TASK}").aliases.keys() == {"champion"}


def test_a_version_that_waits_is_registered_as_the_challenger(tmp_path: Path, mlflow_uri: str, client: MlflowClient):
    with FederationSimulator(tmp_path / "cautious", publish="confirmed") as federation:
        for name in ("KNH", "MTRH"):
            federation.enrol(name).send_statistics()
        federation.train_and_upload()
        assert federation.aggregate().json()["waiting"]
        director = federation.director
        follower = new_follower(
            director.database, director.catalogue, director.models, uri=mlflow_uri, name="kenya", with_files=False
        )
        follower.catch_up()
    assert client.get_registered_model(f"kenya.{TASK}").aliases.keys() == {"challenger"}


def test_aliases_and_tags_of_others_are_left_alone(
    federation: FederationSimulator, three: Three, follow: Follow, client: MlflowClient
):
    federation.open_run(rounds=2)
    federation.play()
    play_round(federation, three)
    follower = follow()
    follower.catch_up()
    client.set_registered_model_alias(f"kenya.{TASK}", "ours", "1")
    client.set_tag(runs(client)["run 1"].info.run_id, "mine", "yes")
    play_round(federation, three)
    follower.catch_up()
    assert client.get_registered_model(f"kenya.{TASK}").aliases.keys() == {"champion", "ours"}
    assert runs(client)["run 1"].data.tags["mine"] == "yes"


def test_a_run_that_somebody_deleted_there_is_made_whole_again(
    federation: FederationSimulator, three: Three, follow: Follow, client: MlflowClient
):
    federation.open_run(rounds=2)
    federation.play()
    play_round(federation, three)
    follower = follow()
    follower.catch_up()
    client.delete_run(runs(client)["run 1"].info.run_id)
    play_round(federation, three)
    follow().catch_up()
    assert [step for step, *_ in points(client, runs(client)["run 1"])["n"]] == [1, 2]


def test_a_run_that_is_there_twice_is_made_anew(
    federation: FederationSimulator, three: Three, follow: Follow, client: MlflowClient
):
    federation.open_run(rounds=2)
    federation.play()
    play_round(federation, three)
    follow().catch_up()
    first = runs(client)["run 1"]
    client.create_run(first.info.experiment_id, tags={"fl.key": "run 1", "fl.family": "run 1"})
    play_round(federation, three)
    follow().catch_up()
    assert [step for step, *_ in points(client, runs(client)["run 1"])["n"]] == [1, 2]


def test_made_anew_it_is_the_same(federation: FederationSimulator, three: Three, follow: Follow, client: MlflowClient):
    run_of_two_rounds(federation, three)
    follower = follow()
    follower.catch_up()
    before = {key: points(client, run) for key, run in runs(client).items()}
    client.log_metric(runs(client)["run 1"].info.run_id, "n", 99, step=1)  # what does not come of us
    follower.rebuild()
    assert {key: points(client, run) for key, run in runs(client).items()} == before
    assert len(client.search_model_versions(f"name = 'kenya.{TASK}'")) == 2


def test_an_mlflow_that_lost_everything_gets_everything(
    federation: FederationSimulator, three: Three, follow: Follow, client: MlflowClient, mlflow_uri: str, empty_mlflow
):
    run_of_two_rounds(federation, three)
    follow().catch_up()
    before = {key: points(client, run) for key, run in runs(client).items()}
    Path(mlflow_uri.removeprefix("sqlite:///")).write_bytes(empty_mlflow.read_bytes())
    follow().catch_up()
    assert {key: points(client, run) for key, run in runs(client).items()} == before


def test_another_federations_experiment_is_not_written_to(
    federation: FederationSimulator, three: Three, follow: Follow, client: MlflowClient
):
    client.create_experiment(f"kenya/{TASK}", tags={"fl.federation": "another"})
    run_of_two_rounds(federation, three)
    for attempt in (lambda: follow().catch_up(), lambda: follow().rebuild()):
        with pytest.raises(TrackerConflictError, match="not this federation's"):
            attempt()
    assert runs(client) == {}


def test_an_experiment_that_was_deleted_comes_back_only_when_it_is_made_anew(
    federation: FederationSimulator, three: Three, follow: Follow, client: MlflowClient
):
    run_of_two_rounds(federation, three)
    follow().catch_up()
    client.delete_experiment(experiment_of(client).experiment_id)
    with pytest.raises(TrackerConflictError, match="deleted"):
        follow().catch_up()
    follow().rebuild()
    assert runs(client).keys() == {"run 1", "run 1 KNH", "run 1 KUTRRH", "run 1 MTRH"}


def test_of_another_record_nothing_is_mixed_in(
    federation: FederationSimulator, three: Three, follow: Follow, client: MlflowClient
):
    run_of_two_rounds(federation, three)
    follower = follow()
    follower.catch_up()
    experiment = experiment_of(client)
    seq, _, digest = experiment.tags["fl.place"].partition(" ")
    client.set_experiment_tag(experiment.experiment_id, "fl.place", f"{seq} {digest[::-1]}")
    with pytest.raises(TrackerConflictError, match="another record"):
        follow().catch_up()


def test_without_a_name_the_record_gives_one(
    federation: FederationSimulator, three: Three, follow: Follow, client: MlflowClient
):
    run_of_two_rounds(federation, three)
    follower = follow(None)
    follower.catch_up()
    with federation.director.database.read() as session:
        first = audit.digest_at(session, 1)
    assert first is not None
    assert follower.name == f"federation-{first[:8]}"
    assert runs(client, f"{follower.name}/{TASK}")


def test_files_go_nowhere_but_to_mlflows_own_place_whatever_it_says(
    federation: FederationSimulator, three: Three, follow: Follow, client: MlflowClient, tmp_path: Path
):
    run_of_two_rounds(federation, three)
    home = tmp_path / "home"
    home.mkdir()
    with federation.director.database.read() as session:
        ours = audit.digest_at(session, 1)
    client.create_experiment(f"kenya/{TASK}", home.as_uri(), {"fl.federation": str(ours)})
    with pytest.raises(TrackerConflictError, match="elsewhere"):
        follow().catch_up()
    assert list(home.iterdir()) == []
    assert runs(client) == {}
    follow(with_files=False).catch_up()  # then it is no matter where files would go
    assert list(home.iterdir()) == []
    assert "run 1" in runs(client)
