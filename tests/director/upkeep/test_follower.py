"""A director that serves follows what others commit, and never falls back to an older state."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from director.assembly import Director
from director.errors import StorageError, UnauthenticatedError
from director.members.access import ALL, LOCAL_ADMIN, Permission
from director.records.database import Database
from director.settings import DirectorSettings
from director.upkeep.follower import Follower
from tests.federation_simulator import FederationSimulator, eventually


def revoke_the_analysts_token(director: Director) -> None:
    (listed,) = director.members.list_tokens(LOCAL_ADMIN, role="analyst", envoy_name=None, limit=10, cursor=None).items
    director.members.revoke_token(LOCAL_ADMIN, listed.id)


def test_what_another_process_commits_is_noticed_within_a_moment(federation: FederationSimulator):
    secret = federation.token("analyst")
    headers = {"Authorization": f"Bearer {secret}"}
    assert federation.http.get("/tasks", headers=headers).status_code == 200
    other = Director(federation.settings, federation.clock)  # as the command `token revoke` opens it
    revoke_the_analysts_token(other)
    end = time.monotonic() + 5
    while federation.http.get("/tasks", headers=headers).status_code == 200:
        assert time.monotonic() < end
    other.database.close()


def test_what_was_committed_before_the_first_look_is_noticed_too(tmp_path, monkeypatch: pytest.MonkeyPatch):
    director, other = (Director(DirectorSettings(data_dir=tmp_path)) for _ in range(2))
    director.initialise()
    committed = []
    original = director._learners.refresh

    def refresh_and_then() -> None:
        original()
        committed.append(other.members.issue_token(LOCAL_ADMIN, "analyst"))  # between the learning and the first look

    monkeypatch.setattr(director._learners, "refresh", refresh_and_then)
    director.open()
    end, authorization = time.monotonic() + 5, f"Bearer {committed[0].token}"
    try:
        while not holds(director, authorization):
            assert time.monotonic() < end
            time.sleep(0.01)
    finally:
        for each in (director, other):
            each.close()


def holds(director: Director, authorization: str) -> bool:
    try:
        return director.access.admit(authorization, Permission(ALL), "192.0.2.1") is not None
    except UnauthenticatedError:
        return False


# --- by itself --------------------------------------------------------------------------------------------------------


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'alone.db'}")
    database.migrate()
    yield database
    database.close()


def commit(database: Database) -> None:
    with database.write() as session:
        session.execute(text("INSERT INTO readers VALUES ('x', 1) ON CONFLICT DO UPDATE SET seq = seq + 1"))


def noted_in(learned: list[None]) -> Callable[[], bool]:
    """Something that always learns, and leaves a note of it."""

    def learn() -> bool:
        learned.append(None)
        return True

    return learn


def wait_for(learned: list[None], times: int) -> None:
    eventually(lambda: len(learned) == times)


def test_it_learns_once_at_first_and_once_for_each_commit(database: Database):
    learned: list[None] = []
    follower = Follower(database, learn=noted_in(learned), note=lambda: None)
    follower.start()
    try:
        for number in (1, 2, 3):
            wait_for(learned, number)
            time.sleep(0.1)  # looks in which nobody has committed
            assert len(learned) == number
            commit(database)
        wait_for(learned, 4)
    finally:
        follower.stop()


def test_what_it_could_not_learn_it_tries_again(database: Database):
    tries: list[None] = []

    def learn() -> bool:
        tries.append(None)
        return len(tries) > 1

    follower = Follower(database, learn=learn, note=lambda: None)
    follower.start()
    try:
        eventually(lambda: len(tries) == 2)  # nobody has committed meanwhile
    finally:
        follower.stop()


def test_notes_are_written_every_few_seconds_without_a_commit(database: Database, monkeypatch):
    monkeypatch.setattr("director.upkeep.follower._NOTE_EVERY_LOOKS", 2)
    noted: list[None] = []
    follower = Follower(database, learn=lambda: True, note=lambda: noted.append(None))
    follower.start()
    try:
        eventually(lambda: len(noted) >= 2)
    finally:
        follower.stop()


def test_stopped_it_looks_no_more_and_one_that_never_began_stops_too(database: Database):
    learned: list[None] = []
    follower = Follower(database, learn=noted_in(learned), note=lambda: None)
    follower.start()
    wait_for(learned, 1)
    follower.stop()
    commit(database)
    time.sleep(0.1)
    assert len(learned) == 1
    Follower(database, learn=lambda: True, note=lambda: None).stop()


def test_a_token_that_a_command_revoked_stops_to_hold_though_the_first_look_failed(
    federation: FederationSimulator, monkeypatch: pytest.MonkeyPatch
):
    headers = {"Authorization": f"Bearer {federation.token('analyst')}"}
    other = Director(federation.settings, federation.clock)  # as the command opens it
    access, failures = federation.director.access, list[None]()
    original = access.refresh

    def fails_once(session: Session) -> None:
        if not failures:
            failures.append(None)
            raise StorageError("The database is away for a moment.")
        original(session)

    monkeypatch.setattr(access, "refresh", fails_once)
    (listed,) = other.members.list_tokens(LOCAL_ADMIN, role="analyst", envoy_name=None, limit=10, cursor=None).items
    other.members.revoke_token(LOCAL_ADMIN, listed.id)
    eventually(lambda: federation.http.get("/tasks", headers=headers).status_code == 401)
    assert failures
    other.database.close()
