"""``fl-envoy check``: the hospital's tables, before anything is made of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer
from rich.table import Table

from contract.tasks import Task
from envoy.cli.program import (
    EXIT_DATA,
    AsJson,
    Data,
    MapFile,
    TaskOrFile,
    out,
    print_json,
    says_what_failed,
    tables_source,
    task_at_hand,
    with_map,
)
from envoy.settings import read_settings

if TYPE_CHECKING:
    from envoy.inspection import Inspection
    from envoy.table_checks import Defect


@says_what_failed
def check(data: Data = None, task: TaskOrFile = None, map_file: MapFile = None, as_json: AsJson = False) -> None:
    """Read the tables and name every defect; with a task also what it would be learned from. Sends nothing."""
    settings = with_map(read_settings(), map_file)
    source = tables_source(settings, data)
    if task is None and not settings.names_a_task:  # as it was before there were tasks to choose from
        from envoy.tables import inspect_tables  # late: pandas takes half a second

        defects = inspect_tables(source)
        if as_json:
            print_json([vars(defect) for defect in defects])
    else:
        from envoy.reading import inspect  # late: as above

        asked = task_at_hand(settings, task)
        found = inspect(asked, source)
        defects = found.defects
        if as_json:
            print_json(_facts(asked, found))
        else:
            _print_found(asked, found)
    if not as_json:
        _print_defects(defects)
    if defects:
        raise typer.Exit(EXIT_DATA)


def _print_defects(defects: "Sequence[Defect]") -> None:
    if not defects:
        out.print("No defects.")
        return
    table = Table("file", "column", "row", "how many", "what")
    for defect in defects:
        row = str(defect.row) if defect.row else ""
        table.add_row(defect.file, defect.column or "", row, str(defect.count), defect.sentence)
    out.print(table)


def _print_found(task: Task, found: "Inspection") -> None:
    out.print(f"Task {task.name}: {task.title}")
    summary = found.summary
    if summary is not None:
        happened = ""
        if summary.events is not None:
            happened = f"; the outcome happened in {summary.events:,} ({summary.events / summary.rows:.1%})"
        out.print(f"{summary.rows:,} rows of {summary.patients:,} patients{happened}.")
        missing = ", ".join(f"{name} {share:.1%}" for name, share in summary.missing.items())
        if missing:
            out.print(f"Missing: {missing}.")
    for remark in found.remarks:
        out.print(remark.sentence)


def _facts(task: Task, found: "Inspection") -> dict[str, object]:
    return {
        "task": task.name,
        "digest": task.digest,
        "summary": None if found.summary is None else {**vars(found.summary), "missing": dict(found.summary.missing)},
        "remarks": [vars(remark) for remark in found.remarks],
        "defects": [vars(defect) for defect in found.defects],
    }
