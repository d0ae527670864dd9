"""What a look at a hospital's tables finds, for a task or for none: defects, remarks, and figures that stay here."""

from collections.abc import Mapping
from dataclasses import dataclass

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
