"""``fl-director statistics``."""

import json

import pytest

from director.cli.failures import EXIT_REFUSED, EXIT_USAGE
from tests.director.cli.conftest import Run
from tests.federation_simulator import FederationSimulator, SimulatedHospital


@pytest.fixture
def suspect(federation: FederationSimulator, five_hospitals: list[SimulatedHospital]) -> SimulatedHospital:
    """A sixth hospital whose statistics are far from all others'."""
    newcomer = federation.enrol("Newcomer")
    report = {"num_examples": 50, "mean": [500.0], "m2": newcomer.own_scaler.m2}
    assert federation.http.post("/statistics/Newcomer", json=report, headers=newcomer.headers).status_code == 202
    return newcomer


def test_a_report_in_quarantine_is_listed_released_and_rejected(served: Run, suspect: SimulatedHospital) -> None:
    listed = json.loads(served("statistics", "list", "--json").stdout)
    assert (listed[0]["envoy_name"], listed[0]["verdict"]) == ("Newcomer", "quarantined")
    assert "quarantined" in served("statistics", "list").stdout
    released = served("statistics", "release", "newcomer", 1, "--reason", "a hospice")
    assert (released.exit_code, released.stdout.splitlines()[0]) == (
        0,
        "Newcomer, diagnosis_count, statistics 1: admitted",
    )
    rejected = json.loads(served("statistics", "reject", "Newcomer", 1, "--reason", "no hospice", "--json").stdout)
    assert (rejected["verdict"], rejected["decision"]["by"]) == ("rejected", "admin:cli")


def test_the_start_is_let_follow_the_reports_that_count(
    served: Run, federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
) -> None:
    first = five_hospitals[0]
    before = first.start()
    first.counts = first.counts + 1
    first.send_statistics()
    assert first.start() == before
    merged = json.loads(served("statistics", "merge", "--json").stdout)
    assert merged == first.start() != before
    assert served("statistics", "merge").stdout.startswith(f"Hospitals start from {merged['base']}, behind the merged")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["merge", "--task", "No Such"], EXIT_USAGE),
        (["merge", "--task", "no_such"], EXIT_REFUSED),
        (["list", "--task", "No Such"], EXIT_USAGE),
        (["release", "Newcomer", "1"], EXIT_USAGE),
        (["release", "Newcomer", "1", "--reason", ""], EXIT_USAGE),
        (["release", "Newcomer", "one", "--reason", "seen"], EXIT_USAGE),
        (["release", "no name", "1", "--reason", "seen"], EXIT_USAGE),
        (["release", "Newcomer", "2", "--reason", "seen"], EXIT_REFUSED),
        (["reject", "Nowhere", "1", "--reason", "seen"], EXIT_REFUSED),
    ],
)
def test_each_failure_has_its_exit_code(
    served: Run, suspect: SimulatedHospital, arguments: list[str], code: int
) -> None:
    failed = served("statistics", *arguments)
    assert (failed.exit_code, failed.stdout) == (code, "")
    assert json.loads(served("statistics", "list", "--json").stdout)[0]["verdict"] == "quarantined"
