"""What a look at a hospital's tables finds, for a task or for none: defects, remarks, and figures that stay here."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from contract.tasks import RISK_LEVELS, Task
from envoy.cohort import Cohort
from envoy.leak_probes import HIGHEST_HONEST, can_be_judged, separating
from envoy.table_checks import Defect


@dataclass(frozen=True)
class Remark:
    """Something that stops nobody, and that somebody should know: rows that are left out, codes that map to nothing.

    Args:
        kind: Stable word for programs.
        sentence: For a person; quotes no row.
        count: How many rows it is about.
    """

    kind: str
    sentence: str
    count: int


@dataclass(frozen=True)
class TableRead:
    """A table that was read, for the hospital's own eyes.

    Args:
        table: What it is.
        file: Where it lies.
        rows: How many it has, sound or not.
        patients: Whose its sound rows are.
        copies: Files that say the same, and were not read.
    """

    table: str
    file: str
    rows: int
    patients: int
    copies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Summary:
    """What a task's cohort is like here; for the hospital's own eyes.

    Args:
        rows: Patients or admissions that could be learned from.
        patients: Whose they are.
        events: Rows in which a binary outcome happened; None: it has levels.
        missing: Feature → share of rows that have no value of it, of those that may have none.
        classes: What is learned → how many patients have a row of it.
    """

    rows: int
    patients: int
    events: int | None
    missing: Mapping[str, float]
    classes: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, task: Task, cohort: Cohort, missing: Mapping[str, float]) -> "Summary":
        """Count a task's cohort."""
        events = int((cohort.labels == 1).sum()) if task.is_binary else None
        names = ("without the outcome", "with the outcome") if task.is_binary else RISK_LEVELS
        classes = {name: len(np.unique(cohort.subject_ids[cohort.labels == label])) for label, name in enumerate(names)}
        return cls(len(cohort), cohort.patients, events, missing, classes)


@dataclass(frozen=True)
class Inspection:
    """What was found.

    Args:
        defects: What must be mended, in the tables or in the task: nothing is trained before.
        remarks: What should be known.
        summary: None where no cohort could be made.
        cohort: What the summary is of.
        read: The tables that there are, as far as they could be read.
        missing: Tables that are not there, and so not checked → what lies there instead, or nothing.
    """

    defects: tuple[Defect, ...]
    remarks: tuple[Remark, ...] = ()
    summary: Summary | None = None
    cohort: Cohort | None = field(default=None, compare=False)
    read: tuple[TableRead, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)


def leaks_of(task: Task, cohort: Cohort, file: str) -> tuple[tuple[Defect, ...], tuple[Remark, ...]]:
    """Look in a cohort for inputs that tell a binary outcome by themselves; say where nothing can be said.

    Args:
        task: The task.
        cohort: All its rows here.
        file: What the defects are in.
    """
    if not task.is_binary:
        return (), ()
    events = int((cohort.labels == 1).sum())
    if not can_be_judged(cohort):
        fewer = min(events, len(cohort) - events)
        what = "have the outcome" if fewer == events else "don't have it"
        return (), (
            Remark("too_few_outcomes", f"Too few outcomes to judge: 11 are needed of those who {what}.", fewer),
        )
    return tuple(
        Defect(
            file,
            found.feature.source,
            None,
            "leak",
            f"{found.feature.name} tells the outcome by itself ({found.by}: AUROC {found.area:.3f}, at least "
            f"{found.lower:.3f}; above {HIGHEST_HONEST:.2f} is not believed): is it the outcome under another name, or "
            "known only after it?",
        )
        for found in separating(task, cohort)
    ), ()
