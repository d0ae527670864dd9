"""Following while MLflow is away, and afterwards; over HTTP, for that is what goes away."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from mlflow.tracking import MlflowClient

from benchmarks.troubled_tracker import TroubledTracker
from director.errors import TrackerError
from director.tracking import follower as following
from director.tracking.follower import TrackingFollower
from director.tracking.service import new_follower
from tests.director.tracking.conftest import play_round, points, runs
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
