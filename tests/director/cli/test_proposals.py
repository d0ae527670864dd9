"""``fl-director proposal``; and what the commands say where over HTTP a second admin would have been asked."""

import json

import pytest

from director.cli.failures import EXIT_REFUSED, EXIT_USAGE
from tests.director.cli.conftest import Run
from tests.federation_simulator import FederationSimulator

SAID = "No second admin was asked"


def test_what_waits_is_listed_and_shown(served: Run, federation: FederationSimulator) -> None:
    number = federation.waiting_proposal("KNH")
    # the simulator's clock stands at a day that is long past for the command's own
    assert json.loads(served("proposal", "list", "--json").stdout)[0]["subject"] == "KNH"
    assert "Amina" in served("proposal", "list").stdout
    assert "Amina" in served("proposal", "list", "--state", "expired").stdout
    assert "Amina" not in served("proposal", "list", "--state", "open").stdout
    shown = served("proposal", "show", number).stdout
    assert f"proposal {number}: disable KNH (expired)" in shown
    assert "proposed by Amina (admin:000000000000), 2026-01-01 08:00 UTC" in shown
    assert json.loads(served("proposal", "show", number, "--json").stdout)["person"] == "Amina"


def test_what_became_of_it_is_shown_with_the_reason(served: Run, federation: FederationSimulator) -> None:
    number = federation.waiting_proposal("KNH")
    federation.name_person(federation.admin, "Baraka")
    federation.http.post(f"/proposals/{number}/decline", json={"reason": "It is back"}, headers=federation.admin)
    shown = served("proposal", "show", number).stdout
    assert f"proposal {number}: disable KNH (declined)" in shown
    assert "declined by Baraka (admin:" in shown
    assert "because: It is back" in shown


def test_each_failure_has_its_exit_code(served: Run) -> None:
    assert served("proposal", "list", "--state", "perhaps").exit_code == EXIT_USAGE
    assert served("proposal", "show", 7).exit_code == EXIT_REFUSED


def test_a_command_acts_at_once_and_says_that_nobody_was_asked(
    served: Run, federation: FederationSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    federation.enrol("KNH").train_and_upload()
    commands = (["aggregate"], ["model", "publish", "1", "--reason", "seen"], ["envoy", "disable", "KNH", "--yes"])
    monkeypatch.setenv("DIRECTOR_TWO_ADMINS", '["publish", "disable"]')
    for command in commands:
        ran = served(*command)
        assert ran.exit_code == 0, ran.output
        assert SAID in ran.stderr
        assert SAID not in ran.stdout
    monkeypatch.setenv("DIRECTOR_TWO_ADMINS", '["release"]')
    for command in commands[1:]:
        ran = served(*command)
        assert (ran.exit_code, SAID in ran.stderr) == (0, False)
