"""All that a hospital sent here and the director kept: models, statistics, words on versions."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, SQLColumnExpression, String, cast, func, literal, select, tuple_, union_all
from sqlalchemy.orm import Session

from contract.messages.base import Page
from contract.messages.overview import Received
from director.records.paging import cursor_after, values_of_cursor
from director.records.schema import (
    EnvoyRow,
    GlobalModelRow,
    StatisticsRow,
    SubmissionRow,
    UtcDateTime,
    VersionAnswerRow,
)

_WIDTH = 15
"""Numbers are ordered as text, so all are written as long."""

_WORD, _REPORT, _MODEL = "a", "b", "c"
"""What a key begins with: of what came at one moment the model is told first."""


def page_of_received(session: Session, envoy: EnvoyRow, *, limit: int, cursor: str | None) -> Page[Received]:
    """Give a page of what a hospital sent, newest first; raises as ``paging.page_of``."""
    everything = union_all(
        _keys(VersionAnswerRow, envoy, _WORD, _as_text(VersionAnswerRow.id)),
        _keys(StatisticsRow, envoy, _REPORT, _as_text(StatisticsRow.id)),
        _keys(SubmissionRow, envoy, _MODEL, SubmissionRow.id),
    ).subquery()
    query = select(everything.c.at, everything.c.key)
    values = values_of_cursor(cursor, (datetime, str)) if cursor is not None else None
    if values is not None:
        after = tuple_(literal(values[0], UtcDateTime()), literal(values[1]))
        query = query.where(tuple_(everything.c.at, everything.c.key) < after)
    newest_first = query.order_by(everything.c.at.desc(), everything.c.key.desc())
    rows = session.execute(newest_first.limit(limit + 1)).all()
    keys = [row.key for row in rows[:limit]]
    found = dict([*_words(session, keys), *_reports(session, keys), *_models(session, keys)])
    following = cursor_after(rows[limit - 1]) if len(rows) > limit else None
    return Page(items=[found[key] for key in keys], next=following)


def _keys(table: Any, envoy: EnvoyRow, kind: str, name: SQLColumnExpression[str]) -> Select[*tuple[Any, ...]]:
    """Ask when things of one kind came, and for a key of each among all kinds."""
    key = literal(kind, String) + name
    return select(table.created_at.label("at"), key.label("key")).where(table.envoy_id == envoy.id)


def _as_text(number: SQLColumnExpression[int]) -> SQLColumnExpression[str]:
    return func.substr(literal("0" * _WIDTH, String) + cast(number, String), -_WIDTH, type_=String)


def _names(keys: Sequence[str], kind: str) -> list[str]:
    return [key[1:] for key in keys if key[0] == kind]


def _words(session: Session, keys: Sequence[str]) -> Iterator[tuple[str, Received]]:
    columns = (VersionAnswerRow.id, VersionAnswerRow.created_at, VersionAnswerRow.answer)
    query = select(*columns, GlobalModelRow.task, GlobalModelRow.version)
    query = query.join(GlobalModelRow, GlobalModelRow.id == VersionAnswerRow.global_model_id)
    for row in session.execute(query.where(VersionAnswerRow.id.in_(map(int, _names(keys, _WORD))))):
        word = Received(
            at=row.created_at, kind="word", task=row.task, version=row.version, verdict=None, answer=row.answer
        )
        yield f"{_WORD}{row.id:0{_WIDTH}}", word


def _reports(session: Session, keys: Sequence[str]) -> Iterator[tuple[str, Received]]:
    columns = (
        StatisticsRow.id,
        StatisticsRow.created_at,
        StatisticsRow.task,
        StatisticsRow.version,
        StatisticsRow.verdict,
        StatisticsRow.num_examples,
    )
    query = select(*columns).where(StatisticsRow.id.in_(map(int, _names(keys, _REPORT))))
    for row in session.execute(query):
        report = Received(
            at=row.created_at,
            kind="statistics",
            task=row.task,
            version=row.version,
            verdict=row.verdict,
            num_examples=row.num_examples,
        )
        yield f"{_REPORT}{row.id:0{_WIDTH}}", report


def _models(session: Session, keys: Sequence[str]) -> Iterator[tuple[str, Received]]:
    query = select(SubmissionRow).where(SubmissionRow.id.in_(_names(keys, _MODEL)))
    for row in session.scalars(query).unique():
        model = Received(
            at=row.created_at,
            kind="model",
            task=row.task,
            version=row.version,
            verdict=row.verdict,
            submission_id=row.id,
            num_examples=row.num_examples,
            bytes=sum(file.bytes for file in row.files),
            digests=row.digests,
        )
        yield f"{_MODEL}{row.id}", model
