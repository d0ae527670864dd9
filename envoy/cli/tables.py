"""``fl-envoy check``: the hospital's tables, before anything is made of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from contract.tasks import Task
from envoy.cli.program import (
    EXIT_DATA,
    EXIT_POLICY,
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
from envoy.cli.reading_shown import reading_shown
from envoy.errors import PolicyError
from envoy.settings import EnvoySettings, read_settings
from envoy.table_sources import TableSource

if TYPE_CHECKING:
    from envoy.inspection import Inspection, Summary
    from envoy.table_checks import Defect


@says_what_failed
def check(data: Data = None, task: TaskOrFile = None, map_file: MapFile = None, as_json: AsJson = False) -> None:
    """Read the tables, name every defect, and say what the task would be learned from. Sends nothing."""
    settings = with_map(read_settings(), map_file)
    source = tables_source(settings, data)
    from envoy.reading import inspect  # late: pandas takes half a second

    asked = task_at_hand(settings, task)
    with reading_shown(as_json=as_json):
        found = inspect(asked, source)
    prospect = _prospect(settings, asked, found)
    if as_json:
        print_json(_facts(asked, source, found, prospect))
    else:
        for line in _lines(asked, source, found, prospect):
            out.print(line)
    if found.defects:
        raise typer.Exit(EXIT_DATA)
    if prospect is not None and prospect.refusal is not None:
        raise typer.Exit(EXIT_POLICY)


@dataclass(frozen=True)
class _Prospect:
    """Whether training would begin.

    Args:
        examples: Rows that it would train on.
        needed: The fewest that it trains on.
        refusal: What it would say; None: it would begin.
    """

    examples: int
    needed: int
    refusal: PolicyError | None


def _prospect(settings: EnvoySettings, task: Task, found: "Inspection") -> _Prospect | None:
    """Split the cohort as ``train`` does, and ask the rule that it asks."""
    from envoy.submission import split_patients  # late: as above

    if found.cohort is None:
        return None
    data = split_patients(task, found.cohort, seed=settings.seed, held_out_share=settings.held_out_share)
    refusal = None
    try:
        settings.rules.require_enough(task, data.num_examples)
    except PolicyError as error:
        refusal = error
    return _Prospect(data.num_examples, settings.rules.fewest_examples(task), refusal)


def _lines(task: Task, source: TableSource, found: "Inspection", prospect: _Prospect | None) -> Iterator[str]:
    """Say everything, a line each: a line is never cut, however narrow the terminal."""
    yield f"Tables in {source}:" if found.read or found.missing else f"Tables in {source}: none could be read."
    for each in found.read:
        yield f"  {each.file}: {each.rows:,} rows of {each.patients:,} patients"
        for copy in each.copies:
            yield f"    {copy} says the same, and is not read"
    for table, instead in found.missing.items():
        yield f"  {table}: not found, so not checked. {instead}".rstrip()
    yield f"Task {task.name}: {task.title}"
    if found.summary is not None:
        yield from _summed_up(found.summary)
    for remark in found.remarks:
        yield remark.sentence
    if prospect is not None and prospect.refusal is None:
        yield f"Enough to train: {prospect.examples:,} rows to train on, and {prospect.needed:,} are needed."
    yield from _defects(found.defects)
    if prospect is not None and prospect.refusal is not None:
        yield f"Not enough to train: {prospect.refusal.sentence} {prospect.refusal.hint}"


def _summed_up(summary: "Summary") -> Iterator[str]:
    happened = ""
    if summary.events is not None and summary.rows:
        happened = f"; the outcome happened in {summary.events:,} ({summary.events / summary.rows:.1%})"
    yield f"{summary.rows:,} rows of {summary.patients:,} patients{happened}."
    if summary.classes:
        yield f"Patients by class: {', '.join(f'{name} {count:,}' for name, count in summary.classes.items())}."
    if summary.missing:
        yield f"Missing: {', '.join(f'{name} {share:.1%}' for name, share in summary.missing.items())}."


def _defects(defects: "Sequence[Defect]") -> Iterator[str]:
    from envoy.tables import place_of  # late: as above

    if not defects:
        yield "No defects."
        return
    yield f"Defects, to be mended before anything is trained: {len(defects):,}"
    for defect in defects:
        rows = f" ({defect.count:,} rows)" if defect.count > 1 else ""
        yield f"  {place_of(defect)}: {defect.sentence}{rows}"


def _facts(task: Task, source: TableSource, found: "Inspection", prospect: _Prospect | None) -> Mapping[str, object]:
    summary = found.summary
    return {
        "task": task.name,
        "digest": task.digest,
        "data": str(source),
        "tables": [{**vars(each), "copies": list(each.copies)} for each in found.read],
        "not_checked": list(found.missing),
        "summary": None
        if summary is None
        else {**vars(summary), "missing": dict(summary.missing), "classes": dict(summary.classes)},
        "training": None
        if prospect is None
        else {
            "rows": prospect.examples,
            "needed": prospect.needed,
            "is_enough": prospect.refusal is None,
            "why_not": None if prospect.refusal is None else prospect.refusal.sentence,
        },
        "remarks": [vars(remark) for remark in found.remarks],
        "defects": [vars(defect) for defect in found.defects],
    }
