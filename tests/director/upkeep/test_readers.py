"""Who learns of events, and how none is missed."""

import threading

from federation_simulator import FederationSimulator
from sqlalchemy import select

from director.assembly import Director
from director.members.access import LOCAL_ADMIN
from director.records.schema import TokenRow


def test_a_slow_refresh_does_not_bring_back_what_a_later_one_has_taken_away(
    federation: FederationSimulator, monkeypatch
):
    secret = federation.token("analyst")
    has_read, may_go_on = threading.Event(), threading.Event()
    original = federation.director.access.refresh

    def slow(session) -> None:
        session.connection()  # the old state is what this session sees from here on
        session.scalars(select(TokenRow)).unique().all()
        has_read.set()
        may_go_on.wait(5)
        original(session)

    monkeypatch.setattr(federation.director.access, "refresh", slow)
    first = threading.Thread(target=federation.director._learners.refresh)
    first.start()
    assert has_read.wait(5)
    monkeypatch.setattr(federation.director.access, "refresh", original)
    later = threading.Thread(target=revoke_the_analysts_token, args=(federation.director,))
    later.start()
    later.join(0.2)  # without one at a time it is through by now, and the slow one comes after it
    may_go_on.set()
    first.join()
    later.join()
    answer = federation.http.get("/tasks", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 401


def revoke_the_analysts_token(director: Director) -> None:
    (listed,) = director.members.list_tokens(role="analyst", envoy_name=None, limit=10, cursor=None).items
    director.members.revoke_token(LOCAL_ADMIN, listed.id)
