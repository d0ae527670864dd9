"""``fl-director status``."""

import json

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
