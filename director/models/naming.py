"""What is done to name global versions, for the HTTP interface and the commands alike: aliases and notes."""

from collections.abc import Callable, Sequence

from contract.messages.global_models import GlobalModel
from contract.names import AliasName, TaskName
from director.members.access import Principal
from director.models import versions
from director.models.aliases import CURRENT, give_alias, take_alias, version_called
from director.models.events import ModelNoted
from director.records import idempotency
from director.records.ledger import Act, Ledger
from director.records.schema import GlobalModelRow
from director.tasks.catalogue import Catalogue


class Naming:
    """Finds versions by what they are called, and gives them names and notes.

    Args:
        ledger: The rows.
        catalogue: The tasks of this federation.
    """

    def __init__(self, ledger: Ledger, catalogue: Catalogue) -> None:
        self._ledger = ledger
        self._catalogue = catalogue

    def number(self, task_name: TaskName, called: str) -> int:
        """Give the number of a version that is named by it or by an alias: what every command takes for a VERSION.

        Raises:
            InvalidNameError: It is neither.
            UnknownTaskError, NotFoundError, NoModelError: No such task; no version is called so.
        """
        if called.isascii() and called.isdigit():
            return int(called[:18])  # no version has a longer number, and no database takes one
        task = self._catalogue.find(task_name)
        with self._ledger.read() as session:
            return version_called(session, task, AliasName(called)).version

    def current(self, caller: Principal, task_name: TaskName) -> GlobalModel:
        """Describe the current version, as far as the caller may know it.

        Raises:
            UnknownTaskError: No such task.
            NoModelError: There is no current version yet.
        """
        task = self._catalogue.find(task_name)
        with self._ledger.read() as session:
            row = version_called(session, task, CURRENT)
            return versions.as_seen_by(caller, versions.describe_version(session, row, self._catalogue))

    def alias(
        self, caller: Principal, task_name: TaskName, version: int, alias: AliasName, key: str | None = None
    ) -> GlobalModel:
        """Call a version so from now on, and no other one of its task.

        Raises:
            NotFoundError: No such version.
            InvalidRequestError: The name follows from what is.
        """
        as_asked = ["alias", task_name, str(version), alias]
        return self._changed(caller, task_name, version, key, as_asked, lambda act, row: give_alias(act, row, alias))

    def unalias(
        self, caller: Principal, task_name: TaskName, version: int, alias: AliasName, key: str | None = None
    ) -> GlobalModel:
        """Call a version so no longer; again is no error.

        Raises:
            NotFoundError: No such version.
            InvalidRequestError: The name follows from what is.
        """
        as_asked = ["unalias", task_name, str(version), alias]
        return self._changed(caller, task_name, version, key, as_asked, lambda act, row: take_alias(act, row, alias))

    def note(
        self, caller: Principal, task_name: TaskName, version: int, note: str, key: str | None = None
    ) -> GlobalModel:
        """Note something about a version, in place of what was noted; an empty text takes it away.

        Raises:
            NotFoundError: No such version.
        """
        as_asked = ["note", task_name, str(version), note]
        return self._changed(caller, task_name, version, key, as_asked, lambda act, row: _note(act, row, note))

    def _changed(
        self,
        caller: Principal,
        task_name: TaskName,
        version: int,
        key: str | None,
        as_asked: Sequence[str],
        change: Callable[[Act, GlobalModelRow], None],
    ) -> GlobalModel:
        """Change a version once for a key, and describe it as it is then."""
        with self._ledger.act(caller.actor) as act:
            row = versions.version_of(act.session, task_name, version)
            if idempotency.find(act.session, caller.actor, key, as_asked) is None:
                change(act, row)
                idempotency.keep(act, key, as_asked, str(version))
            return versions.describe_version(act.session, row, self._catalogue)


def _note(act: Act, row: GlobalModelRow, note: str) -> None:
    noted = note.strip() or None
    if row.note != noted:
        row.note = noted
        act.session.flush()
        act.tell(ModelNoted(task=row.task, version=row.version, note=noted))
