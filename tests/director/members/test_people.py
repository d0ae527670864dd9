"""Signing in and out, for whichever door: with a token that holds, for a person, in an act of theirs."""

import pytest

from director.errors import ForbiddenError, TooManyRequestsError, UnauthenticatedError
from director.members.access import LOCAL_ADMIN
from director.members.people import SIGN_INS_PER_MINUTE
from tests.federation_simulator import FederationSimulator, SimulatedHospital

HOME = "192.0.2.1"


def test_who_signs_in_is_who_the_token_is_of(federation: FederationSimulator, hospital: SimulatedHospital) -> None:
    token = federation.token_of("staff", "KUTRRH")
    signed_in = federation.director.people.sign_in(token, HOME)
    caller = signed_in.caller
    assert (caller.role, caller.envoy_name, caller.person) == ("staff", "KUTRRH", "Jane Wanjiru")
    assert caller.session_id is not None
    assert str(caller.actor) == f"staff:KUTRRH:{caller.token_id}"
    assert federation.director.people.ends_at(caller) == signed_in.expires_at
    assert federation.director.access.holds(caller)


def test_a_machine_or_nobody_does_not_sign_in(federation: FederationSimulator, hospital: SimulatedHospital) -> None:
    with pytest.raises(ForbiddenError):
        federation.director.people.sign_in(hospital.token, HOME)
    with pytest.raises(UnauthenticatedError):
        federation.director.people.sign_in("fld_nobody", HOME)
    assert federation.log_lines("session.open") == []


def test_one_token_signs_in_so_often_and_no_oftener(federation: FederationSimulator) -> None:
    people, token = federation.director.people, federation.token("analyst")
    for _ in range(SIGN_INS_PER_MINUTE):
        people.sign_in(token, HOME)
    with pytest.raises(TooManyRequestsError, match="60 a minute"):
        people.sign_in(token, HOME)
    assert len(federation.log_lines("session.open")) == SIGN_INS_PER_MINUTE
    people.sign_in(federation.token("analyst"), HOME)
    federation.clock.pass_by(seconds=1)
    people.sign_in(token, HOME)


def test_nobody_can_sign_out_with_a_token(federation: FederationSimulator) -> None:
    with pytest.raises(ForbiddenError, match="in no session"):
        federation.director.people.sign_out(LOCAL_ADMIN)
