"""What waits for a second admin, where the director is set to ask for two."""

from typing import Any, TypeVar

from fastapi import APIRouter, Response

from contract.messages.base import Message, Page
from contract.messages.decisions import DecisionRequest
from contract.messages.proposals import Proposal, ProposalState
from director.api.guard import Caller, CursorByNumber, GuardedRoute, NumberInPath, PageLimit, Serving, may
from director.members.access import ADMIN

router = APIRouter(route_class=GuardedRoute, tags=["proposals"])


PROPOSED: dict[int | str, dict[str, Any]] = {
    202: {"model": Proposal, "description": "Not done: it waits for a second admin"}
}
"""What an operation answers whose act may wait."""

_Done = TypeVar("_Done", bound=Message)


def or_proposed(found: _Done | Proposal) -> _Done | Response:
    """Answer what was done; 202 where it waits for a second admin."""
    if isinstance(found, Proposal):
        return Response(found.model_dump_json(), 202, media_type="application/json")
    return found


@router.get("/proposals")
@may(ADMIN)
def list_proposals(
    caller: Caller,
    director: Serving,
    state: ProposalState | None = None,
    limit: PageLimit = 50,
    cursor: CursorByNumber = None,
) -> Page[Proposal]:
    """List what was proposed, newest first."""
    return director.proposals.list(caller, state, limit=limit, cursor=cursor)


@router.post("/proposals/{proposal}/approve")
@may(ADMIN)
def approve_proposal(proposal: NumberInPath, caller: Caller, director: Serving) -> Proposal:
    """Approve what another admin proposed: it is done with that."""
    return director.proposals.approve(caller, proposal)


@router.post("/proposals/{proposal}/decline")
@may(ADMIN)
def decline_proposal(proposal: NumberInPath, request: DecisionRequest, caller: Caller, director: Serving) -> Proposal:
    """Decline what another admin proposed, or withdraw one's own, and say why."""
    return director.proposals.decline(caller, proposal, request.reason)
