from envoy.inspection import Inspection
from envoy.table_checks import Defect


def test_a_look_without_a_task_finds_defects_alone() -> None:
    defect = Defect("patients.csv", None, None, "missing_file", "There is none.")
    found = Inspection((defect,))
    assert (found.defects, found.remarks, found.summary) == ((defect,), (), None)
