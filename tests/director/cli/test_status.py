"""``fl-director status``."""

import json

import pytest

from director.cli.failures import EXIT_REFUSED
from tests.director.cli.conftest import Run
from tests.federation_simulator import FederationSimulator


def test_it_answers_the_three_questions(served: Run, federation: FederationSimulator) -> None:
    assert "No hospitals yet." in served("status").stdout
    federation.enrol("KNH")
    federation.enrol("MTRH").send_statistics()
    federation.open_run(deadline_seconds=3600)
    federation.director.members.note_use()
    shown = served("status").stdout
    assert "hospitals: 2 silent" in shown  # by the clock of the command it is long ago
    assert "silent: KNH, last seen" in shown
    assert "run 1 (inviting); waits for KNH, MTRH (silent: KNH, MTRH)" in shown
    assert "make a backup: fl-director backup" in shown
    told = json.loads(served("status", "--json").stdout)
    assert [each["envoy_name"] for each in told["hospitals"]] == ["KNH", "MTRH"]


def test_after_cut_points_moved_every_list_says_what_is_stale_and_publishing_it_is_refused(
    served: Run, federation: FederationSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No global model of diagnosis_count answers yet." in served("status").stdout
    federation.enrol("KNH").train_and_upload()
    federation.enrol("MTRH")
    federation.aggregate()
    assert "global model 1 of diagnosis_count is current." in served("status").stdout
    assert "stale" not in served("envoy", "list").stdout + served("model", "list").stdout
    monkeypatch.setenv("DIRECTOR_TASKS__DIAGNOSIS_COUNT__CUT_POINTS", "[4, 12]")
    shown = served("status").stdout
    assert "No global model of diagnosis_count answers: the newest, 1, is stale" in shown
    assert "Stale too: KNH 1" in shown
    assert "diagnosis_count 1 (stale)" in served("envoy", "list").stdout
    assert " stale " in served("model", "list").stdout
    assert served("model", "show", 1).stdout.startswith("global model 1 of diagnosis_count (stale: ")
    refused = served("model", "publish", 1)
    assert (refused.exit_code, refused.stdout) == (EXIT_REFUSED, "")
    assert "Global model 1 is stale" in refused.stderr
