"""``fl-director token``."""

import json
from datetime import UTC, datetime

import pytest

from contract.names import EnvoyName
from director.cli import program
from director.cli.failures import EXIT_REFUSED, EXIT_USAGE
from director.members.access import LOCAL_ADMIN
from tests.director.cli.conftest import Run
from tests.federation_simulator import FederationSimulator, SimulatedHospital, eventually


def test_a_token_is_issued_listed_rotated_and_revoked(served: Run) -> None:
    issued = json.loads(served("token", "issue", "--role", "analyst", "--expires", "12h", "--json").stdout)
    listed = json.loads(served("token", "list", "--json").stdout)
    assert [each["id"] for each in listed] == [issued["id"]]
    assert issued["token"] not in served("token", "list").stdout
    rotated = json.loads(served("token", "rotate", issued["id"], "--overlap", "1h", "--json").stdout)
    assert rotated["id"] != issued["id"]
    revoked = served("token", "revoke", rotated["id"], "--yes")
    assert (revoked.exit_code, revoked.stdout) == (0, f"Token {rotated['id']} is revoked.\n")
    ends = {each["id"]: each["revoked_at"] is not None for each in json.loads(served("token", "list", "--json").stdout)}
    assert ends == {issued["id"]: False, rotated["id"]: True}


def test_a_secret_is_printed_alone_so_that_a_script_may_take_it(served: Run) -> None:
    issued = served("token", "issue", "--role", "admin")
    assert issued.stdout.startswith("fld_")
    assert len(issued.stdout.split()) == 1
    assert "not shown again" in issued.stderr
    id_ = issued.stderr.splitlines()[1].split()[1].rstrip(",")  # below the line that names the data folder
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
    assert served("token", "list", "--all").stdout.count("analyst") == 5


def test_a_token_of_staff_names_its_hospital_and_its_person(served: Run, hospital: SimulatedHospital) -> None:
    given = ("--role", "staff", "--envoy", "KUTRRH", "--person", "Jane Wanjiru")
    issued = json.loads(served("token", "issue", *given, "--json").stdout)
    assert (issued["role"], issued["envoy_name"], issued["person"]) == ("staff", "KUTRRH", "Jane Wanjiru")
    listed = json.loads(served("token", "list", "--json").stdout)
    assert {each["id"]: each["person"] for each in listed}[issued["id"]] == "Jane Wanjiru"
    assert "Jane Wanjiru (KUTRRH)" in served("token", "list").stdout


def test_the_list_shows_what_holds_whose_it_is_and_which_is_in_use(
    served: Run, federation: FederationSimulator
) -> None:
    federation.clock.now = datetime.now(UTC)  # as the command's own
    assert "No token holds." in served("token", "list").stdout
    hospital = federation.enrol("KNH")
    ids = {name: federation.director.members.issue_token(LOCAL_ADMIN, "analyst").id for name in ("revoked", "unused")}
    first = next(each for each in json.loads(served("token", "list", "--json").stdout) if each["role"] == "hospital")
    hospital.send_statistics()
    rotated = json.loads(served("token", "rotate", first["id"], "--json").stdout)
    federation.director.members.note_use()
    assert served("token", "revoke", ids["revoked"], "--yes").exit_code == 0
    lines = {line.split()[1]: line for line in served("token", "list").stdout.splitlines() if line.startswith("│")}
    assert {first["id"], rotated["id"], ids["unused"]} <= set(lines)
    assert ids["revoked"] not in lines
    assert " KNH's machine " in lines[first["id"]]
    assert " in use " in lines[first["id"]]
    assert rotated["id"] in lines[first["id"]]
    assert " never used " in lines[rotated["id"]]
    assert " nobody named " in lines[ids["unused"]]
    everything = served("token", "list", "--all").stdout
    assert "revoked 20" in everything
    assert "1 that hold no more are not shown: fl-director token list --all" in served("token", "list").stdout
    served("envoy", "disable", "KNH", "--yes")
    assert served("token", "list").stdout.count("KNH") == 0
    assert served("token", "list", "--all").stdout.count("hospital disabled") == 2


def test_revoking_asks_and_names_whose_token_ends(served: Run, federation: FederationSimulator) -> None:
    federation.clock.now = datetime.now(UTC)
    hospital = federation.enrol("KNH")
    staff = federation.director.members.issue_token(LOCAL_ADMIN, "staff", EnvoyName("KNH"), person="Jane Wanjiru")
    others = federation.token("analyst")
    asked = served("token", "revoke", staff.id)
    assert (asked.exit_code, asked.stdout) == (EXIT_USAGE, "")
    assert f"Token {staff.id} of Jane Wanjiru (KNH), never used, stops to hold" in asked.stderr
    assert "--yes" in asked.stderr
    asked = served("token", "revoke", "--envoy", "knh")
    assert asked.exit_code == EXIT_USAGE
    assert "Of KNH 2 tokens (" in asked.stderr
    assert federation.http.get("/tasks", headers=hospital.headers).status_code == 200
    done = served("token", "revoke", "--envoy", "knh", "--yes")
    assert done.exit_code == 0
    assert "of KNH's machine is revoked." in done.stdout
    assert f"Token {staff.id} of Jane Wanjiru (KNH) is revoked." in done.stdout
    eventually(lambda: federation.http.get("/tasks", headers=hospital.headers).status_code == 401)
    assert federation.http.get("/tasks", headers={"Authorization": f"Bearer {others}"}).status_code == 200
    assert "no token that could be revoked" in served("token", "revoke", "--envoy", "KNH").stdout
    assert served("token", "revoke", staff.id).exit_code == 0  # again takes nothing away: nobody is asked


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
        (["revoke"], EXIT_USAGE),
        (["revoke", "nothing", "--envoy", "KNH"], EXIT_USAGE),
        (["revoke", "--envoy", "Nowhere", "--yes"], EXIT_REFUSED),
        (["rotate", "nothing"], EXIT_REFUSED),
        (["rotate", "nothing", "--overlap", "later"], EXIT_USAGE),
    ],
)
def test_each_failure_has_its_exit_code(served: Run, arguments: list[str], code: int) -> None:
    failed = served("token", *arguments)
    assert (failed.exit_code, failed.stdout) == (code, "")
    assert failed.stderr
    assert json.loads(served("token", "list", "--json").stdout) == []
