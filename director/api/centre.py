"""The centre itself: who may do what, the strategies there are, how the director is set and how it is."""

from fastapi import APIRouter, Request

from contract.messages.base import Page
from contract.messages.runs import Quiescence
from contract.messages.system import Permissions, StrategyDescription, System
from director.api.guard import Caller, GuardedRoute, Serving, may
from director.api.permissions import describe_permissions
from director.members.access import ADMIN, ANALYST, HOSPITAL, STAFF

router = APIRouter(route_class=GuardedRoute, tags=["the centre"])


@router.get("/permissions")
@may(HOSPITAL, STAFF, ANALYST, ADMIN)
def get_permissions(request: Request) -> Permissions:
    """Say who may do what, as the routes themselves have it."""
    return describe_permissions(request.app.routes)


@router.get("/strategies")
@may(HOSPITAL, STAFF, ANALYST, ADMIN)
def list_strategies(director: Serving) -> Page[StrategyDescription]:
    """List the ways to combine models, with the numbers that each takes."""
    return director.centre.strategies()


@router.get("/system")
@may(ADMIN)
def get_system(director: Serving) -> System:
    """Say how the centre is: version, storage, health, the age of the last backup, settings in force."""
    return director.centre.system()


@router.get("/quiescence")
@may(ADMIN)
def get_quiescence(director: Serving) -> Quiescence:
    """Say whether the director opens nothing new, and whether it is safe to stop it."""
    return director.rounds.quiescence()


@router.post("/quiescence")
@may(ADMIN)
def begin_quiescence(caller: Caller, director: Serving) -> Quiescence:
    """Open nothing new from now on, so that the director can be stopped. Again is no error."""
    return director.rounds.quiesce(caller)


@router.delete("/quiescence")
@may(ADMIN)
def end_quiescence(caller: Caller, director: Serving) -> Quiescence:
    """Open again what is due. Again is no error."""
    return director.rounds.end_quiescence(caller)
