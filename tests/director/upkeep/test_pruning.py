"""What the rule lets go is gone, what it keeps answers as before, and what comes again is kept again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from contract.names import Digest
from contract.tasks import DIAGNOSIS_COUNT
from director.members.access import LOCAL_ADMIN
from director.records.schema import StartRow, SubmissionFileRow
from director.upkeep.pruning import Pruning, Rule, _ranges
from tests.federation_simulator import FederationSimulator

TASK = str(DIAGNOSIS_COUNT.name)


@pytest.fixture
def old(tmp_path: Path) -> Iterator[FederationSimulator]:
    """Two hospitals with ten versions each, five global versions made of them."""
    with FederationSimulator(tmp_path / "old", max_staleness=1) as federation:
        for name in ("KNH", "MTRH"):
            federation.enrol(name)
        for number in range(10):
            for each in federation.hospitals.values():
                assert each.upload(each.parcel(number)).status_code == 201
            if number % 2:
                assert federation.aggregate().status_code == 201
        yield federation


def prune(federation: FederationSimulator, *, is_real: bool = True, **rule: int) -> Pruning:
    return federation.director.upkeep.prune(LOCAL_ADMIN, Rule(**{"max_staleness": 1, **rule}), is_real=is_real)


def answers(federation: FederationSimulator) -> list[Any]:
    asked = [federation.infer_global({"inputs": {"diagnosis_count": 9}}).json()]
    asked += [each.infer({"diagnosis_count": 9}).json() for each in federation.hospitals.values()]
    for each in asked:
        del each["request_id"]
    lineage = federation.http.get("/global_models", headers=federation.admin).json()
    return [asked, lineage, federation.http.get("/submissions", headers=federation.admin).json()]


def test_what_is_not_needed_goes_and_all_that_answers_or_is_lineage_stays(old: FederationSimulator):
    before, stored = answers(old), set(old.director.blobs.digests())
    would = prune(old, is_real=False, versions=3)
    assert would.by_hospital == {f"KNH {TASK}": "1-7", f"MTRH {TASK}": "1-7"}
    assert set(old.director.blobs.digests()) == stored
    assert prune(old, versions=3) == would
    gone = stored - set(old.director.blobs.digests())
    assert gone <= would.files
    assert len(gone) >= 14  # at the least each version's model
    assert answers(old) == before
    assert old.director.upkeep.defects() == []
    (told,) = old.http.get("/audit?act=store.prune", headers=old.admin).json()["items"]
    assert told["facts"]["versions"] == dict(would.by_hospital)
    assert told["facts"]["bytes"] == would.bytes
    assert prune(old, versions=3) == Pruning([], [])  # nothing is left to go
    assert old.http.get("/audit/verify", headers=old.admin).json()["is_whole"]


def test_the_federation_goes_on_from_what_is_left(old: FederationSimulator):
    prune(old, versions=2)
    old.restart()
    for each in old.hospitals.values():
        assert each.upload(each.parcel(77)).status_code == 201
    made = old.aggregate()
    assert (made.status_code, made.json()["version"]) == (201, 6)
    assert old.http.post("/global_models/2/publish", headers=old.admin).status_code == 200
    for each in old.hospitals.values():
        assert each.upload(each.parcel(78)).status_code == 201
    assert old.aggregate().status_code == 201
    assert old.director.upkeep.defects() == []


def test_what_waits_in_quarantine_stays_however_old(old: FederationSimulator):
    hospital = old.hospitals["KNH"]
    strange = hospital.parcel(99)
    first = hospital.upload(strange).json()["id"]
    with old.director.ledger.act("director") as act:
        act.session.connection().exec_driver_sql(
            "UPDATE submissions SET verdict = 'quarantined' WHERE id = ?", (first,)
        )
    for number in range(4):
        hospital.upload(hospital.parcel(100 + number))
    prune(old, versions=2)
    released = old.http.post(f"/submissions/{first}/release", json={"reason": "seen"}, headers=old.admin)
    assert released.status_code == 200


def test_what_was_pruned_and_comes_again_is_kept_again(old: FederationSimulator):
    hospital = old.hospitals["KNH"]
    again = hospital.parcel(200)
    sent = hospital.upload(again).json()
    for number in range(3):
        hospital.upload(hospital.parcel(300 + number))
    prune(old, versions=2)
    assert not old.director.blobs.has(Digest(sent["files"]["model"]["sha256"]))
    assert hospital.upload(again).status_code == 200
    assert old.director.blobs.has(Digest(sent["files"]["model"]["sha256"]))
    assert old.director.upkeep.defects() == []


def test_what_comes_again_with_other_words_brings_no_text_back_that_is_not_here(old: FederationSimulator):
    hospital = old.hospitals["KNH"]
    again = hospital.parcel(200)
    again.log = b'{"epoch": 1, "loss": 0.75}\n'
    sent = hospital.upload(again).json()
    for number in range(3):
        hospital.upload(hospital.parcel(300 + number))
    prune(old, versions=2)
    again.log, again.metadata["trained_at"] = b'{"epoch": 1, "loss": 0.25}\n', "2026-01-01T07:00:00Z"
    assert hospital.upload(again).status_code == 200
    assert old.director.blobs.has(Digest(sent["files"]["model"]["sha256"]))
    assert not old.director.blobs.has(Digest(sent["files"]["log"]["sha256"]))
    assert old.director.upkeep.defects() == []


def test_every_start_within_staleness_stays_and_so_does_one_that_is_still_trained_from(old: FederationSimulator):
    with old.director.ledger.act(
        "director"
    ) as act:  # starts that had files of their own, as after a merged scaler moved
        for row in act.session.scalars(select(StartRow)):
            blob, _ = old.director.blobs.keep(f"start {row.id}".encode())
            if row.global_version is not None:
                row.scaler_sha256 = blob
    prune(old, versions=2)
    with old.director.ledger.read() as session:
        rows = session.scalars(select(StartRow)).all()
        named = set(
            session.scalars(select(SubmissionFileRow.submission_id).where(SubmissionFileRow.pruned_at.is_(None)))
        )
    gone = {row.global_version for row in rows if row.pruned_at}
    assert named
    assert gone == {1, 2, 3}
    assert all(row.pruned_at is None for row in rows if row.global_version in (None, 4, 5))
    for row in rows:
        assert row.scaler_sha256 is None or old.director.blobs.has(row.scaler_sha256) == (row.pruned_at is None)


def test_a_crash_between_the_record_and_the_removal_leaves_orphans_that_the_next_start_removes(
    old: FederationSimulator, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(type(old.director.upkeep), "_remove_unnamed", lambda *_: None)
    went = prune(old, versions=2)
    assert any("orphan" in each for each in old.director.upkeep.defects())
    monkeypatch.undo()
    old.restart()
    assert old.director.upkeep.defects() == []
    assert went.versions


def test_numbers_are_told_in_stretches():
    assert _ranges([1, 2, 3, 5, 7, 8]) == "1-3, 5, 7-8"
    assert _ranges([]) == ""
