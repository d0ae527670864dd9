"""Whether the hospital's tables are where the settings say, and may be read: quickly, no row of them is looked at."""

from collections.abc import Iterator

from contract.findings import Finding, bad, ok
from contract.machine_findings import shown_bytes
from contract.tasks import Task
from envoy.own_table.place import find_own
from envoy.table_files import TableFileError
from envoy.table_sources import FoundTable, TableSource

OF_MIMIC = ("patients", "admissions", "diagnoses_icd")
"""What every task of MIMIC-IV's tables reads (held to the readers by a test)."""
_CHECK = "fl-envoy check says more."


def table_findings(task: Task, source: TableSource) -> Iterator[Finding]:
    """Look for a task's tables, and read a byte of each.

    Raises:
        OSError: A folder or a table can't be read.
        EnvoyError: The map that the settings name is not there.
    """
    if task.source == "table":
        try:
            files = find_own(task, source)
        except TableFileError as error:
            yield bad("tables", error.sentence, error.hint or _CHECK)
            return
        found, missing = [each for each in (files.table, files.map_file) if each is not None], []
    elif source.absence is not None:
        yield bad("tables", source.absence, "Correct ENVOY_DATA, or data in envoy.toml.")
        return
    else:
        first = {name: next(source.copies(name), None) for name in OF_MIMIC}
        found = [each for each in first.values() if each is not None]
        missing = [name for name, each in first.items() if each is None]
    for name in missing:
        yield bad("tables", f"{source} holds no {name}, which {task.name} is learned from.", _CHECK)
    for each in found:
        yield _readable(each)


def _readable(table: FoundTable) -> Finding:
    with table.open() as stream:
        is_empty = not stream.read(1)
    if is_empty:
        return bad("tables", f"{table.name} is empty.", "Export it again.")
    size = (table.signature or (0,))[-1]
    return ok("tables", f"{table.name} can be read{f', {shown_bytes(size)}' if isinstance(size, int) else ''}.")
