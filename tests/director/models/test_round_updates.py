"""What a round hands over: the updates that count still, by hospital, and the scaler of its start."""

import pytest

from contract.names import TaskName
from contract.tasks import DIAGNOSIS_COUNT
from director.errors import ConflictError
from director.models.round_updates import RoundUpdates, require_no_round
from director.records.run_schema import RoundRow
from director.tasks.artifacts import Artifacts
from tests.federation_simulator import FederationSimulator


def test_what_was_rejected_or_whose_hospital_was_disabled_meanwhile_is_left_out(federation: FederationSimulator):
    for name in ("Embu", "KNH", "MTRH"):
        federation.enrol(name).send_statistics()
    federation.open_run(quorum=1)
    federation.play()
    receipts = {name: each.take_part() for name, each in federation.hospitals.items() if name != "MTRH"}
    with federation.director.ledger.read() as session:
        row = session.get_one(RoundRow, 1)
        updates = RoundUpdates(
            round_id=1,
            task=DIAGNOSIS_COUNT.name,
            start_id=row.start_id,
            base=row.start.base,
            parent=None,
            submissions=[each.submission_id for each in row.contributions],
            quorum=1,
            strategy="fedavg",
            parameters={},
            kept=lambda act, version, is_published: None,
        )

    def read() -> list[str]:
        with federation.director.ledger.read() as session:
            rows, scaler = updates.read(session, Artifacts(federation.director.blobs, DIAGNOSIS_COUNT))
            assert scaler is not None
            return [each.envoy.name for each in rows]

    assert read() == ["Embu", "KNH"]
    embu = receipts["Embu"]
    assert embu is not None
    federation.decide("reject", embu.json()["id"])
    assert read() == ["KNH"]
    federation.http.post("/envoys/KNH/disable", headers=federation.admin)
    assert read() == []


def test_a_round_under_way_is_alone_with_its_task(federation: FederationSimulator):
    federation.enrol("KNH").send_statistics()
    federation.open_run()
    with federation.director.ledger.read() as session:
        require_no_round(session, DIAGNOSIS_COUNT.name)  # a run alone moves nothing yet
    federation.play()
    with federation.director.ledger.read() as session:
        require_no_round(session, TaskName("other"))
        with pytest.raises(ConflictError, match="Round 1 of run 1 is under way"):
            require_no_round(session, DIAGNOSIS_COUNT.name)
