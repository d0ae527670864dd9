"""Where a defect was found."""

from envoy.tables import Defect

DIAGNOSES = "hosp/diagnoses_icd.csv"

Found = tuple[str, str | None, int | None, str]  # file, column, row, kind


def place(defect: Defect) -> Found:
    return defect.file, defect.column, defect.row, defect.kind
