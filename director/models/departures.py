"""Which global versions learned from a hospital that has left since: what was learned can't be taken out of them."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from contract.names import EnvoyName, TaskName
from contract.tasks import Task
from director.models.line import SHARED_START
from director.records.schema import EnvoyRow, GlobalModelRow, PublicationRow


def departed(session: Session) -> Sequence[EnvoyName]:
    """Give the hospitals that withdrew, by name."""
    gone = select(EnvoyRow.name).where(EnvoyRow.withdrawn_at.is_not(None))
    return session.scalars(gone.order_by(EnvoyRow.folded_name)).all()


def learned_from(
    session: Session, task: TaskName, whom: Collection[EnvoyName] | None = None
) -> Mapping[int, Sequence[EnvoyName]]:
    """Say which versions of a task learned from a hospital: those that counted it, and what moved on from them.

    Args:
        session: A transaction.
        task: The task.
        whom: These hospitals; None: those that withdrew.

    Returns:
        Version → those of the hospitals that it learned from, by name; a version that learned from none is missing.
    """
    asked = sorted(departed(session) if whom is None else whom)
    if not asked:
        return {}
    counted = {name: _versions_that_counted(session, task, name) for name in asked}
    parents = select(GlobalModelRow.version, GlobalModelRow.parent).where(GlobalModelRow.task == task)
    found: dict[int, Sequence[EnvoyName]] = {}
    for version, parent in session.execute(parents.order_by(GlobalModelRow.version)):  # a parent comes first
        inherited = found.get(parent, ()) if parent is not None else ()
        names = [name for name in asked if version in counted[name] or name in inherited]
        if names:
            found[version] = names
    return found


def _versions_that_counted(session: Session, task: TaskName, name: EnvoyName) -> Collection[int]:
    """Find them in the lineage's text, where a hospital's name in quotes is nothing else: no lineage is read whole."""
    is_named = cast(GlobalModelRow.inputs, String).contains(f'"{name}"', autoescape=True)
    return set(session.scalars(select(GlobalModelRow.version).where(GlobalModelRow.task == task, is_named)))


def newest_without(session: Session, task: Task, learned: Mapping[int, object]) -> int:
    """Give the newest published version of a task as it is now that is not among ``learned``; else the shared start."""
    published = select(PublicationRow.global_model_id).where(PublicationRow.global_model_id.is_not(None))
    versions = session.scalars(
        select(GlobalModelRow.version)
        .where(GlobalModelRow.task == task.name, GlobalModelRow.task_digest == task.digest)
        .where(GlobalModelRow.id.in_(published))
        .order_by(GlobalModelRow.version.desc())
    )
    return next((version for version in versions if version not in learned), SHARED_START)


def marks(names: Sequence[EnvoyName]) -> Iterator[str]:
    """Say of a version from whom it learned that has left: one sentence a hospital."""
    for name in names:
        yield (
            f"It learned from {name}, which has left since: what a version has learned can't be taken out of it, nor "
            "out of what moves on from it."
        )
