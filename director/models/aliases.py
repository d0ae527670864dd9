"""What a global version is called besides its number: by what it is, and by the names that the admin gave it.

The names that follow from what is are never set by hand, so that they can't be wrong
(docs/adr/0025-names-that-follow.md).
"""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.names import AliasName, TaskName
from contract.tasks import Task
from director.errors import InvalidRequestError, NoModelError, NotFoundError
from director.models.events import ModelAliased, ModelUnaliased
from director.records.ledger import Act
from director.records.schema import GlobalModelRow, ModelAliasRow
from director.tasks.catalogue import Catalogue
from director.tasks.publications import current_global_model

CHAMPION, CHALLENGER = AliasName("champion"), AliasName("challenger")
CURRENT, LATEST = AliasName("current"), AliasName("latest")
RESERVED = frozenset((CHAMPION, CHALLENGER, CURRENT, LATEST))
"""What nobody can give a version: these follow from what is. The last two are other words, which no version shows."""


def derived_aliases(session: Session, task: Task) -> Mapping[AliasName, GlobalModelRow]:
    """Give the names that follow from what is: the one place that says which version is called so.

    The champion is the current version. The challenger is the newest version of the task as it is defined now, unless
    that is the current one: what waits to be confirmed, or what was rolled back from.
    """
    current, newest = current_global_model(session, task), newest_version(session, task)
    found = {CHAMPION: current} if current is not None else {}
    if newest is not None and (current is None or newest.id != current.id):
        found[CHALLENGER] = newest
    return found


def newest_version(session: Session, task: Task) -> GlobalModelRow | None:
    """Give the version of the highest number that was made for the task as it is defined now."""
    defined_so = select(GlobalModelRow).where(
        GlobalModelRow.task == task.name, GlobalModelRow.task_digest == task.digest
    )
    return session.scalars(defined_so.order_by(GlobalModelRow.version.desc()).limit(1)).first()


def aliases_in(session: Session, catalogue: Catalogue, name: TaskName) -> Mapping[int, list[AliasName]]:
    """Give all names of a task's versions by the rows' ids: first those that follow, then those that were given."""
    task = catalogue.get(name)
    found: dict[int, list[AliasName]] = {}
    for alias, row in derived_aliases(session, task).items() if task is not None else ():
        found.setdefault(row.id, []).append(alias)
    given = select(ModelAliasRow.global_model_id, ModelAliasRow.alias).where(ModelAliasRow.task == name)
    for row_id, alias in session.execute(given.order_by(ModelAliasRow.alias)):
        found.setdefault(row_id, []).append(alias)
    return found


def version_called(session: Session, task: Task, alias: AliasName) -> GlobalModelRow:
    """Find the version that is called so.

    Raises:
        NoModelError: The current one is asked for, and there is none.
        NotFoundError: None is called so.
    """
    if alias not in RESERVED:
        given = session.get(ModelAliasRow, (task.name, alias))
        row = given.global_model if given is not None else None
    elif alias == LATEST:
        row = newest_version(session, task)
    else:
        row = derived_aliases(session, task).get(CHAMPION if alias == CURRENT else alias)
    if row is None and alias in (CHAMPION, CURRENT):
        raise NoModelError(
            f"The federation has no model of task {task.name} as it is defined now.",
            hint="Let the hospitals train and the admin aggregate first. A model that was made for other cut points is "
            "stale and answers nothing.",
        )
    if row is None:
        raise NotFoundError(f"No global model of task {task.name} is called {alias}.", hint="See GET /global_models.")
    return row


def give_alias(act: Act, row: GlobalModelRow, alias: AliasName) -> None:
    """Call a version so, and no other one of its task; the same again changes nothing.

    Raises:
        InvalidRequestError: The name is one of those that follow from what is.
    """
    _require_given_by_hand(alias)
    given = act.session.get(ModelAliasRow, (row.task, alias))
    if given is not None and given.global_model_id == row.id:
        return
    if given is None:
        act.session.add(ModelAliasRow(task=row.task, alias=alias, global_model=row))
    else:
        given.global_model = row
    act.session.flush()
    act.tell(ModelAliased(task=row.task, version=row.version, alias=alias))


def take_alias(act: Act, row: GlobalModelRow, alias: AliasName) -> None:
    """Call a version so no longer; where it is not called so, nothing changes.

    Raises:
        InvalidRequestError: The name is one of those that follow from what is.
    """
    _require_given_by_hand(alias)
    given = act.session.get(ModelAliasRow, (row.task, alias))
    if given is None or given.global_model_id != row.id:
        return
    act.session.delete(given)
    act.session.flush()
    act.tell(ModelUnaliased(task=row.task, version=row.version, alias=alias))


def _require_given_by_hand(alias: AliasName) -> None:
    if alias in RESERVED:
        raise InvalidRequestError(
            f"The name {alias} is neither given nor taken by hand: it follows from what is current and what is newest.",
            hint="Choose another name; or move this one with: fl-director model publish VERSION",
            alias=alias,
        )
