"""Which versions learned from a hospital that left: those that counted it, and all that moved on from them."""

from contract.names import EnvoyName
from contract.tasks import DIAGNOSIS_COUNT
from director.members.access import LOCAL_ADMIN
from director.models.departures import departed, learned_from, marks, newest_without
from tests.federation_simulator import FederationSimulator

KNH, MTRH, TASK = EnvoyName("KNH"), EnvoyName("MTRH"), DIAGNOSIS_COUNT.name


def publish(federation: FederationSimulator, version: int) -> None:
    assert federation.http.post(f"/global_models/{version}/publish", headers=federation.admin).status_code == 200


def branched(federation: FederationSimulator) -> None:
    """Version 1 of MTRH alone; 2 of both; 3, from 2, of MTRH alone; and 4, from 1 again, of MTRH alone."""
    federation.enrol("MTRH")
    federation.train_and_upload(1)
    federation.aggregate()
    knh = federation.enrol("KNH")
    federation.train_and_upload(2)
    federation.aggregate()
    federation.train_and_upload(3, but=knh)
    federation.aggregate()
    publish(federation, 1)
    federation.train_and_upload(4, but=knh)
    assert federation.aggregate(envoys=["MTRH"]).json()["parent"] == 1


def test_what_moved_on_from_a_version_that_learned_from_it_did_too_and_a_branch_beside_it_did_not(
    federation: FederationSimulator,
) -> None:
    branched(federation)
    with federation.director.ledger.read() as session:
        assert learned_from(session, TASK, [KNH]) == {2: [KNH], 3: [KNH]}
        assert learned_from(session, TASK, [KNH, MTRH]) == {1: [MTRH], 2: [KNH, MTRH], 3: [KNH, MTRH], 4: [MTRH]}
        assert newest_without(session, DIAGNOSIS_COUNT, learned_from(session, TASK, [KNH])) == 4
        assert newest_without(session, DIAGNOSIS_COUNT, learned_from(session, TASK, [MTRH])) == 0


def test_without_a_name_it_is_those_who_left(federation: FederationSimulator) -> None:
    branched(federation)
    with federation.director.ledger.read() as session:
        assert (departed(session), learned_from(session, TASK)) == ([], {})
    federation.director.upkeep.withdraw(LOCAL_ADMIN, KNH, "its board")
    with federation.director.ledger.read() as session:
        assert departed(session) == [KNH]
        assert learned_from(session, TASK) == {2: [KNH], 3: [KNH]}


def test_a_version_that_nobody_ever_published_is_none_to_go_back_to(federation: FederationSimulator) -> None:
    branched(federation)
    federation.director.models.begin_anew(LOCAL_ADMIN, TASK, "anew")
    with federation.director.ledger.read() as session:
        assert newest_without(session, DIAGNOSIS_COUNT, {4: (), 3: (), 2: ()}) == 1


def test_one_sentence_a_hospital() -> None:
    assert [mark[:22] for mark in marks([KNH, MTRH])] == ["It learned from KNH, w", "It learned from MTRH, "]
