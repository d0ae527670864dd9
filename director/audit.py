"""The audit: append-only rows in the same transaction as the act, each chained to the one before by its digest."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.names import Digest
from director.schema import AuditRow

GENESIS = Digest("0" * 64)


def record(session: Session, *, at: datetime, actor: str, act: str, subject: str, **facts: Any) -> None:
    """Write that ``actor`` did ``act`` to ``subject``, within the caller's write transaction."""
    last = session.scalars(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1)).first()
    seq, previous = (last.seq + 1, last.digest) if last else (1, GENESIS)
    row = AuditRow(seq=seq, at=at, actor=actor, act=act, subject=subject, facts=facts, previous=previous)
    row.digest = chained_digest(row)
    session.add(row)
    session.flush()


def chained_digest(row: AuditRow) -> Digest:
    """Digest a row's content together with the digest of the row before."""
    content = [row.seq, row.at.isoformat(), row.actor, row.act, row.subject, row.facts, row.previous]
    return Digest.of(json.dumps(content, sort_keys=True, separators=(",", ":")).encode())
