"""``fl-director envoy``."""

import json
from datetime import UTC, datetime

import pytest

from director.cli import program
from director.cli.failures import EXIT_REFUSED, EXIT_USAGE
from tests.director.cli.conftest import Run
from tests.federation_simulator import FederationSimulator, eventually


def test_a_hospital_is_added_joins_and_is_disabled(served: Run, federation: FederationSimulator) -> None:
    added = served("envoy", "add", "KNH")
    assert "fl-envoy join --director URL --code CODE" in added.stderr
    assert federation.http.post("/join", json={"code": added.stdout.strip()}).status_code == 201
    assert json.loads(served("envoy", "add", "MTRH", "--json").stdout)["envoy_name"] == "MTRH"
    assert served("envoy", "disable", "knh", "--yes").stdout == "KNH is disabled.\n"
    states = {each["envoy_name"]: each["state"] for each in json.loads(served("envoy", "list", "--json").stdout)}
    assert states == {"KNH": "disabled", "MTRH": "enrolled"}


def test_the_list_goes_on_to_its_end_and_names_the_current_versions(
    served: Run, federation: FederationSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["Embu", "KNH", "KUTRRH", "Mbagathi", "MTRH"]
    for name in names:
        federation.enrol(name)
    federation.hospitals["KNH"].train_and_upload()
    monkeypatch.setattr(program, "MAX_PAGE", 2)
    listed = json.loads(served("envoy", "list", "--json").stdout)
    assert [each["envoy_name"] for each in listed] == names
    table = served("envoy", "list").stdout
    assert all(name in table for name in names)
    assert table.count("diagnosis_count 1") == 1


def test_what_is_expected_of_a_hospital_is_said_shown_and_taken_back(
    served: Run, federation: FederationSimulator
) -> None:
    assert served("envoy", "add", "KNH", "--expect", 20000).exit_code == 0
    (listed,) = json.loads(served("envoy", "list", "--json").stdout)
    assert listed["expected_examples"] == 20000
    assert "20000" in served("envoy", "list").stdout
    assert served("envoy", "expect", "knh", 400).stdout == "KNH counts for at most 400 examples.\n"
    assert json.loads(served("envoy", "expect", "KNH", "none", "--json").stdout) == {
        "envoy_name": "KNH", "num_examples": None,
    }  # fmt: skip
    assert served("envoy", "expect", "KNH", "none").stdout.startswith("Nothing is expected of KNH")
    assert [line["num_examples"] for line in federation.log_lines("envoy.expect")] == [20000, 400, None]


def test_disabling_asks_and_names_what_ends_and_once_it_is_done_asks_no_more(
    served: Run, federation: FederationSimulator
) -> None:
    federation.clock.now = datetime.now(UTC)  # as the command's own
    hospital = federation.enrol("KNH")
    asked = served("envoy", "disable", "knh")
    assert (asked.exit_code, asked.stdout) == (EXIT_USAGE, "")
    assert "KNH is cut off at once: token " in asked.stderr
    assert "say it again with --yes; nothing was done." in asked.stderr
    assert federation.http.get("/tasks", headers=hospital.headers).status_code == 200
    done = served("envoy", "disable", "KNH", "--yes")
    assert (done.exit_code, "fl-director envoy enable KNH" in done.stderr) == (0, True)
    assert served("envoy", "disable", "KNH").exit_code == 0


def test_a_disabled_hospital_is_enabled_again(served: Run, federation: FederationSimulator) -> None:
    hospital = federation.enrol("KNH")
    served("envoy", "disable", "KNH", "--yes")
    assert served("envoy", "enable", "knh").stdout == "KNH is active.\n"
    eventually(lambda: federation.http.get("/tasks", headers=hospital.headers).status_code == 200)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["add", "no name"], EXIT_USAGE),
        (["add", "KNH", "--expect", "0"], EXIT_USAGE),
        (["expect", "Nowhere", "400"], EXIT_REFUSED),
        (["expect", "Nowhere", "0"], EXIT_USAGE),
        (["expect", "Nowhere", "many"], EXIT_USAGE),
        (["expect", "Nowhere", "9" * 5000], EXIT_USAGE),
        (["enable", "Nowhere"], EXIT_REFUSED),
        (["add", "CON"], EXIT_USAGE),
        (["add"], EXIT_USAGE),
        (["disable", "Nowhere"], EXIT_REFUSED),
        (["disable", "no name"], EXIT_USAGE),
    ],
)
def test_each_failure_has_its_exit_code(served: Run, arguments: list[str], code: int) -> None:
    failed = served("envoy", *arguments)
    assert (failed.exit_code, failed.stdout) == (code, "")
    assert json.loads(served("envoy", "list", "--json").stdout) == []
