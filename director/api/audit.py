"""The audit: who did what, whether the chain is whole, and all of it to take away."""

import re
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BeforeValidator

from contract.messages.audit import AuditRecord, AuditVerification
from contract.messages.base import Page
from director.api.guard import Caller, CursorByNumber, GuardedRoute, PageLimit, Serving, may
from director.members.access import ADMIN
from director.records.paging import Span

router = APIRouter(route_class=GuardedRoute, tags=["audit"])

_Filter = Annotated[str | None, Query(max_length=200)]
_NUMBER = re.compile(r"[-+]?[0-9.]+")


def _no_number(said: object) -> object:
    """Refuse a bare number, which is taken for seconds since 1970 else: 20260101 would be a day of that year."""
    if isinstance(said, str) and _NUMBER.fullmatch(said.strip()):
        raise ValueError("a moment is written as 2026-01-31T08:00:00Z, not as a number")
    return said


_Moment = Annotated[AwareDatetime, BeforeValidator(_no_number)]


@router.get("/audit")
@may(ADMIN)
def list_audit(
    director: Serving,
    act: _Filter = None,
    actor: _Filter = None,
    subject: _Filter = None,
    since: _Moment | None = None,
    limit: PageLimit = 50,
    cursor: CursorByNumber = None,
) -> Page[AuditRecord]:
    """List what is on record, newest first; each filter takes a whole name, such as upload.admit."""
    span = Span(since=since)
    return director.upkeep.list_audit(act=act, actor=actor, subject=subject, limit=limit, cursor=cursor, span=span)


@router.get("/audit/verify")
@may(ADMIN)
def verify_audit(caller: Caller, director: Serving) -> AuditVerification:
    """Follow the whole chain, also against the head that the data folder keeps; names the first record that is bad."""
    return director.upkeep.verify_audit(caller=caller)


@router.get("/audit/export", response_class=StreamingResponse)
@may(ADMIN)
def export_audit(director: Serving) -> StreamingResponse:
    """Give every record, one canonical JSON line each: {"digest": SHA-256 of the record's text, "record": [...]}."""
    return StreamingResponse(director.upkeep.export_audit(), media_type="application/x-ndjson")
