"""Runs and rounds: training together, and what each hospital is asked to do."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from contract.messages.base import Page
from contract.messages.runs import MOST_SUMMARISED, PauseRequest, RoundDescription, Run, RunAnswer, RunRequest, Work
from contract.names import EnvoyName, TaskName
from director.api.guard import (
    Caller,
    CursorByNumber,
    GuardedRoute,
    IdempotencyKey,
    NumberInPath,
    PageLimit,
    Serving,
    may,
)
from director.api.waiting import WaitingRoom
from director.members.access import ADMIN, HOSPITAL, STAFF

router = APIRouter(route_class=GuardedRoute, tags=["runs and rounds"])

LONGEST_WAIT_SECONDS = 60.0

Summarised = Annotated[
    int, Query(ge=0, le=MOST_SUMMARISED, description="How many of its newest rounds to tell in short in `history`.")
]
Wait = Annotated[float, Query(ge=0, le=LONGEST_WAIT_SECONDS, description="For how many seconds to wait for something.")]


@router.post("/runs", status_code=201)
@may(ADMIN)
def open_run(request: RunRequest, caller: Caller, director: Serving, idempotency_key: IdempotencyKey = None) -> Run:
    """Invite hospitals to train together for some rounds."""
    return director.rounds.open(caller, request, idempotency_key)


@router.get("/runs")
@may(HOSPITAL, STAFF, ADMIN)
def list_runs(
    caller: Caller,
    director: Serving,
    task: TaskName | None = None,
    limit: PageLimit = 50,
    cursor: CursorByNumber = None,
) -> Page[Run]:
    """List runs, newest first; of other hospitals' answers a hospital learns nothing."""
    return director.rounds.list(caller, task, limit=limit, cursor=cursor)


@router.get("/runs/{run}")
@may(HOSPITAL, STAFF, ADMIN)
def get_run(run: NumberInPath, caller: Caller, director: Serving, rounds: Summarised = MOST_SUMMARISED) -> Run:
    """Show a run: who takes part, how far it is, what it waits for, and how its rounds did."""
    return director.rounds.get(caller, run, rounds)


@router.post("/runs/{run}/pause")
@may(ADMIN)
def pause_run(run: NumberInPath, caller: Caller, director: Serving, request: PauseRequest | None = None) -> Run:
    """Open no further round of a run; the one under way goes on to its end."""
    return director.rounds.pause(caller, run, request.reason if request else None)


@router.post("/runs/{run}/resume")
@may(ADMIN)
def resume_run(run: NumberInPath, caller: Caller, director: Serving) -> Run:
    """Open rounds of a paused run again; one that failed is tried anew."""
    return director.rounds.resume(caller, run)


@router.post("/runs/{run}/close")
@may(ADMIN)
def close_run(run: NumberInPath, caller: Caller, director: Serving, request: PauseRequest | None = None) -> Run:
    """End a run now; what its rounds published stays."""
    return director.rounds.close(caller, run, request.reason if request else None)


@router.post("/runs/{run}/answers", status_code=201)
@may(HOSPITAL)
def answer_run(run: NumberInPath, request: RunAnswer, caller: Caller, director: Serving) -> Run:
    """Take part, with how many patients fit; or refuse, with a reason that the admin reads."""
    return director.rounds.answer(caller, run, request)


@router.get("/rounds/{n}")
@may(HOSPITAL, STAFF, ADMIN)
def get_round(n: NumberInPath, caller: Caller, director: Serving) -> RoundDescription:
    """Show a round: what it is trained from, who has returned, who is waited for, when it closes."""
    return director.rounds.round(caller, n)


@router.get("/envoys/{envoy_name}/work")
@may(HOSPITAL)
async def get_work(
    envoy_name: EnvoyName, request: Request, response: Response, caller: Caller, director: Serving, wait: Wait = 0
) -> Work:
    """Say what a hospital is asked to do now; where that is nothing, wait for it for so long."""
    response.headers["Cache-Control"] = "no-store"
    room: WaitingRoom = request.app.state.waiting
    found = await room.until(request, caller, lambda: director.board.work(envoy_name), wait)
    return found if found is not None else director.board.idle(envoy_name)
