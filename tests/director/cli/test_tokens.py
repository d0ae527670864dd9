"""``fl-director token``."""

import json

import pytest

from director.cli import program
from director.cli.program import EXIT_REFUSED, EXIT_USAGE
from tests.director.cli.conftest import Run
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_a_token_is_issued_listed_rotated_and_revoked(served: Run) -> None:
    issued = json.loads(served("token", "issue", "--role", "analyst", "--expires", "12h", "--json").stdout)
    listed = json.loads(served("token", "list", "--json").stdout)
    assert [each["id"] for each in listed] == [issued["id"]]
    assert issued["token"] not in served("token", "list").stdout
    rotated = json.loads(served("token", "rotate", issued["id"], "--overlap", "1h", "--json").stdout)
    assert rotated["id"] != issued["id"]
    revoked = served("token", "revoke", rotated["id"])
    assert (revoked.exit_code, revoked.stdout) == (0, f"Token {rotated['id']} is revoked.\n")
    ends = {each["id"]: each["revoked_at"] is not None for each in json.loads(served("token", "list", "--json").stdout)}
    assert ends == {issued["id"]: False, rotated["id"]: True}


def test_a_secret_is_printed_alone_so_that_a_script_may_take_it(served: Run) -> None:
    issued = served("token", "issue", "--role", "admin")
    assert issued.stdout.startswith("fld_")
    assert len(issued.stdout.split()) == 1
    assert "not shown again" in issued.stderr
    id_ = issued.stderr.split()[1].rstrip(",")
    rotated = served("token", "rotate", id_, "--overlap", "0")
    assert len(rotated.stdout.split()) == 1
    assert f"The old one, {id_}, holds until" in rotated.stderr


def test_the_list_goes_on_to_its_end(
    served: Run, federation: FederationSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        federation.token("analyst")
    monkeypatch.setattr(program, "MAX_PAGE", 2)
    assert len(json.loads(served("token", "list", "--json").stdout)) == 5
    assert served("token", "list").stdout.count("analyst") == 5


def test_a_token_of_staff_names_its_hospital_and_its_person(served: Run, hospital: SimulatedHospital) -> None:
    given = ("--role", "staff", "--envoy", "KUTRRH", "--person", "Jane Wanjiru")
    issued = json.loads(served("token", "issue", *given, "--json").stdout)
    assert (issued["role"], issued["envoy_name"], issued["person"]) == ("staff", "KUTRRH", "Jane Wanjiru")
    listed = json.loads(served("token", "list", "--json").stdout)
    assert {each["id"]: each["person"] for each in listed}[issued["id"]] == "Jane Wanjiru"
    assert "Wanjiru" in served("token", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["issue", "--role", "king"], EXIT_USAGE),
        (["issue"], EXIT_USAGE),
        (["issue", "--role", "analyst", "--expires", "soon"], EXIT_USAGE),
        (["issue", "--role", "hospital", "--envoy", "no name"], EXIT_USAGE),
        (["issue", "--role", "hospital", "--envoy", "Nowhere"], EXIT_REFUSED),
        (["issue", "--role", "hospital"], EXIT_REFUSED),
        (["issue", "--role", "staff", "--person", "Jane Wanjiru"], EXIT_REFUSED),
        (["issue", "--role", "admin", "--person", ""], EXIT_USAGE),
        (["revoke", "nothing"], EXIT_REFUSED),
        (["rotate", "nothing"], EXIT_REFUSED),
        (["rotate", "nothing", "--overlap", "later"], EXIT_USAGE),
    ],
)
def test_each_failure_has_its_exit_code(served: Run, arguments: list[str], code: int) -> None:
    failed = served("token", *arguments)
    assert (failed.exit_code, failed.stdout) == (code, "")
    assert failed.stderr
    assert json.loads(served("token", "list", "--json").stdout) == []
