"""A director that serves follows what others commit, and never falls back to an older state."""

import threading
import time
from datetime import timedelta

from federation_simulator import FederationSimulator

from director.assembly import Director, Follower
from director.errors import UnauthenticatedError
from director.members import tokens
from director.settings import DirectorSettings


def test_what_another_process_commits_is_noticed_within_a_moment(federation: FederationSimulator):
    secret = federation.token("analyst")
    headers = {"Authorization": f"Bearer {secret}"}
    assert federation.http.get("/tasks", headers=headers).status_code == 200
    other = Director(federation.settings, federation.clock)  # as the command `token revoke` opens it
    with other.database.write() as session:
        (listed,) = [each for each in tokens.list_tokens(session) if each.role == "analyst"]
        tokens.revoke_token(session, listed.id, now=federation.clock(), actor="test")
    end = time.monotonic() + 5
    while federation.http.get("/tasks", headers=headers).status_code == 200:
        assert time.monotonic() < end
    other.database.close()


def test_a_slow_refresh_does_not_bring_back_what_a_later_one_has_taken_away(
    federation: FederationSimulator, monkeypatch
):
    secret = federation.token("analyst")
    has_read, may_go_on = threading.Event(), threading.Event()
    original = federation.director.doorkeeper.refresh

    def slow(session) -> None:
        session.connection()  # the old state is what this session sees from here on
        session.scalars(tokens.select(tokens.TokenRow)).unique().all()
        has_read.set()
        may_go_on.wait(5)
        original(session)

    monkeypatch.setattr(federation.director.doorkeeper, "refresh", slow)
    first = threading.Thread(target=federation.director.refresh)
    first.start()
    assert has_read.wait(5)
    monkeypatch.setattr(federation.director.doorkeeper, "refresh", original)
    with federation.director.database.write() as session:
        (listed,) = [each for each in tokens.list_tokens(session) if each.role == "analyst"]
        tokens.revoke_token(session, listed.id, now=federation.clock(), actor="test")
    later = threading.Thread(target=federation.director.refresh)
    later.start()
    later.join(0.2)  # without one at a time it is through by now, and the slow one comes after it
    may_go_on.set()
    first.join()
    later.join()
    answer = federation.http.get("/tasks", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 401


def test_what_was_committed_before_the_first_look_is_noticed_too(tmp_path):
    director = Director(DirectorSettings(data_dir=tmp_path))
    director.initialise()
    director.open()
    other = Director(director.settings)
    with other.database.write() as session:
        issued = tokens.issue_token(
            session, role="analyst", envoy_name=None, now=other.clock(), holds=timedelta(days=1), actor="test"
        )
    follower = Follower(director)
    follower.start()
    end, authorization = time.monotonic() + 5, f"Bearer {issued.token}"
    try:
        while not holds(director, authorization):
            assert time.monotonic() < end
            time.sleep(0.01)
    finally:
        follower.stop()
        for each in (director, other):
            each.close()


def holds(director: Director, authorization: str) -> bool:
    try:
        return director.doorkeeper.admit(authorization, "list_tasks", "192.0.2.1") is not None
    except UnauthenticatedError:
        return False
