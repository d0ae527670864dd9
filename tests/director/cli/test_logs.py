"""``fl-director logs``."""

import json

from director.cli import logs
from director.cli.failures import EXIT_REFUSED
from tests.director.cli.conftest import Run
from tests.federation_simulator import FederationSimulator


def test_the_newest_lines_come_oldest_first(served: Run, federation: FederationSimulator) -> None:
    federation.enrol("KNH").train_and_upload()
    lines = served("logs", "--lines", 3).stdout.splitlines()
    assert [json.loads(line) for line in lines] == federation.log_lines()[-3:]
    assert json.loads(served("logs", "-n", 1, "--json").stdout) == federation.log_lines()[-1:]


def test_a_hospitals_training_logs(served: Run, federation: FederationSimulator) -> None:
    federation.enrol("KNH").train_and_upload()
    admitted, epoch = (json.loads(line) for line in served("logs", "--envoy", "knh").stdout.splitlines())
    assert (admitted["event"], admitted["version"], epoch) == ("admitted", 1, {"epoch": 1, "loss": 0.5})


def test_what_is_not_there_is_said(served: Run, federation: FederationSimulator) -> None:
    federation.enrol("MTRH")
    nothing = served("logs", "--envoy", "MTRH")
    assert (nothing.exit_code, "There is no MTRH.log yet." in nothing.stderr) == (EXIT_REFUSED, True)
    assert served("logs", "--envoy", "KNH").exit_code == EXIT_REFUSED


def test_of_a_long_log_only_the_end_is_read(served: Run, federation: FederationSimulator, monkeypatch) -> None:
    federation.enrol("KNH")
    monkeypatch.setattr(logs, "_LONGEST_LOOK_BYTES", 400)
    found = served("logs").stdout.splitlines()
    assert 0 < len(found) < len(federation.log_lines())
    assert json.loads(found[-1]) == federation.log_lines()[-1]
