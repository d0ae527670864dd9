"""Whether what holds by the rows holds by the audit too: hospitals, tokens, codes, sessions, links, current versions.

Whoever can write the database can make themselves an admin by a row. A row that no record accounts for is named. Reads
the tables by their columns' names alone, so that the database of an earlier version, as in a backup, is read as well;
a row that holds nothing, revoked, used or ended, is compared only where the records say that it holds.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from director.upkeep.recorded import Recorded, RecordedToken

_Row = Mapping[str, Any]
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NEVER = datetime.max.replace(tzinfo=UTC)


def disagreements(session: Session, recorded: Recorded, now: datetime) -> list[str]:
    """Say which rows say other things than the records; empty: they agree.

    Args:
        session: A transaction on a database whose schema is known.
        recorded: All records of that database.
        now: A code that expired before holds nothing.
    """
    envoys = {row["id"]: row for row in _rows(session, "envoys")}
    names = {number: str(row["name"]) for number, row in envoys.items()}
    return [
        *_of_hospitals(envoys.values(), recorded),
        *_of_codes(_rows(session, "enrolment_codes"), names, recorded, now),
        *_of_tokens(_rows(session, "tokens"), names, recorded),
        *_of_sessions(_rows(session, "sessions"), recorded),
        *_of_links(_rows(session, "sign_in_links"), recorded),
        *_of_versions(session, recorded),
    ]


def _of_hospitals(rows: Any, recorded: Recorded) -> Iterator[str]:
    for row in rows:
        is_disabled = recorded.envoys.get(row["name"])
        if is_disabled is None:
            yield f"hospital {row['name']}: no record says that it was admitted"
        elif is_disabled != (row["disabled_at"] is not None):
            said, found = ("disabled", "enabled") if is_disabled else ("enabled", "disabled")
            yield f"hospital {row['name']}: the records say that it is {said}, its row that it is {found}"
        if (row["name"] in recorded.withdrawn) != (row.get("withdrawn_at") is not None):
            said, found = ("withdrew", "did not") if row["name"] in recorded.withdrawn else ("did not withdraw", "did")
            yield f"hospital {row['name']}: the records say that it {said}, its row that it {found}"


def _of_codes(rows: Iterator[_Row], names: Mapping[int, str], recorded: Recorded, now: datetime) -> Iterator[str]:
    accounted = set()
    for row in rows:
        if row["used_at"] is not None or (_moment(row["expires_at"]) or _NEVER) <= now:
            continue
        name, issued = names.get(row["envoy_id"], "nobody"), _moment(row["created_at"])
        code = recorded.codes.get(name)
        is_told = code is not None and code.at == issued and code.sha256 in (None, row["sha256"])
        if name in accounted or not is_told:
            yield f"code {str(row['sha256'])[:12]}… of {name}: no record accounts for a code that still holds"
        accounted.add(name)


def _of_tokens(rows: Iterator[_Row], names: Mapping[int, str], recorded: Recorded) -> Iterator[str]:
    for row in rows:
        whose = f"token {_plain(row['id'])} (role {_plain(row['role'])})"
        token = recorded.tokens.get(row["id"])
        if token is not None:
            yield from (f"{whose}: {defect}" for defect in _of_token(row, names.get(row["envoy_id"]), token))
        elif row["revoked_at"] is None or row["id"] not in recorded.revoked:
            yield f"{whose}: no record says that it was issued; revoke it: fl-director token revoke {_plain(row['id'])}"


def _of_token(row: _Row, envoy: str | None, token: RecordedToken) -> Iterator[str]:
    if row["role"] != token.role:
        yield f"it was issued with the role {token.role}"
    if envoy != token.envoy:
        yield f"it was issued for {token.envoy or 'no hospital'}, and its row says {envoy or 'no hospital'}"
    if token.is_revoked and row["revoked_at"] is None:
        yield "the records say that it was revoked, and its row that it holds"
    if not token.is_revoked and row["revoked_at"] is not None:
        yield "its row says that it was revoked, and no record does"
    if token.secret not in (None, row["sha256"]):
        yield "it has another secret than the one that was issued"
    if row.get("successor_id") != token.successor:
        yield f"the records say that {token.successor or 'nothing'} took its place, and its row says otherwise"
    until = _moment(token.holds_until)
    if until is not None and (_moment(row["expires_at"]) or _NEVER) > until:
        yield f"it holds until {token.holds_until} by the records, and longer by its row"


def _of_sessions(rows: Iterator[_Row], recorded: Recorded) -> Iterator[str]:
    for row in rows:
        session = recorded.sessions.get(row["id"])
        if row["ended_at"] is None and (session is None or session.is_ended or session.token_id != row["token_id"]):
            yield f"session {row['id']} of token {row['token_id']}: no record accounts for one that is open"


def _of_links(rows: Iterator[_Row], recorded: Recorded) -> Iterator[str]:
    accounted = set()
    for row in rows:
        if row["used_at"] is None:
            if row["token_id"] in accounted or row["token_id"] not in recorded.links:
                yield f"sign-in link of token {row['token_id']}: no record accounts for one that nobody has followed"
            accounted.add(row["token_id"])


def _of_versions(session: Session, recorded: Recorded) -> Iterator[str]:
    """Hold each task's current version, and its model, against the act that published it."""
    current: dict[str, _Row] = {}
    for row in _selected(
        session,
        "SELECT p.task, g.id, g.version FROM publications AS p"
        " LEFT JOIN global_models AS g ON g.id = p.global_model_id ORDER BY p.id",
    ):
        current[str(row["task"])] = row
    current = {task: row for task, row in current.items() if row["id"] is not None}  # the others begin anew
    models = {
        row["global_model_id"]: row["sha256"] for row in _rows(session, "global_model_files") if row["role"] == "model"
    }
    for task in sorted(current.keys() | recorded.published.keys()):
        now, told = current.get(task), recorded.published.get(task)
        if now is None or told is None or now["version"] != told[0]:
            found, said = now and f"version {now['version']}", told and f"version {told[0]}"
            yield f"task {task}: the records say that {said or 'nothing'} is published, the rows {found or 'nothing'}"
        elif models.get(now["id"], told[1]) != told[1]:
            yield f"task {task}: version {told[0]} was published with another model than its row names"


def _rows(session: Session, table: str) -> Iterator[_Row]:
    """Give a table's rows by their columns' names; a table that an earlier version did not have has none."""
    if inspect(session.connection()).has_table(table):
        yield from _selected(session, f"SELECT * FROM {table}")  # noqa: S608 - our own names


def _selected(session: Session, query: str) -> Iterator[_Row]:
    for row in session.execute(text(query)).mappings():
        yield dict(row)


def _plain(stored: Any) -> str:
    """Write an id so that it may stand in a line that somebody copies: what was planted may hold anything."""
    return str(stored) if _PLAIN.fullmatch(str(stored)) else "ID"


def _moment(stored: Any) -> datetime | None:
    """Read a moment as a database keeps it; None: it is none."""
    try:
        moment = stored if isinstance(stored, datetime) else datetime.fromisoformat(str(stored))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
