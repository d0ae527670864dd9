"""What a hospital's export must hold for a task: the header, and in words what belongs below it. Pure."""

import csv
import io
from collections.abc import Iterator

from contract.director_problems import shown
from contract.tasks import Task
from envoy.errors import PolicyError
from envoy.in_words import ColumnInWords, features_in_words
from envoy.own_table.table_map import PATIENT, declared


def header_of(task: Task) -> str:
    """Give the line of the columns' names, comma-separated.

    Raises:
        PolicyError: The task is not of a hospital's own table.
    """
    if task.source != "table":
        raise PolicyError(
            f"Task {task.name} is made from MIMIC-IV's tables.", hint="They need no template: docs/hospital.md."
        )
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow([PATIENT, *declared(task)])
    return text.getvalue()


def columns_in_words(task: Task) -> Iterator[ColumnInWords]:
    """Say of each column of the header, in its order, what it holds."""
    yield ColumnInWords(PATIENT, "", "the patient's key: any text, the same in all of a patient's rows", "refused", "")
    seen: set[str] = set()
    for each in features_in_words(task):
        if each.column not in seen:  # two features may be made of one column
            yield each
        seen.add(each.column)
    outcome = "0 or 1 (false or true, no or yes)" if task.is_binary else "number"
    label = shown(task.label, 300)
    yield ColumnInWords(shown(task.outcome.source, 300), "", f"the outcome: {outcome}: {label}", "refused", "")
