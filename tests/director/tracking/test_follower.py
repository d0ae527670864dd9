"""Following while MLflow is away, and afterwards; over HTTP, for that is what goes away."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from benchmarks.troubled_tracker import TroubledTracker
from director.errors import TrackerError
from director.tracking import follower as following
from director.tracking.follower import TrackingFollower
from director.tracking.service import new_follower
from tests.director.tracking.conftest import TASK, play_round, points, runs
from tests.federation_simulator import FederationSimulator, SimulatedHospital, eventually

Three = list[SimulatedHospital]


@pytest.fixture
def following_it(follow: Callable[..., TrackingFollower]) -> Iterator[tuple[TrackingFollower, list[str]]]:
    """A follower that follows on a thread, and what it says."""
    follower, stopped, said = follow(), threading.Event(), list[str]()
    thread = threading.Thread(target=follower.follow, args=(stopped, said.append))
    thread.start()
    yield follower, said
    stopped.set()
    thread.join(10)


def test_what_happens_while_it_follows_comes_there(
    federation: FederationSimulator,
    three: Three,
    following_it: tuple[TrackingFollower, list[str]],
    client: MlflowClient,
):
    federation.open_run(rounds=1)
    federation.play()
    play_round(federation, three)
    eventually(lambda: bool(client.search_experiments(filter_string="name LIKE 'kenya%'")), seconds=20)
    eventually(lambda: len(runs(client)) == 4, seconds=20)
    assert following_it[1] == []


def test_an_mlflow_that_is_away_is_told_of_once_and_tried_again(
    federation: FederationSimulator, three: Three, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(following, "LONGEST_WAIT_SECONDS", 0.05)
    federation.open_run(rounds=1)
    director = federation.director
    with TroubledTracker(None, "500") as tracker:
        follower = new_follower(
            director.database, director.catalogue, director.models, uri=tracker.url, name="k", with_files=True
        )
        stopped, said = threading.Event(), list[str]()
        thread = threading.Thread(target=follower.follow, args=(stopped, said.append))
        thread.start()
        eventually(lambda: tracker.asked >= 3, seconds=20)
        stopped.set()
        thread.join(10)
    assert len(said) == 1
    assert "nothing is lost" in said[0]


def test_one_call_to_an_mlflow_that_is_dead_ends_at_once(federation: FederationSimulator, three: Three):
    federation.open_run(rounds=1)
    director = federation.director
    follower = new_follower(
        director.database, director.catalogue, director.models, uri="http://127.0.0.1:9", name="k", with_files=True
    )
    began = time.monotonic()
    with pytest.raises(TrackerError, match="MLflow can't be reached"):
        follower.catch_up()
    assert time.monotonic() - began < 30  # the library's own retries would take four minutes


def test_it_goes_on_in_stretches(
    federation: FederationSimulator,
    three: Three,
    follow: Callable[..., TrackingFollower],
    client: MlflowClient,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(following, "READ_AT_ONCE", 7)
    federation.open_run(rounds=2)
    federation.play()
    play_round(federation, three)
    play_round(federation, three)
    follow().catch_up()
    assert [step for step, *_ in points(client, runs(client)["run 1"])["n"]] == [1, 2]


def test_an_mlflow_that_was_restored_from_a_backup_meanwhile_is_told_again_what_it_lost(
    federation: FederationSimulator,
    three: Three,
    follow: Callable[..., TrackingFollower],
    client: MlflowClient,
    mlflow_uri: str,
):
    database = Path(mlflow_uri.removeprefix("sqlite:///"))
    follower = follow()

    def one_run() -> None:
        federation.open_run(rounds=1)
        federation.play()
        play_round(federation, three)

    one_run()
    follower.catch_up()
    backup = database.read_bytes()
    one_run()
    follower.catch_up()
    database.write_bytes(backup)
    one_run()
    with pytest.raises(TrackerError, match="knows less than it was told"):
        follower.catch_up()
    follower.catch_up()
    assert {"run 1", "run 2", "run 3"} <= runs(client).keys()


def test_what_another_tracker_brought_there_meanwhile_is_not_told_again(
    federation: FederationSimulator, three: Three, follow: Callable[..., TrackingFollower], client: MlflowClient
):
    federation.open_run(rounds=2)
    federation.play()
    one, other = follow(), follow()
    one.catch_up()
    other.catch_up()
    play_round(federation, three)
    other.catch_up()
    play_round(federation, three)
    one.catch_up()
    assert [step for step, *_ in points(client, runs(client)["run 1"])["n"]] == [1, 2]


def test_a_version_that_mlflow_refuses_again_and_again_is_read_and_on_record_once(
    federation: FederationSimulator,
    three: Three,
    follow: Callable[..., TrackingFollower],
    client: MlflowClient,
    mlflow_uri: str,
):
    federation.open_run(rounds=1)
    federation.play()
    play_round(federation, three)
    follower = follow()
    with sqlite3.connect(mlflow_uri.removeprefix("sqlite:///")) as database:
        database.execute("CREATE TRIGGER full BEFORE INSERT ON model_versions BEGIN SELECT RAISE(FAIL, 'full'); END")
    for _ in range(3):
        with pytest.raises(TrackerError, match="Model Version creation error"):
            follower.catch_up()
    federation.director.readings.write()
    read = federation.http.get("/audit?act=model.read", headers=federation.admin).json()["items"]
    assert [each["facts"]["part"] for each in reversed(read)] == ["model", "scaler"]
    with sqlite3.connect(mlflow_uri.removeprefix("sqlite:///")) as database:
        database.execute("DROP TRIGGER full")
    follower.catch_up()
    assert len(client.search_model_versions(f"name = 'kenya.{TASK}'")) == 1


def test_a_damaged_file_is_left_out_and_what_comes_after_it_is_there(
    federation: FederationSimulator, three: Three, follow: Callable[..., TrackingFollower], client: MlflowClient
):
    federation.open_run(rounds=2)
    federation.play()
    play_round(federation, three, 0.5)
    play_round(federation, three, 0.7)
    digest = federation.http.get("/global_models/1", headers=federation.admin).json()["sha256"]
    (blob,) = federation.folder.rglob(digest)
    blob.unlink()
    follow().catch_up()
    run = runs(client)["run 1"].info.run_id
    assert [len(client.list_artifacts(run, f"global_models/{version}")) for version in (1, 2)] == [1, 3]


def test_while_the_disk_gives_nothing_it_goes_on_trying(
    federation: FederationSimulator, three: Three, follow: Callable[..., TrackingFollower]
):
    federation.open_run(rounds=1)
    federation.play()
    play_round(federation, three)
    digest = federation.http.get("/global_models/1", headers=federation.admin).json()["sha256"]
    (blob,) = federation.folder.rglob(digest)
    data = blob.read_bytes()
    blob.unlink()
    blob.mkdir()  # what is there can't be read
    follower, stopped, said = follow(), threading.Event(), list[str]()
    thread = threading.Thread(target=follower.follow, args=(stopped, said.append))
    thread.start()
    eventually(lambda: bool(said), seconds=20)
    blob.rmdir()
    blob.write_bytes(data)
    eventually(lambda: said[-1] == "MLflow has taken all that was missing.", seconds=20)
    stopped.set()
    thread.join(10)


def test_after_a_day_without_mlflow_it_still_waits_no_longer_than_a_minute():
    assert [following._wait_seconds(failures) for failures in (0, 1, 2, 7, 5000)] == [0.5, 1, 2, 60, 60]


def test_of_three_trackers_at_once_none_makes_a_run_twice(
    federation: FederationSimulator, three: Three, follow: Callable[..., TrackingFollower], client: MlflowClient
):
    for _ in range(3):
        federation.open_run(rounds=1)
        federation.play()
        play_round(federation, three)
    threads = [threading.Thread(target=follow().catch_up) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert len(runs(client)) == 12
    assert len(client.search_model_versions(f"name = 'kenya.{TASK}'")) == 3


def test_what_is_made_anew_while_another_follows_is_there_once(
    federation: FederationSimulator, three: Three, follow: Callable[..., TrackingFollower], client: MlflowClient
):
    federation.open_run(rounds=4)
    federation.play()
    play_round(federation, three)
    one, other = follow(), follow()
    other.catch_up()
    rebuilding = threading.Thread(target=one.rebuild)
    rebuilding.start()
    for _ in range(3):
        play_round(federation, three)
        try:
            other.catch_up()
        except TrackerError:
            other.catch_up()  # as if it had waited
    rebuilding.join(60)
    follow().catch_up()
    assert [step for step, *_ in points(client, runs(client)["run 1"])["n"]] == [1, 2, 3, 4]


def test_one_hospitals_part_that_somebody_deleted_is_made_whole_again(
    federation: FederationSimulator, three: Three, follow: Callable[..., TrackingFollower], client: MlflowClient
):
    federation.open_run(rounds=3)
    federation.play()
    play_round(federation, three)
    play_round(federation, three)
    follow().catch_up()
    client.delete_run(runs(client)["run 1 KNH"].info.run_id)
    play_round(federation, three)
    follow().catch_up()
    assert [step for step, *_ in points(client, runs(client)["run 1 KNH"])["accuracy"]] == [1, 2, 3]
