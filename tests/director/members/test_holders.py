"""Who was let in is looked at again when their act begins: what was revoked meanwhile does nothing more."""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from contract.messages.statistics import StatisticsReport
from contract.names import EnvoyName
from contract.parts import PARTS, Parcel
from director.assembly import Director
from director.errors import UnauthenticatedError
from director.members import enrolment, tokens
from director.members.access import ADMIN, HOSPITAL, LOCAL_ADMIN, Principal
from director.members.envoys import disable_envoy, envoy_named
from director.members.holders import TokenHolder
from director.records.ledger import Act
from director.submissions import intake
from tests.federation_simulator import FederationSimulator, SimulatedHospital

KUTRRH = EnvoyName("KUTRRH")
Ending = Callable[[FederationSimulator, Principal], object]


def another_process(federation: FederationSimulator) -> Director:
    """Give a director on the same folder, of whose acts the first one's memory knows nothing yet."""
    director = Director(federation.settings, federation.clock)
    director.ledger._readers.clear()
    return director


def revoke(federation: FederationSimulator, caller: Principal) -> None:
    another_process(federation).members.revoke_token(LOCAL_ADMIN, caller.token_id)


def disable(federation: FederationSimulator, caller: Principal) -> None:
    another_process(federation).submissions.disable_hospital(LOCAL_ADMIN, KUTRRH)


def withdraw(federation: FederationSimulator, caller: Principal) -> None:
    another_process(federation).upkeep.withdraw(LOCAL_ADMIN, KUTRRH, "its board")


def rotate_without_overlap(federation: FederationSimulator, caller: Principal) -> None:
    another_process(federation).members.rotate_token(LOCAL_ADMIN, caller.token_id, timedelta(0))


def expire(federation: FederationSimulator, caller: Principal) -> None:
    federation.clock.pass_by(days=400)


ENDINGS = pytest.mark.parametrize(
    "end", [revoke, disable, withdraw, rotate_without_overlap, expire], ids=lambda end: end.__name__.replace("_", " ")
)


@pytest.fixture
def caller(federation: FederationSimulator, hospital: SimulatedHospital) -> Principal:
    issued = federation.director.members.issue_token(LOCAL_ADMIN, HOSPITAL, KUTRRH)
    hospital.token = issued.token
    return Principal(issued.id, HOSPITAL, KUTRRH)


def acts(federation: FederationSimulator) -> list[str]:
    page = federation.director.upkeep.list_audit(act=None, actor=None, subject=None, limit=200, cursor=None)
    return [each.act for each in page.items]


def packed(hospital: SimulatedHospital) -> Parcel:
    files = hospital.parcel().files
    return Parcel({part.role: files[part.role][1] for part in PARTS if part.role in files})


@ENDINGS
@pytest.mark.parametrize("place", ["gate.begun", "gate.ended"])
def test_an_upload_ends_with_the_token_that_it_came_with(
    federation: FederationSimulator,
    hospital: SimulatedHospital,
    caller: Principal,
    end: Ending,
    place: str,
    monkeypatch,
):
    parcel = hospital.parcel()
    monkeypatch.setattr(intake, "reach", lambda reached: end(federation, caller) if reached == place else None)
    blobs = sorted(federation.director.blobs.digests())
    refused = hospital.upload(parcel)
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")
    assert not [act for act in acts(federation) if act.startswith("upload.")]
    assert sorted(federation.director.blobs.digests()) == blobs
    assert federation.director.upkeep.defects() == []
    headers = {"Authorization": f"Bearer {federation.token('analyst')}"}
    question = {"envoy_name": KUTRRH, "inputs": {"diagnosis_count": 3}}
    assert federation.http.post("/infer", json=question, headers=headers).status_code == 409, "nothing can answer"


@ENDINGS
def test_an_upload_that_would_be_refused_is_not_even_that(
    federation: FederationSimulator, hospital: SimulatedHospital, caller: Principal, end: Ending, monkeypatch
):
    parcel = hospital.parcel()
    parcel.model = b"no model"
    monkeypatch.setattr(intake, "reach", lambda reached: end(federation, caller) if reached == "gate.ended" else None)
    assert hospital.upload(parcel).status_code == 401
    assert "upload.reject" not in acts(federation)


@ENDINGS
def test_the_same_upload_again_gives_no_receipt_to_whom_it_is_not_for(
    federation: FederationSimulator, hospital: SimulatedHospital, caller: Principal, end: Ending, monkeypatch
):
    parcel = hospital.parcel()
    assert hospital.upload(parcel).status_code == 201
    monkeypatch.setattr(intake, "reach", lambda reached: end(federation, caller) if reached == "gate.ended" else None)
    assert hospital.upload(parcel).status_code == 401


# --- two real transactions: who comes second finds what the first has done --------------------------------------------


def outcome_behind(
    federation: FederationSimulator, first: Callable[[Act], object], second: Callable[[], object]
) -> str:
    """Let ``second`` come to the write lock while ``first`` holds it; gives the name of what ``second`` ran into."""
    outcomes: list[str] = []

    def run() -> None:
        try:
            second()
            outcomes.append("done")
        except Exception as error:
            outcomes.append(type(error).__name__)

    thread = threading.Thread(target=run)
    with another_process(federation).ledger.act("admin:cli") as act:
        thread.start()
        thread.join(0.5)
        assert thread.is_alive(), "it waits for the lock now"
        first(act)
    thread.join(20)
    return outcomes[0]


def test_an_upload_behind_its_own_revocation_is_not_kept(
    federation: FederationSimulator, hospital: SimulatedHospital, caller: Principal
):
    parcel = packed(hospital)
    outcome = outcome_behind(
        federation,
        lambda act: tokens.revoke_token(act, caller.token_id),
        lambda: federation.director.submissions.receive(caller, KUTRRH, parcel),
    )
    assert outcome == "UnauthenticatedError"
    assert not [act for act in acts(federation) if act.startswith("upload.")]
    assert federation.director.upkeep.defects() == [], "its files, which were there before the row, are gone"
    federation.restart()  # a recovery takes what no row names
    assert federation.director.upkeep.defects() == []


def test_statistics_behind_their_hospitals_disabling_are_not_kept(
    federation: FederationSimulator, hospital: SimulatedHospital, caller: Principal
):
    before, report = hospital.start(), StatisticsReport(num_examples=50, mean=(8.0,), m2=(900.0,))
    outcome = outcome_behind(
        federation,
        lambda act: disable_envoy(act, KUTRRH),
        lambda: federation.director.tasks.report_statistics(caller, KUTRRH, report),
    )
    assert outcome == "UnauthenticatedError"
    assert federation.director.tasks.list_statistics(LOCAL_ADMIN, None, limit=10, cursor=None).items == []
    assert federation.director.tasks.start(hospital.task.name).base == before["base"]


def test_an_admin_whose_token_was_revoked_hands_out_no_other(federation: FederationSimulator):
    members = federation.director.members
    stolen = Principal(members.issue_token(LOCAL_ADMIN, ADMIN).id, ADMIN)
    outcome = outcome_behind(
        federation,
        lambda act: tokens.revoke_token(act, stolen.token_id),
        lambda: members.issue_token(stolen, ADMIN),
    )
    assert outcome == "UnauthenticatedError"
    assert len(members.list_tokens(LOCAL_ADMIN, role=ADMIN, envoy_name=None, limit=10, cursor=None).items) == 1


def test_a_join_behind_what_ends_its_code_gives_no_token(federation: FederationSimulator):
    members = federation.director.members
    for name, first, outcome in (
        ("Disabled", lambda act, envoy: disable_envoy(act, envoy), "ConflictError"),
        (
            "Replaced",
            lambda act, envoy: enrolment.issue_code(act, envoy_named(act.session, envoy), holds=timedelta(days=1)),
            "UnauthenticatedError",
        ),
    ):
        envoy = EnvoyName(name)
        code = members.add(LOCAL_ADMIN, envoy).code
        found = outcome_behind(federation, partial(first, envoy=envoy), partial(members.join, code, "key", "192.0.2.1"))
        assert found == outcome, name
        assert members.list_tokens(LOCAL_ADMIN, role=None, envoy_name=envoy, limit=10, cursor=None).items == []


# --- by the row -------------------------------------------------------------------------------------------------------


def test_a_rotated_token_holds_to_the_end_of_its_overlap(federation: FederationSimulator, caller: Principal):
    federation.director.members.rotate_token(LOCAL_ADMIN, caller.token_id, timedelta(minutes=5))
    with federation.director.ledger.act(caller.actor):
        pass
    federation.clock.pass_by(minutes=5)
    with pytest.raises(UnauthenticatedError), federation.director.ledger.act(caller.actor):
        pytest.fail("the overlap has ended")


def test_who_has_no_row_holds_no_token(federation: FederationSimulator):
    with pytest.raises(UnauthenticatedError), federation.director.ledger.act(TokenHolder("admin:x", "x")):
        pytest.fail("there is no such token")


def test_the_local_admin_needs_no_token(federation: FederationSimulator):
    with federation.director.ledger.act(LOCAL_ADMIN.actor) as act:
        assert act.actor == "admin:cli"


def test_an_actor_names_role_hospital_and_token(caller: Principal):
    assert caller.actor == f"hospital:KUTRRH:{caller.token_id}"
    assert isinstance(caller.actor, TokenHolder)


def test_a_refusal_under_the_lock_reads_like_one_at_the_front_desk(
    federation: FederationSimulator, hospital: SimulatedHospital, caller: Principal, monkeypatch
):
    def told(answer) -> dict[str, object]:
        return {key: value for key, value in answer.json().items() if key != "request_id"}

    parcel = hospital.parcel()
    monkeypatch.setattr(intake, "reach", lambda place: revoke(federation, caller) if place == "gate.ended" else None)
    late = hospital.upload(parcel)
    federation.director._learners.refresh()
    assert told(late) == told(hospital.upload(parcel))
