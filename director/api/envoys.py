"""Hospitals: admitting, joining, describing, disabling."""

from datetime import timedelta

from fastapi import APIRouter, Request

from contract.messages import EnrolmentCode, EnvoyDescription, EnvoyRequest, IssuedToken, JoinRequest, Page
from contract.names import EnvoyName
from director.api.guard import Caller, GuardedRoute, IdempotencyKey, Serving, address_of
from director.members import enrolment, registry
from director.members.rates import neighbourhood

router = APIRouter(route_class=GuardedRoute, tags=["hospitals"])


@router.get("/envoys")
def list_envoys(caller: Caller, director: Serving) -> Page[EnvoyDescription]:
    """List the hospitals: a hospital sees itself, an analyst sees names and current versions."""
    with director.database.read() as session:
        rows = registry.list_envoys(session, caller)
        return Page(items=[registry.describe_envoy(session, row, caller) for row in rows])


@router.get("/envoys/{envoy_name}")
def get_envoy(envoy_name: EnvoyName, caller: Caller, director: Serving) -> EnvoyDescription:
    """Describe one hospital."""
    caller.require_envoy(envoy_name)
    with director.database.read() as session:
        return registry.describe_envoy(session, registry.envoy_named(session, envoy_name), caller)


@router.post("/envoys", status_code=201)
def add_envoy(request: EnvoyRequest, caller: Caller, director: Serving) -> EnrolmentCode:
    """Admit a hospital; the answer holds its one-time code. Again: a new code, the earlier one stops to hold."""
    holds = timedelta(hours=director.settings.enrolment_hours)
    with director.database.write() as session:
        now = director.clock()
        envoy = registry.add_envoy(session, request.envoy_name, now=now, actor=caller.actor)
        code = enrolment.issue_code(session, envoy, now=now, holds=holds, actor=caller.actor)
    director.refresh()
    return code


@router.post("/envoys/{envoy_name}/disable")
def disable_envoy(envoy_name: EnvoyName, caller: Caller, director: Serving) -> EnvoyDescription:
    """Disable a hospital: its tokens stop to hold, its models enter no further aggregate."""
    with director.database.write() as session:
        row = registry.disable_envoy(session, envoy_name, now=director.clock(), actor=caller.actor)
        director.renew_starts(session)  # its statistics no longer count
        description = registry.describe_envoy(session, row, caller)
    director.refresh()
    return description


@router.post("/join", status_code=201)
def join(
    request: JoinRequest,
    connection: Request,
    director: Serving,
    idempotency_key: IdempotencyKey = None,
) -> IssuedToken:
    """Trade a one-time code for the hospital's token."""
    holds, now = timedelta(days=director.settings.token_days), director.clock()
    # before the write lock: a guesser must not keep uploads waiting
    with director.joins.of_failures(neighbourhood(address_of(connection)), now), director.database.write() as session:
        token = enrolment.join(session, request.code, idempotency_key, now=now, holds=holds)
    director.refresh()
    return token
