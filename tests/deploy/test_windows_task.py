"""``deploy/windows``: a task as Windows' scheduler describes one. It can't run here; what it says can be read."""

from xml.etree import ElementTree

from tests.deploy.programs import is_one_of_ours
from tests.deploy.units import ROOT
from tests.snippets.blocks import page_text

FILE = ROOT / "deploy" / "windows" / "fl-envoy-task.xml"
TASK = ElementTree.fromstring(FILE.read_text())  # noqa: S314  # our own file
_SCHEMA = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def said(path: str) -> str:
    found = TASK.find("/".join(_SCHEMA + each for each in path.split("/")))
    assert found is not None, path
    return str(found.text)


def test_it_runs_a_command_that_there_is_with_no_more_rights_than_its_account_has() -> None:
    program = said("Actions/Exec/Command").rpartition("\\")[2].removesuffix(".exe")
    assert is_one_of_ours([program, *said("Actions/Exec/Arguments").split()])
    assert said("Principals/Principal/RunLevel") == "LeastPrivilege"
    assert [each.tag for each in TASK] == [
        _SCHEMA + each for each in ("RegistrationInfo", "Triggers", "Principals", "Settings", "Actions")
    ]  # which is their order in the schema
    assert TASK[-1].get("Context") == TASK[2][0].get("id")


def test_nothing_ends_it_and_it_begins_anew() -> None:
    assert said("Settings/ExecutionTimeLimit") == "PT0S"
    assert (said("Settings/RestartOnFailure/Interval"), said("Settings/RestartOnFailure/Count")) == ("PT1M", "999")
    assert said("Settings/MultipleInstancesPolicy") == "IgnoreNew"


def test_it_is_the_task_of_the_page_for_windows() -> None:
    page = page_text("docs/windows.md")
    for each in ("Actions/Exec/Command", "Actions/Exec/Arguments", "Actions/Exec/WorkingDirectory"):
        assert f"'{said(each)}'" in page
    assert f"-User '{said('Principals/Principal/UserId')}'" in page
    assert f"-RestartCount {said('Settings/RestartOnFailure/Count')}" in page


def test_either_way_of_registering_it_can_read_it() -> None:
    assert FILE.read_bytes().isascii()
    assert not FILE.read_bytes().startswith(b"<?xml")
