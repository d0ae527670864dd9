"""``fl-director envoy withdraw``, and how a version without the hospital is made, as its own answer says."""

import json
import re

from director.cli.failures import EXIT_REFUSED, EXIT_USAGE
from tests.director.cli.conftest import Run
from tests.federation_simulator import FederationSimulator, eventually


def counted(federation: FederationSimulator) -> None:
    for name in ("Embu", "KNH", "MTRH"):
        federation.enrol(name)
    federation.train_and_upload(1)
    assert federation.aggregate().status_code == 201


def test_it_asks_with_all_that_goes_and_does_nothing_without_a_yes(
    served: Run, federation: FederationSimulator
) -> None:
    counted(federation)
    would = served("envoy", "withdraw", "knh", "--dry-run")
    assert would.exit_code == 0
    assert (
        "KNH would leave, and with it 1 token, 1 version of its models, 0 reports of statistics and 4 files of "
        in would.stdout
    )
    assert (served("envoy", "withdraw", "KNH", "--yes").exit_code) == EXIT_USAGE  # no reason
    asked = served("envoy", "withdraw", "KNH", "--reason", "its board")
    assert (asked.exit_code, asked.stdout) == (EXIT_USAGE, "")
    assert "KNH leaves for good" in asked.stderr
    assert "nothing was done." in asked.stderr
    assert federation.hospitals["KNH"].infer({"diagnosis_count": 9}).status_code == 200
    assert served("envoy", "withdraw", "Nyeri", "--dry-run").exit_code == EXIT_REFUSED


def test_what_its_answer_says_makes_a_version_without_it(served: Run, federation: FederationSimulator) -> None:
    counted(federation)
    done = served("envoy", "withdraw", "KNH", "--reason", "its board", "--yes")
    assert done.exit_code == 0, done.stderr
    said = done.stdout.replace("\n", " ")
    assert "diagnosis_count: global models 1 learned from it, which can't be taken out of them." in said
    back = re.search(r'For one without it: fl-director (model begin-anew --task diagnosis_count) --reason "…"', said)
    on = re.search(r"and then: fl-director (aggregate --trained-here --task diagnosis_count);", said)
    assert back is not None
    assert on is not None
    asked = served(*back[1].split(), "--reason", "without KNH")
    assert (asked.exit_code, "Nothing answers for the federation" in asked.stderr) == (EXIT_USAGE, True)
    begun = served(*back[1].split(), "--reason", "without KNH", "--yes")
    assert "Global model 1 was current." in begun.stdout
    assert "To take it back: fl-director model publish 1" in begun.stderr
    assert "begins from the shared start as it is" in served(*back[1].split(), "--reason", "again", "--yes").stdout
    made = served(*on[1].split())
    assert made.exit_code == 0, made.stderr
    assert "global model 2 of diagnosis_count (current)" in made.stdout
    listed = {
        each["version"]: each.get("withdrawn", []) for each in json.loads(served("model", "list", "--json").stdout)
    }
    assert listed == {1: ["KNH"], 2: []}
    assert "It learned from KNH, which has left since" in served("model", "show", 1).stdout.replace("\n", " ")
    eventually(lambda: federation.infer_global({"inputs": {"diagnosis_count": 9}}).json()["model"]["version"] == 2)
    eventually(lambda: federation.hospitals["KNH"].infer({"diagnosis_count": 9}).status_code == 401)
    assert served("fsck").stdout.strip() == "clean"
    assert "1 withdrew" in served("status").stdout
    states = {each["envoy_name"]: each["state"] for each in json.loads(served("envoy", "list", "--json").stdout)}
    assert states["KNH"] == "withdrawn"
    assert served("envoy", "enable", "KNH").exit_code == EXIT_REFUSED


def test_again_takes_what_is_left_and_its_answer_can_be_read_by_a_program(
    served: Run, federation: FederationSimulator
) -> None:
    counted(federation)
    first = json.loads(served("envoy", "withdraw", "KNH", "--reason", "its board", "--yes", "--json").stdout)
    assert (first["uploads"], first["learned"][0]["versions"], first["learned"][0]["without"]) == (1, [1], 0)
    again = json.loads(served("envoy", "withdraw", "KNH", "--reason", "its board", "--yes", "--json").stdout)
    assert (again["uploads"], again["files"], again["withdrawn_at"]) == (0, 0, first["withdrawn_at"])
