"""Hospitals: admitting, joining, describing, disabling."""

from fastapi import APIRouter, Request, Response

from contract.messages.base import Page
from contract.messages.envoys import (
    EnrolmentCode,
    EnvoyDescription,
    EnvoyRequest,
    Expectation,
    ExpectationRequest,
    JoinRequest,
)
from contract.messages.tokens import IssuedToken
from contract.names import EnvoyName
from director.api.address import address_of
from director.api.guard import (
    Caller,
    CursorByName,
    GuardedRoute,
    IdempotencyKey,
    PageLimit,
    Serving,
    anybody,
    may,
)
from director.api.proposals import PROPOSED, or_proposed
from director.members.access import ADMIN, ANALYST, HOSPITAL, STAFF
from director.records.paging import MAX_PAGE

router = APIRouter(route_class=GuardedRoute, tags=["hospitals"])


@router.get("/envoys")
@may(HOSPITAL, STAFF, ANALYST, ADMIN)
def list_envoys(
    caller: Caller, director: Serving, limit: PageLimit = MAX_PAGE, cursor: CursorByName = None
) -> Page[EnvoyDescription]:
    """List the hospitals: a hospital sees itself, an analyst sees names and current versions."""
    return director.submissions.list_hospitals(caller, limit=limit, cursor=cursor)


@router.get("/envoys/{envoy_name}")
@may(HOSPITAL, STAFF, ANALYST, ADMIN)
def get_envoy(envoy_name: EnvoyName, caller: Caller, director: Serving) -> EnvoyDescription:
    """Describe one hospital."""
    return director.submissions.get_hospital(caller, envoy_name)


@router.post("/envoys", status_code=201)
@may(ADMIN)
def add_envoy(request: EnvoyRequest, caller: Caller, director: Serving) -> EnrolmentCode:
    """Admit a hospital; the answer holds its one-time code. Again: a new code, the earlier one stops to hold."""
    return director.members.add(caller, request.envoy_name, request.expected_examples)


@router.get("/envoys/{envoy_name}/expectation")
@may(HOSPITAL, STAFF, ADMIN)
def get_expectation(envoy_name: EnvoyName, caller: Caller, director: Serving) -> Expectation:
    """Say how many training examples the admin expects of a hospital at most; a hospital sees its own."""
    return director.members.expectation(caller, envoy_name)


@router.put("/envoys/{envoy_name}/expectation")
@may(ADMIN)
def set_expectation(
    envoy_name: EnvoyName, request: ExpectationRequest, caller: Caller, director: Serving
) -> Expectation:
    """Say how many training examples a hospital counts for at most; null takes it back. Other caps then don't bite."""
    return director.members.expect(caller, envoy_name, request.num_examples)


@router.post("/envoys/{envoy_name}/disable", response_model=EnvoyDescription, responses=PROPOSED)
@may(ADMIN)
def disable_envoy(envoy_name: EnvoyName, caller: Caller, director: Serving) -> EnvoyDescription | Response:
    """Disable a hospital: its tokens stop to hold, its models enter no further aggregate."""
    return or_proposed(director.proposals.disable_hospital(caller, envoy_name))


@router.post("/envoys/{envoy_name}/enable")
@may(ADMIN)
def enable_envoy(envoy_name: EnvoyName, caller: Caller, director: Serving) -> EnvoyDescription:
    """Let a disabled hospital take part again: its tokens that have not ended hold, its models and reports count."""
    return director.submissions.enable_hospital(caller, envoy_name)


@router.post("/join", status_code=201)
@anybody
def join(
    request: JoinRequest,
    connection: Request,
    director: Serving,
    idempotency_key: IdempotencyKey = None,
) -> IssuedToken:
    """Trade a one-time code for the hospital's token."""
    return director.members.join(request.code, idempotency_key, address_of(connection))
