"""What a look at a hospital's tables finds, for a task or for none: defects, remarks, and figures that stay here."""

from collections.abc import Mapping
from dataclasses import dataclass

from contract.tasks import Task
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
class Summary:
    """What a task's cohort is like here; for the hospital's own eyes.

    Args:
        rows: Patients or admissions that could be learned from.
        patients: Whose they are.
        events: Rows in which a binary outcome happened; None: it has levels.
        missing: Feature → share of rows that have no value of it, of those that may have none.
    """

    rows: int
    patients: int
    events: int | None
    missing: Mapping[str, float]

    @classmethod
    def of(cls, task: Task, cohort: Cohort, missing: Mapping[str, float]) -> "Summary":
        """Count a task's cohort."""
        events = int((cohort.labels == 1).sum()) if task.is_binary else None
        return cls(len(cohort), cohort.patients, events, missing)


@dataclass(frozen=True)
class Inspection:
    """What was found.

    Args:
        defects: What must be mended, in the tables or in the task: nothing is trained before.
        remarks: What should be known.
        summary: None where there is no task, or no cohort could be made.
    """

    defects: tuple[Defect, ...]
    remarks: tuple[Remark, ...] = ()
    summary: Summary | None = None


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
