"""``fl-director submission``."""

import json

import pytest

from director.cli.failures import EXIT_REFUSED, EXIT_USAGE
from tests.director.cli.conftest import Run
from tests.federation_simulator import FederationSimulator, SimulatedHospital


@pytest.fixture
def id_(federation: FederationSimulator, hospital: SimulatedHospital) -> str:
    return str(hospital.train_and_upload()["id"])


def test_a_submission_is_listed_shown_and_rejected_with_a_reason(served: Run, id_: str) -> None:
    listed = json.loads(served("submission", "list", "--envoy", "kutrrh", "--task", "diagnosis_count", "--json").stdout)
    assert [each["id"] for each in listed] == [id_]
    assert id_ in served("submission", "list").stdout
    shown = served("submission", "show", id_).stdout
    assert "KUTRRH, diagnosis_count, version 1: admitted" in shown
    assert "num_examples" in shown
    rejected = served("submission", "reject", id_, "--reason", "a [bold]swapped column")
    assert rejected.exit_code == 0
    assert "rejected by admin:cli: a [bold]swapped column" in rejected.stdout
    assert json.loads(served("submission", "list", "--verdict", "admitted", "--json").stdout) == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["list", "--verdict", "perhaps"], EXIT_USAGE),
        (["list", "--envoy", "no name"], EXIT_USAGE),
        (["show", "nothing"], EXIT_REFUSED),
        (["reject", "ID"], EXIT_USAGE),
        (["reject", "ID", "--reason", " "], EXIT_USAGE),
        (["release", "ID", "--reason", "seen"], EXIT_REFUSED),
        (["release", "nothing", "--reason", "seen"], EXIT_REFUSED),
    ],
)
def test_each_failure_has_its_exit_code(served: Run, id_: str, arguments: list[str], code: int) -> None:
    failed = served("submission", *(id_ if each == "ID" else each for each in arguments))
    assert (failed.exit_code, failed.stdout) == (code, "")
    assert json.loads(served("submission", "show", id_, "--json").stdout)["verdict"] == "admitted"
