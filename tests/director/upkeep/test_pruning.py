"""What the rule lets go is gone, what it keeps answers as before, and what comes again is kept again."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, func, select, update

from contract.names import Digest
from contract.tasks import DIAGNOSIS_COUNT
from director.members.access import LOCAL_ADMIN
from director.records.references import referred_digests
from director.records.schema import AuditRow, StartRow, SubmissionFileRow, SubmissionRow
from director.retention_settings import NO_PERIODS, RetentionSettings
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


def prune(
    federation: FederationSimulator, *, is_real: bool = True, periods: RetentionSettings = NO_PERIODS, **rule: int
) -> Pruning:
    found = Rule(**{"max_staleness": 1, **rule}, periods=periods)
    return federation.director.upkeep.prune(LOCAL_ADMIN, found, is_real=is_real)


def days(**periods: int) -> RetentionSettings:
    return NO_PERIODS.model_copy(update=periods)


def answers(federation: FederationSimulator) -> list[Any]:
    """Ask all that a prune must leave as it is: who answers what, each start, the lineage, the versions, the runs."""
    asked = [federation.infer_global({"inputs": {"diagnosis_count": 9}}).json()]
    asked += [each.infer({"diagnosis_count": 9}).json() for each in federation.hospitals.values()]
    for each in asked:
        each.pop("request_id", None)
    asked += [each.start() for each in federation.hospitals.values()]
    for path in (f"/lineage?task={TASK}", "/global_models", "/runs"):
        asked.append(federation.http.get(path, headers=federation.admin).json())
    asked += federation.http.get("/statistics", headers=federation.admin).json()["items"][:1]  # the one that counts
    submissions = federation.http.get("/submissions?limit=200", headers=federation.admin).json()["items"]
    asked += [each for each in submissions if each["version"] is not None]
    preview = federation.aggregate(dry_run=True).json()
    return [*asked, {name: preview.get(name) for name in ("inputs", "sha256", "code", "detail")}]


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
    old.clock.pass_by(days=9)
    prune(old, versions=2, periods=days(version_days=3, training_log_days=3))
    assert lost(old, SubmissionRow.id == first) == []
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


def test_the_files_of_a_version_go_by_its_age_though_it_is_among_the_newest(old: FederationSimulator):
    before, hospital = answers(old), old.hospitals["KNH"]
    old.clock.pass_by(days=31)
    assert not prune(old, periods=days(version_days=31)).versions
    old.clock.pass_by(days=1)
    went = prune(old, periods=days(version_days=31))
    assert went.by_hospital == {f"KNH {TASK}": "1-8", f"MTRH {TASK}": "1-8"}
    assert went.periods["version_days"] == 16
    assert answers(old) == before
    rejected = old.decide("reject", old.submission("KNH", 10)["id"])
    assert rejected.status_code == 200
    assert hospital.infer({"diagnosis_count": 9}).json()["model"]["version"] == 9  # the one before it was kept for that
    assert old.director.upkeep.defects() == []


def test_what_a_person_took_out_goes_sooner_counted_from_then(old: FederationSimulator):
    assert old.decide("reject", old.submission("KNH", 4)["id"]).status_code == 200
    old.clock.pass_by(days=5)
    assert old.decide("reject", old.submission("KNH", 5)["id"]).status_code == 200
    old.clock.pass_by(days=6)
    went = prune(old, periods=days(rejected_version_days=10))
    assert (went.by_hospital, went.periods) == ({f"KNH {TASK}": "4"}, {"rejected_version_days": 1})
    assert old.director.upkeep.defects() == []


def test_a_training_log_goes_before_its_model_and_whoever_asks_reads_so(old: FederationSimulator):
    before = answers(old)
    old.clock.pass_by(days=8)
    hospital, first = old.hospitals["KNH"], old.submission("KNH", 1)
    would = prune(old, is_real=False, periods=days(training_log_days=7))
    assert prune(old, periods=days(training_log_days=7)) == would
    assert would.logs_by_hospital == {f"KNH {TASK}": "1-8", f"MTRH {TASK}": "1-8"}
    assert not would.versions
    assert old.director.blobs.has(Digest(first["files"]["model"]["sha256"]))
    log = old.http.get(f"/submissions/{first['id']}/log", headers=hospital.headers)
    assert log.status_code == 404
    assert "no longer kept, since 2026-01-09 08:00 UTC" in log.json()["detail"]
    newest = old.submission("KNH", 10)["id"]
    assert old.http.get(f"/submissions/{newest}/log", headers=hospital.headers).status_code == 200
    assert answers(old) == before
    assert old.director.upkeep.defects() == []
    (told,) = old.http.get("/audit?act=store.prune", headers=old.admin).json()["items"]
    assert told["facts"]["logs"] == dict(would.logs_by_hospital)
    assert told["facts"]["went"] == {"training_log_days": 16, "training_logs": 2}  # each version's, and the two files
    assert told["facts"]["days"] == {"training_log_days": 7}
    assert prune(old, periods=days(training_log_days=7)) == Pruning([], [])
    for version in (10, 9):
        assert old.decide("reject", old.submission("KNH", version)["id"]).status_code == 200
    assert hospital.infer({"diagnosis_count": 9}).json()["model"]["version"] == 8
    assert not old.file("received_results", "KNH", "training.log").exists()
    assert old.director.upkeep.defects() == []
    prune(old, versions=2)  # the models too, of which the logs went before
    assert old.director.upkeep.defects() == []


def test_what_comes_again_with_other_words_brings_no_text_back_that_is_not_here(old: FederationSimulator):
    hospital = old.hospitals["KNH"]
    again = hospital.parcel(200)
    again.log = b'{"epoch": 1, "loss": 0.75}\n'
    sent = hospital.upload(again).json()
    for number in range(3):
        hospital.upload(hospital.parcel(300 + number))
    old.clock.pass_by(days=8)
    prune(old, periods=days(training_log_days=7))
    assert hospital.upload(again).status_code == 200  # the log alone had gone: it is one version, as before
    assert old.director.upkeep.defects() == []
    prune(old, versions=2)
    again.log, again.metadata["trained_at"] = b'{"epoch": 1, "loss": 0.25}\n', "2026-01-01T07:00:00Z"
    assert hospital.upload(again).status_code == 200
    assert old.director.blobs.has(Digest(sent["files"]["model"]["sha256"]))
    assert not old.director.blobs.has(Digest(sent["files"]["log"]["sha256"]))
    assert old.director.upkeep.defects() == []


def test_what_a_round_of_an_open_run_names_stays_however_old(old: FederationSimulator):
    run = old.open_run(rounds=2, quorum=1, deadline_seconds=30 * 86400)["id"]
    old.play()
    old.play("KNH")
    returned = old.submission("KNH", 11)["id"]
    old.clock.pass_by(days=9)
    for number in range(4):  # of its own, beside the run
        assert old.hospitals["KNH"].upload(old.hospitals["KNH"].parcel(400 + number)).status_code == 201
    short = days(version_days=3, training_log_days=3)
    prune(old, versions=2, periods=short)
    assert lost(old, SubmissionRow.id == returned) == []
    assert old.http.post(f"/runs/{run}/close", json={"reason": "over"}, headers=old.admin).status_code == 200
    prune(old, versions=2, periods=short)
    assert lost(old, SubmissionRow.id == returned) != []
    assert old.director.upkeep.defects() == []


def lost(federation: FederationSimulator, which: ColumnElement[bool]) -> list[str]:
    """Name the files of versions that are kept no more."""
    gone = select(SubmissionFileRow.role).join(SubmissionRow, SubmissionRow.id == SubmissionFileRow.submission_id)
    with federation.director.ledger.read() as session:
        return list(session.scalars(gone.where(which, SubmissionFileRow.pruned_at.is_not(None))))


DAYS = st.sampled_from((0, 1, 2, 5, 30, 400))
PERIODS = st.builds(
    RetentionSettings,
    **{name: DAYS for name in RetentionSettings.model_fields if name != "key_days"},
    key_days=st.sampled_from((1, 3, 30)),
)
OFTEN = ("upload", "upload", "upload", "aggregate", "aggregate")
STEP = st.sampled_from(
    (*OFTEN, "twice", "refused", "report", "quarantine", "reject", "run", "rotate", "sign-in", "code", "week")
)


def live(federation: FederationSimulator, step: str, place: int) -> None:
    """Let one thing happen, whatever comes of it."""
    name = ("KNH", "MTRH")[place % 2]
    hospital, numbers = federation.hospitals[name], {"Idempotency-Key": f"key-{place}"}
    match step:
        case "upload" | "twice":
            parcel = hospital.parcel(place)
            parcel.log = f'{{"epoch": 1, "loss": {place}.5}}\n'.encode()
            for _ in range(2 if step == "twice" else 1):
                assert hospital.upload(parcel, **numbers).status_code in (200, 201)
        case "refused":
            parcel = hospital.parcel(place)
            parcel.metadata["num_examples"] = 1
            assert hospital.upload(parcel).status_code >= 400
        case "aggregate":
            assert federation.aggregate().status_code < 500
        case "report":
            hospital.counts = hospital.counts + 1
            assert hospital.send_statistics().status_code in (200, 201, 202)
        case "quarantine":
            with federation.director.ledger.act("director") as act:
                newest = select(func.max(SubmissionRow.version)).where(SubmissionRow.verdict == "admitted")
                row = SubmissionRow.version == newest.scalar_subquery()
                act.session.execute(update(SubmissionRow).where(row).values(verdict="quarantined"))
            federation.restart()  # the view follows, which nobody told
        case "reject":
            found = federation.http.get(f"/submissions?envoy_name={name}&verdict=admitted", headers=federation.admin)
            for each in found.json()["items"][:1]:
                assert federation.decide("reject", each["id"]).status_code == 200
        case "run":
            federation.http.post(
                "/runs", json={"rounds": 2, "quorum": 1, "deadline_seconds": 86400}, headers=federation.admin
            )
            federation.play()
            federation.play(name)
        case "rotate":
            rotated = federation.http.post("/tokens/self/rotate", headers=hospital.headers)
            assert rotated.status_code == 201
            hospital.token = rotated.json()["token"]
        case "sign-in":
            federation.sign_in(federation.token("analyst", person="Jane Wanjiru"))
        case "code":
            federation.http.post(f"/envoys/{name}/code", headers=federation.admin)
        case "week":
            federation.clock.pass_by(days=7)


@pytest.mark.slow
@settings(max_examples=10, phases=(Phase.explicit, Phase.generate))  # a story is long to shrink
@given(steps=st.lists(STEP, min_size=4, max_size=14), periods=PERIODS, versions=st.integers(2, 4), killed=st.booleans())
def test_whatever_happened_and_whatever_the_periods_what_answers_or_is_lineage_stays(
    steps: list[str], periods: RetentionSettings, versions: int, killed: bool
):
    with TemporaryDirectory() as folder, FederationSimulator(Path(folder) / "fl", max_staleness=1) as federation:
        for name in ("KNH", "MTRH"):
            federation.enrol(name)
        for place, step in enumerate(steps):
            federation.clock.pass_by(hours=7)
            live(federation, step, place)
        federation.director.rounds.advance()  # what is due by now is no prune's
        upkeep, before = federation.director.upkeep, answers(federation)
        federation.director.members.note_use()
        would = prune(federation, is_real=False, versions=versions, periods=periods)
        if killed:
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(type(upkeep), "_remove_unnamed", _killed)
                with pytest.raises(InterruptedError):
                    prune(federation, versions=versions, periods=periods)
            federation.restart()
            upkeep = federation.director.upkeep
        else:
            assert prune(federation, versions=versions, periods=periods) == would
        assert answers(federation) == before
        assert lost(federation, SubmissionRow.verdict == "quarantined") == []
        assert upkeep.defects() == []
        assert upkeep.verify_audit().is_whole
        with federation.director.ledger.read() as session:
            told = session.scalars(select(AuditRow.seq).where(AuditRow.act == "store.prune")).all()
        assert len(told) == bool(would.periods)
        stored = set(federation.director.blobs.digests())
        assert not stored & (would.files - _named(federation))
        again = prune(federation, versions=versions, periods=periods)
        left = {"log_days", "training_logs"} if killed else set()  # a log that a kill left goes with this one
        assert again.periods.keys() <= left
        assert set(federation.director.blobs.digests()) == stored
        made = upkeep.back_up(LOCAL_ADMIN, Path(folder) / "copy")
        assert made.files == len(stored)


def _killed(*_: object) -> None:
    raise InterruptedError


def _named(federation: FederationSimulator) -> set[Digest]:
    with federation.director.ledger.read() as session:
        return referred_digests(session)
