"""When a version is published: at once, or once the validation table or the hospitals' own word confirms it.

Where comparing tells nothing, a hospital's own patients do: each holds the version against its held-out patients and
says accept or refuse. No figures leave a hospital.
"""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract.messages.global_models import AnswerChoice, VersionAnswer
from contract.names import EnvoyName, TaskName
from director.errors import InvalidRequestError
from director.models.events import BegunAnew, ModelAnswered, ModelPublished
from director.records.ledger import Act
from director.records.schema import EnvoyRow, GlobalModelRow, PublicationRow, VersionAnswerRow
from director.tasks.publications import published

BY_WORD = "Every hospital with a share in it accepts."
BY_SETTING = "What is set now publishes it."


def point_to(act: Act, row: GlobalModelRow, *, reason: str | None = None, actor: str | None = None) -> None:
    """Make a version the current one; ``actor`` where it is not the act's."""
    by = actor or act.actor
    act.session.add(PublicationRow(task=row.task, global_model=row, actor=by, created_at=act.now))
    act.tell(ModelPublished(task=row.task, version=row.version, model=row.digest_of("model"), reason=reason), actor=by)


def begin_anew(act: Act, task: TaskName, reason: str) -> None:
    """Let no version of a task be the current one; the next one moves on from the shared start."""
    act.session.add(PublicationRow(task=task, global_model_id=None, actor=act.actor, created_at=act.now))
    act.tell(BegunAnew(task=task, reason=reason))


def was_published(session: Session, row: GlobalModelRow) -> bool:
    """Tell whether a version was ever the current one."""
    found = select(PublicationRow.id).where(PublicationRow.global_model_id == row.id).limit(1)
    return session.scalars(found).first() is not None


def is_waiting(session: Session, row: GlobalModelRow) -> bool:
    """Tell whether a version may still be confirmed: never published, and its parent is the current one still."""
    current = published(session, row.task)
    moved_on_from = current.version if current is not None and current.task_digest == row.task_digest else None
    return not was_published(session, row) and moved_on_from == row.parent


def require_reason(session: Session, row: GlobalModelRow, reason: str | None) -> None:
    """Let an admin publish what nobody confirmed only with a reason.

    Raises:
        InvalidRequestError: There is none.
    """
    if not reason and not was_published(session, row):
        raise InvalidRequestError(
            f"Global model {row.version} was never confirmed: publishing it takes a reason.",
            hint=f'fl-director model publish {row.version} --reason "…"; it goes on record.',
            version=row.version,
        )


def keep_answer(act: Act, row: GlobalModelRow, envoy: EnvoyRow, answer: AnswerChoice) -> None:
    """Put a hospital's word on record; the same word again changes nothing."""
    last = next((each for each in answers_to(act.session, row) if each.envoy_name == envoy.name), None)
    if last is not None and last.answer == answer:
        return
    act.session.add(VersionAnswerRow(global_model_id=row.id, envoy_id=envoy.id, answer=answer, created_at=act.now))
    act.session.flush()
    act.tell(ModelAnswered(task=row.task, version=row.version, envoy=envoy.name, answer=answer))


def answers_to(session: Session, row: GlobalModelRow) -> Sequence[VersionAnswer]:
    """Give each hospital's newest word on a version, by hospital."""
    newest_ids = (
        select(func.max(VersionAnswerRow.id))
        .where(VersionAnswerRow.global_model_id == row.id)
        .group_by(VersionAnswerRow.envoy_id)
    )
    rows = session.scalars(select(VersionAnswerRow).where(VersionAnswerRow.id.in_(newest_ids))).unique()
    newest = {each.envoy.name: each for each in rows}
    return [
        VersionAnswer(envoy_name=name, answer=each.answer, answered_at=each.created_at)
        for name, each in sorted(newest.items(), key=lambda found: found[0].folded)
    ]


def holders(row: GlobalModelRow) -> frozenset[EnvoyName]:
    """Name the hospitals that have a share in a version, moving or standing still; not what waits in quarantine.

    Their word confirms it. Not the word of those alone that moved: else one that alone moves would confirm itself.
    """
    holding = [*row.inputs, *(each for each in row.standing if not each["waits"])]
    return frozenset(EnvoyName(each["envoy_name"]) for each in holding)


def is_confirmed(session: Session, row: GlobalModelRow) -> bool:
    """Tell whether every hospital that is asked accepts."""
    accepting = {each.envoy_name for each in answers_to(session, row) if each.answer == "accept"}
    return holders(row) <= accepting
