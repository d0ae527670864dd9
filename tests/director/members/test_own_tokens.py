"""A hospital's own token in the hospital's own hands."""

from datetime import timedelta

import pytest

from director.errors import ConflictError, UnauthenticatedError
from director.members.access import HOSPITAL, LOCAL_ADMIN, Permission, Principal
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def of(federation: FederationSimulator, token: str) -> Principal:
    """Let somebody with a token in, as the front desk does."""
    found = federation.director.access.admit(f"Bearer {token}", Permission(frozenset((HOSPITAL,))), "test")
    assert found is not None
    return found


def holds(federation: FederationSimulator, token: str) -> bool:
    try:
        of(federation, token)
    except UnauthenticatedError:
        return False
    return True


def test_both_hold_until_the_overlap_ends_and_the_audit_names_the_hospital(
    federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    members = federation.director.members
    old = of(federation, hospital.token)
    new = members.rotate_own_token(old)
    assert (new.role, new.envoy_name) == ("hospital", "KUTRRH")
    assert holds(federation, hospital.token)
    assert holds(federation, new.token)
    (told,) = federation.log_lines("token.rotate")
    assert (told["actor"], told["successor"]) == (f"hospital:KUTRRH:{old.token_id}", new.id)
    federation.clock.pass_by(hours=25)
    assert (holds(federation, hospital.token), holds(federation, new.token)) == (False, True)


def test_an_answer_that_was_lost_is_asked_for_again_until_the_new_one_was_used(
    federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    members = federation.director.members
    old = of(federation, hospital.token)
    lost = members.rotate_own_token(old)
    federation.clock.pass_by(hours=20)  # longer than a request may be repeated under its key
    again = members.rotate_own_token(old)
    assert (again.id, again.token != lost.token) == (lost.id, True)
    assert (holds(federation, lost.token), holds(federation, again.token)) == (False, True)
    with pytest.raises(ConflictError, match="was rotated before"):  # it was used just now
        members.rotate_own_token(old)


def test_no_overlap_leaves_the_time_to_ask_again(tmp_path) -> None:
    with FederationSimulator(tmp_path / "data", rotation_overlap_hours=0) as federation:
        old = federation.enrol("KUTRRH").token
        federation.director.members.rotate_own_token(of(federation, old))
        federation.clock.pass_by(minutes=14)
        assert holds(federation, old)
        federation.clock.pass_by(minutes=2)
        assert not holds(federation, old)


@pytest.mark.parametrize("with_old", [True, False], ids=["with the old one", "with the new one"])
def test_ending_ones_own_token_ends_all_that_it_was_rotated_from_and_to(
    federation: FederationSimulator, hospital: SimulatedHospital, with_old: bool
) -> None:
    members = federation.director.members
    first = of(federation, hospital.token)
    second = members.rotate_own_token(first).token
    third = members.rotate_own_token(of(federation, second)).token
    apart = federation.token("hospital", envoy=first.own_envoy)
    ended = members.revoke_own_token(first if with_old else of(federation, third))
    assert ended.revoked_at is not None
    assert [holds(federation, each) for each in (hospital.token, second, third, apart)] == [False, False, False, True]
    assert len(federation.log_lines("token.revoke")) == 3
    everybody = members.list_tokens(LOCAL_ADMIN, role="hospital", envoy_name=None, limit=10, cursor=None).items
    assert sum(bool(each.holds) for each in everybody) == 1


def test_a_token_that_ends_soon_is_not_made_to_hold_longer_than_one_may(tmp_path) -> None:
    with FederationSimulator(tmp_path / "data", token_days=30) as federation:
        old = of(federation, federation.enrol("KUTRRH").token)
        federation.clock.pass_by(days=29)
        new = federation.director.members.rotate_own_token(old)
        assert new.expires_at == federation.clock.now + timedelta(days=30)
