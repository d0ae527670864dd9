"""Proposals that wait for a second person are matters until they are decided or lapse."""

from datetime import timedelta

from director.overview.proposed import open_proposals
from director.records.proposal_schema import ProposalRow
from tests.federation_simulator import FederationSimulator


def row(federation: FederationSimulator, **more: object) -> ProposalRow:
    now = federation.clock.now
    named: dict[str, object] = {
        "act": "publish",
        "subject": "diagnosis_count 2",
        "request": {},
        "reason": None,
        "state": "open",
        "token_id": "0" * 12,
        "proposed_by": "admin:000000000000",
        "person": "Jane Wanjiru",
        "proposed_at": now,
        "expires_at": now + timedelta(days=7),
    }
    return ProposalRow(**{**named, **more})


def test_only_what_still_waits_is_a_matter(federation: FederationSimulator) -> None:
    now = federation.clock.now
    with federation.director.database.write() as session:
        session.add(row(federation))
        session.add(row(federation, state="declined"))
        session.add(row(federation, expires_at=now))
    with federation.director.database.read() as session:
        (matter,) = open_proposals(session, now)
    assert (matter.kind, matter.subject, matter.reason) == ("proposal_open", "1", "publish diagnosis_count 2")
    assert matter.until == now + timedelta(days=7)
