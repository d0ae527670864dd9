"""Who is signed in, in memory: each worker its own, which agree within a note of use."""

from datetime import timedelta

from director.members.open_sessions import OpenSessions
from tests.federation_simulator import FederationSimulator


def another_worker(federation: FederationSimulator) -> OpenSessions:
    other = OpenSessions(timedelta(minutes=30))
    with federation.director.database.read() as session:
        other.refresh(session, federation.clock.now)
    return other


def test_what_was_done_in_one_worker_is_learned_by_another(federation: FederationSimulator) -> None:
    secret = federation.director.people.sign_in(federation.token("admin"), "192.0.2.1").secret
    here, other = federation.director.access.sessions, another_worker(federation)
    found = other.with_secret(secret)
    federation.clock.pass_by(minutes=29)
    here.use(here.with_secret(secret), federation.clock.now)
    federation.clock.pass_by(minutes=2)
    assert here.holds(found, federation.clock.now)
    assert not other.holds(found, federation.clock.now)  # until the note is written and read
    federation.director.people.note_use()
    with federation.director.database.read() as session:
        other.learn_uses(session)
    assert other.holds(found, federation.clock.now)


def test_learning_anew_forgets_no_use_that_is_not_written_down_yet(federation: FederationSimulator) -> None:
    secret = federation.director.people.sign_in(federation.token("admin"), "192.0.2.1").secret
    here = federation.director.access.sessions
    federation.clock.pass_by(minutes=20)
    here.use(here.with_secret(secret), federation.clock.now)
    with federation.director.database.read() as session:
        here.refresh(session, federation.clock.now)
        here.learn_uses(session)
    federation.clock.pass_by(minutes=20)
    assert here.holds(here.with_secret(secret), federation.clock.now)
    assert len(here.take_notes_of_use()) == 1
    assert here.take_notes_of_use() == {}


def test_an_unknown_cookie_is_of_a_session_that_never_held(federation: FederationSimulator) -> None:
    here = federation.director.access.sessions
    assert not here.holds(here.with_secret("nobody"), federation.clock.now)
    assert not here.holds(here.with_id("nobody"), federation.clock.now)


def test_a_clock_that_is_set_back_keeps_nobody_signed_in(federation: FederationSimulator) -> None:
    here, clock = federation.director.access.sessions, federation.clock
    federation.clock.pass_by(hours=6)
    found = here.with_secret(federation.director.people.sign_in(federation.token("admin"), "192.0.2.1").secret)
    clock.pass_by(minutes=-29)
    assert here.holds(found, clock.now)
    clock.pass_by(minutes=-1)
    assert not here.holds(found, clock.now)
