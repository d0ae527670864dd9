"""A director that serves follows what others commit, and never falls back to an older state."""

import time

from federation_simulator import FederationSimulator

from director.assembly import Director
from director.errors import UnauthenticatedError
from director.members.access import ALL, LOCAL_ADMIN, Permission
from director.settings import DirectorSettings


def revoke_the_analysts_token(director: Director) -> None:
    (listed,) = director.members.list_tokens(role="analyst", envoy_name=None, limit=10, cursor=None).items
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


def test_what_was_committed_before_the_first_look_is_noticed_too(tmp_path):
    director, other = (Director(DirectorSettings(data_dir=tmp_path)) for _ in range(2))
    director.initialise()
    committed = []
    original = director._learners.refresh

    def refresh_and_then() -> None:
        original()
        committed.append(other.members.issue_token(LOCAL_ADMIN, "analyst"))  # between the learning and the first look

    director._learners.refresh = refresh_and_then
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
