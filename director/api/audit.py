"""The audit: who did what, whether the chain is whole, and all of it to take away."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from contract.messages import AuditRecord, AuditVerification, Page
from director.api.guard import Cursor, GuardedRoute, Serving
from director.members.registry import MAX_PAGE
from director.records import audit
from director.records.chain import follow

router = APIRouter(route_class=GuardedRoute, tags=["audit"])

_Filter = Annotated[str | None, Query(max_length=200)]


@router.get("/audit")
def list_audit(
    director: Serving,
    act: _Filter = None,
    actor: _Filter = None,
    subject: _Filter = None,
    since: AwareDatetime | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
    cursor: Cursor = None,
) -> Page[AuditRecord]:
    """List what is on record, newest first; each filter takes a whole name, such as upload.admit."""
    with director.database.read() as session:
        return audit.page(session, act=act, actor=actor, subject=subject, since=since, limit=limit, cursor=cursor)


@router.get("/audit/verify")
def verify_audit(director: Serving) -> AuditVerification:
    """Follow the whole chain, also against the head that the data folder keeps; names the first record that is bad."""
    known = director.audit_head.read()
    with director.database.read() as session:
        return audit.as_message(follow(audit.links(session), [known] if known else []), director.clock())


@router.get("/audit/export", response_class=StreamingResponse)
def export_audit(director: Serving) -> StreamingResponse:
    """Give every record, one canonical JSON line each: {"digest": SHA-256 of the record's text, "record": [...]}."""

    def lines() -> Iterator[bytes]:
        with director.database.read() as session:
            for link in audit.links(session):
                yield link.line

    return StreamingResponse(lines(), media_type="application/x-ndjson")
