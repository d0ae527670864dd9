"""Who sees which event: every act is decided, and what is not decided is the admin's alone."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

import director.assembly  # noqa: F401 - with it every stage has declared its events
from contract.messages.events import ToldEvent
from contract.names import Digest, EnvoyName, TaskName
from director.members.access import ADMIN, ANALYST, HOSPITAL, LOCAL_ADMIN, STAFF, Principal
from director.members.events import EnvoyDisabled, TokenIssued, TokenRevoked
from director.models.events import ModelAggregated
from director.records import events
from director.records.events import Event, Told, UnreadEvent, known_acts
from director.rounds.events import InvitationAnswered, UpdateReturned
from director.submissions.events import UploadRejected
from director.upkeep.event_views import READ_AT_ONCE, SIGHTS, newest_seen_by, seen_by
from director.upkeep.events import BackupMade
from tests.director.records.test_events import ON_RECORD, Recorded
from tests.federation_simulator import FederationSimulator

KNH, EMBU, TASK = EnvoyName("KNH"), EnvoyName("Embu"), TaskName("diagnosis_count")
A, B, C = (Digest(letter * 64) for letter in "abc")
AT_KNH, AT_EMBU = Principal("t-knh", HOSPITAL, EnvoyName("knh")), Principal("t-embu", HOSPITAL, EMBU)
AN_ANALYST = Principal("t-analyst", ANALYST)

DECIDED: dict[str, tuple[bool, str | None, str | None]] = {
    # act: (its own sees all of it, what every hospital sees of it, what an analyst sees of it); None: nothing
    "access.denied": (False, None, None),
    "backup.make": (False, None, None),
    "store.prune": (False, None, None),
    "backup.restore": (False, None, None),
    "envoy.add": (True, None, None),
    "envoy.code": (True, None, None),
    "envoy.disable": (True, None, None),
    "envoy.enable": (True, None, None),
    "envoy.expect": (True, None, None),
    "envoy.withdraw": (True, None, None),
    "model.begin_anew": (False, "", ""),
    "model.aggregate": (False, "model scaler", "model scaler"),
    "model.alias": (False, "alias", "alias"),
    "model.answer": (True, None, None),
    "model.note": (False, None, None),
    "model.publish": (False, "model", "model"),
    "model.read": (False, None, None),
    "model.unalias": (False, "alias", "alias"),
    "proposal.approve": (False, None, None),
    "proposal.decline": (False, None, None),
    "proposal.make": (False, None, None),
    "proposal.withdraw": (False, None, None),
    "quiescence.begin": (False, "", None),
    "quiescence.end": (False, "", None),
    "round.close": (False, "round returned awaited", "round returned awaited"),
    "round.extend": (False, "round closes_at", "round closes_at"),
    "round.fail": (False, "round reason", "round"),
    "round.open": (False, "round task number attempt base closes_at", "round task number attempt closes_at"),
    "round.publish": (False, "round version", "round version"),
    "round.refuse": (True, None, None),
    "round.return": (True, "round envoy", None),
    "round.wait": (False, "round version", "round version"),
    "run.answer": (True, None, None),
    "run.close": (False, "reason", ""),
    "run.finish": (False, "", ""),
    "run.open": (False, "task rounds quorum strategy invited", "task rounds quorum strategy"),
    "run.pause": (False, "reason", ""),
    "run.resume": (False, "", ""),
    "session.end": (True, None, None),
    "session.link": (True, None, None),
    "session.open": (True, None, None),
    "start.read": (False, None, None),
    "start.renew": (False, "base model scaler version", "version"),
    "task.add": (False, "digest", "digest"),
    "task.retire": (False, "digest", "digest"),
    "statistics.admit": (True, None, None),
    "statistics.keep": (True, None, None),
    "statistics.quarantine": (True, None, None),
    "statistics.release": (True, None, None),
    "statistics.withdraw": (True, None, None),
    "token.issue": (True, None, None),
    "token.issue_again": (True, None, None),
    "token.revoke": (True, None, None),
    "token.rotate": (True, None, None),
    "upload.admit": (True, None, None),
    "upload.quarantine": (True, None, None),
    "upload.reject": (True, None, None),
    "upload.release": (True, None, None),
    "upload.withdraw": (True, None, None),
    "validation.set": (False, None, None),
}
"""A further act is a decision, and a line here."""


def told(event: Event) -> Told:
    return Told(7, datetime(2026, 1, 1, tzinfo=UTC), "admin:cli", event)


def seen(caller: Principal, event: Event) -> ToldEvent | None:
    return seen_by(caller, told(event))


def shipped() -> set[str]:
    """Name the acts of the program: other tests may have declared theirs."""
    return {act for act in known_acts() if events._KINDS[act].__module__.startswith("director.")}


def test_of_every_act_it_is_decided_who_sees_it():
    assert shipped() == DECIDED.keys()
    assert {kind.act for kind in SIGHTS} == DECIDED.keys()
    for kind, sight in SIGHTS.items():
        for role, facts in sight.facts.items():
            assert role in (HOSPITAL, ANALYST), kind
            assert set(facts) <= kind.model_fields.keys() - set(kind.about), kind
        found = tuple(" ".join(sight.facts[role]) if role in sight.facts else None for role in (HOSPITAL, ANALYST))
        assert (sight.its_own, *found) == DECIDED[kind.act]


def test_the_admin_sees_all_of_each_and_who_did_it():
    for event in (BackupMade(), ModelAggregated(task=TASK, version=1, model=A, scaler=B, inputs=(C,), quarantined=())):
        shown = seen(LOCAL_ADMIN, event)
        assert shown is not None
        assert (shown.seq, shown.actor, shown.act, shown.subject) == (7, "admin:cli", event.act, event.subject)
        assert shown.facts == event.facts


def test_an_act_that_the_program_does_not_know_is_the_admins_alone():
    unread = UnreadEvent(name="mind.read", of="KNH", said={"envoy": "KNH"})
    shown = seen(Principal("t", ADMIN), unread)
    assert shown is not None
    assert (shown.act, shown.subject, shown.facts) == ("mind.read", "KNH", {"envoy": "KNH"})
    assert seen(AT_KNH, unread) is seen(AN_ANALYST, unread) is None

    class Undecided(Event):
        envoy: EnvoyName

    assert seen(AT_KNH, Undecided(envoy=KNH)) is None


@pytest.mark.parametrize(
    "event",
    [
        EnvoyDisabled(envoy=KNH),
        TokenIssued(token_id="t1", role="hospital", envoy=KNH),
        TokenRevoked(token_id="t-knh"),
        UploadRejected(envoy=KNH, submission="s1", code="layout_mismatch"),
        InvitationAnswered(run=1, envoy=KNH, choice="refuse", patients=None, reason="no time"),
    ],
)
def test_what_is_about_a_hospital_is_seen_by_it_and_by_no_other(event: Event):
    shown = seen(AT_KNH, event)
    assert shown is not None
    assert (shown.facts, shown.actor) == (event.facts, None)
    assert seen(AT_EMBU, event) is seen(AN_ANALYST, event) is None


@pytest.mark.parametrize("each", ON_RECORD, ids=lambda each: each.act)
def test_staff_sees_what_its_hospital_sees(each: Recorded):
    for hospital in (AT_KNH, AT_EMBU):
        assert seen(replace(hospital, role=STAFF), each.event) == seen(hospital, each.event)


def test_of_another_hospitals_update_only_that_it_came_is_seen():
    event = UpdateReturned(run=1, round=2, envoy=KNH, submission="s1", late=True)
    own, others = seen(AT_KNH, event), seen(AT_EMBU, event)
    assert own is not None
    assert others is not None
    assert own.facts == event.facts
    assert others.facts == {"round": 2, "envoy": "KNH"}
    assert seen(AN_ANALYST, event) is None


def test_whose_digests_went_into_an_aggregate_is_not_told():
    event = ModelAggregated(task=TASK, version=1, model=A, scaler=B, inputs=(C,), quarantined=(C,))
    for caller in (AT_KNH, AN_ANALYST):
        shown = seen(caller, event)
        assert shown is not None
        assert shown.facts == {"model": "a" * 64, "scaler": "b" * 64}


@pytest.mark.parametrize("caller", [LOCAL_ADMIN, AT_KNH, replace(AT_KNH, role=STAFF), AT_EMBU, AN_ANALYST])
def test_the_newest_are_those_that_are_told_as_they_happen(federation: FederationSimulator, caller: Principal):
    federation.enrol("KNH").train_and_upload()
    federation.aggregate()
    reel = federation.director.event_reel
    seen = [each for each in (seen_by(caller, told) for told in reel.after(0)) if each is not None]
    with federation.director.database.read() as session:
        assert newest_seen_by(session, caller, 99) == seen[::-1]
    assert "model.publish" in [each.act for each in seen]


def test_whose_token_it_was_is_told_to_the_admin_alone(federation: FederationSimulator):
    federation.enrol("KNH")
    token = federation.token("admin", person="Jane Wanjiru")
    headers = {"Authorization": f"Bearer {token}"}
    assert federation.http.post("/envoys/KNH/disable", headers=headers).status_code == 200
    with federation.director.database.read() as session:
        newest = {caller: newest_seen_by(session, caller, 1)[0] for caller in (LOCAL_ADMIN, AT_KNH)}
    assert newest[LOCAL_ADMIN].act == newest[AT_KNH].act == "envoy.disable"
    assert (newest[LOCAL_ADMIN].person, newest[AT_KNH].person) == ("Jane Wanjiru", None)
    assert "person" not in newest[AT_KNH].model_dump()


def test_it_reads_on_from_a_place_in_bounded_stretches(federation: FederationSimulator):
    reel = federation.director.event_reel
    begun = reel.place(None)
    with federation.director.ledger.act("director") as act:
        for _ in range(READ_AT_ONCE + 5):
            act.tell(BackupMade())
    newest = begun + READ_AT_ONCE + 5
    assert (reel.newest, reel.place(None), reel.place(0), reel.place(newest + 9)) == (newest, newest, 0, newest)
    assert (reel.has_more(newest - 1), reel.has_more(newest)) == (True, None)
    first = reel.after(begun)
    assert [each.seq for each in first] == list(range(begun + 1, begun + 1 + READ_AT_ONCE))
    assert len(reel.after(first[-1].seq)) == 5
