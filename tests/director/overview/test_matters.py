"""What waits for a person, in order."""

from typing import get_args

from contract.messages.overview import MatterKind
from director.overview.matters import BY_URGENCY, MOST
from tests.director.overview.conftest import Asking
from tests.federation_simulator import FederationSimulator


def test_every_kind_has_its_urgency():
    assert set(BY_URGENCY) == set(get_args(MatterKind))
    assert len(set(BY_URGENCY)) == len(BY_URGENCY)


def test_the_most_urgent_comes_first_then_the_oldest(federation: FederationSimulator, ask: Asking, opened: object):
    federation.http.post("/envoys", json={"envoy_name": "Second"}, headers=federation.admin)
    federation.clock.pass_by(hours=1)
    federation.http.post("/envoys", json={"envoy_name": "Afirst"}, headers=federation.admin)
    federation.http.post("/runs/1/pause", headers=federation.admin)
    federation.clock.pass_by(days=8)
    found = ask("/overview")["matters"]
    assert [(each["kind"], each["subject"]) for each in found] == [
        ("run_paused", "1"), ("hospital_not_joined", "Second"), ("hospital_not_joined", "Afirst"),
        ("backup_old", "federation"),
    ]  # fmt: skip
    assert MOST == 200
