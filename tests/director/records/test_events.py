"""Events: each is read back from its record, and the records that are there keep their form."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import director.assembly  # noqa: F401 - with it every stage has declared its events
from contract.names import AliasName, Digest, EnvoyName, TaskName
from director.members.events import (
    AccessDenied,
    CodeIssued,
    EnvoyAdded,
    EnvoyDisabled,
    EnvoyEnabled,
    EnvoyExpected,
    EnvoyWithdrawn,
    SessionEnded,
    SessionOpened,
    SignInLinkMade,
    TokenIssued,
    TokenIssuedAgain,
    TokenRevoked,
    TokenRotated,
)
from director.models.events import (
    BegunAnew,
    ModelAggregated,
    ModelAliased,
    ModelAnswered,
    ModelNoted,
    ModelPublished,
    ModelRead,
    ModelUnaliased,
    ValidationSet,
)
from director.proposals.events import ProposalApproved, ProposalDeclined, ProposalMade, ProposalWithdrawn
from director.records import audit
from director.records.database import Database
from director.records.events import Event, Told, UnreadEvent, known_acts, read_event
from director.rounds.events import (
    InvitationAnswered,
    QuiescenceBegan,
    QuiescenceEnded,
    ReturnsClosed,
    RoundExtended,
    RoundFailed,
    RoundOpened,
    RoundPublished,
    RoundWaits,
    RunClosed,
    RunFinished,
    RunOpened,
    RunPaused,
    RunResumed,
    UpdateRefused,
    UpdateReturned,
)
from director.submissions.events import (
    UploadAdmitted,
    UploadQuarantined,
    UploadRejected,
    UploadReleased,
    UploadWithdrawn,
)
from director.tasks.events import (
    StartRead,
    StartRenewed,
    StatisticsAdmitted,
    StatisticsKept,
    StatisticsQuarantined,
    StatisticsReleased,
    StatisticsWithdrawn,
    TaskAdded,
    TaskRetired,
)
from director.upkeep.events import BackupMade, BackupRestored, StorePruned

A, B, C, D = (Digest(letter * 64) for letter in "abcd")
KNH, TASK = EnvoyName("KNH"), TaskName("diagnosis_count")
OF_SUBMISSION = {"submission": "s1", "task": "diagnosis_count", "version": 3}
OF_REPORT = {"task": "diagnosis_count", "version": 3}


@dataclass(frozen=True)
class Recorded:
    """An event and how it stands on record, which later versions must be able to read: never change one of these."""

    event: Event
    act: str
    subject: str
    facts: dict[str, Any]


ON_RECORD = (
    Recorded(EnvoyAdded(envoy=KNH), "envoy.add", "KNH", {}),
    Recorded(CodeIssued(envoy=KNH), "envoy.code", "KNH", {}),
    Recorded(CodeIssued(envoy=KNH, code_sha256=A), "envoy.code", "KNH", {"code_sha256": "a" * 64}),
    Recorded(EnvoyDisabled(envoy=KNH), "envoy.disable", "KNH", {}),
    Recorded(EnvoyEnabled(envoy=KNH), "envoy.enable", "KNH", {}),
    Recorded(
        EnvoyWithdrawn(
            envoy=KNH,
            reason="its board",
            uploads=3,
            reports=1,
            files=9,
            bytes=4096,
            learned={"diagnosis_count": (1, 2)},
        ),
        "envoy.withdraw",
        "KNH",
        {
            "reason": "its board",
            "uploads": 3,
            "reports": 1,
            "files": 9,
            "bytes": 4096,
            "learned": {"diagnosis_count": [1, 2]},
        },
    ),
    Recorded(
        BegunAnew(task=TASK, reason="without KNH"), "model.begin_anew", "diagnosis_count", {"reason": "without KNH"}
    ),
    Recorded(EnvoyExpected(envoy=KNH, num_examples=400), "envoy.expect", "KNH", {"num_examples": 400}),
    Recorded(EnvoyExpected(envoy=KNH, num_examples=None), "envoy.expect", "KNH", {"num_examples": None}),
    Recorded(
        TokenIssued(token_id="t1", role="hospital", envoy=KNH),
        "token.issue",
        "t1",
        {"role": "hospital", "envoy": "KNH"},
    ),
    Recorded(
        TokenIssued(token_id="t1", role="admin", envoy=None), "token.issue", "t1", {"role": "admin", "envoy": None}
    ),
    Recorded(
        TokenIssued(token_id="t1", role="staff", envoy=KNH, person="Jane Wanjiru"),
        "token.issue",
        "t1",
        {"role": "staff", "envoy": "KNH", "person": "Jane Wanjiru"},
    ),
    Recorded(TokenIssuedAgain(token_id="t1"), "token.issue_again", "t1", {}),
    Recorded(TokenIssuedAgain(token_id="t1", secret_sha256=B), "token.issue_again", "t1", {"secret_sha256": "b" * 64}),
    Recorded(
        TokenIssued(token_id="t1", role="admin", envoy=None, secret_sha256=B, holds_until="2026-04-01T08:00:00+00:00"),
        "token.issue",
        "t1",
        {"role": "admin", "envoy": None, "secret_sha256": "b" * 64, "holds_until": "2026-04-01T08:00:00+00:00"},
    ),
    Recorded(
        TokenRotated(token_id="t1", successor="t2", holds_until="2026-01-02T08:00:00+00:00"),
        "token.rotate",
        "t1",
        {"successor": "t2", "holds_until": "2026-01-02T08:00:00+00:00"},
    ),
    Recorded(TokenRevoked(token_id="t1"), "token.revoke", "t1", {}),
    Recorded(
        SessionOpened(token_id="t1", session="s1", until="2026-01-01T20:00:00+00:00", by_link=False),
        "session.open",
        "t1",
        {"session": "s1", "until": "2026-01-01T20:00:00+00:00", "by_link": False},
    ),
    Recorded(
        SessionEnded(token_id="t1", session="s1", why="signed_out"),
        "session.end",
        "t1",
        {"session": "s1", "why": "signed_out"},
    ),
    Recorded(
        SignInLinkMade(token_id="t1", until="2026-01-01T08:15:00+00:00"),
        "session.link",
        "t1",
        {"until": "2026-01-01T08:15:00+00:00"},
    ),
    Recorded(StatisticsKept(envoy=KNH, task=TASK, version=3), "statistics.keep", "KNH", OF_REPORT),
    Recorded(
        StatisticsQuarantined(envoy=KNH, task=TASK, version=3, failed=("mean", "spread")),
        "statistics.quarantine",
        "KNH",
        {**OF_REPORT, "failed": ["mean", "spread"]},
    ),
    Recorded(
        StatisticsAdmitted(envoy=KNH, task=TASK, version=3), "statistics.admit", "KNH", {**OF_REPORT, "failed": []}
    ),
    Recorded(
        StatisticsReleased(envoy=KNH, task=TASK, version=3, reason="looked at"),
        "statistics.release",
        "KNH",
        {**OF_REPORT, "reason": "looked at"},
    ),
    Recorded(
        StatisticsWithdrawn(envoy=KNH, task=TASK, version=3, reason="wrong unit"),
        "statistics.withdraw",
        "KNH",
        {**OF_REPORT, "reason": "wrong unit"},
    ),
    Recorded(
        StartRenewed(task=TASK, base=A, model=B, scaler=C, version=2),
        "start.renew",
        "diagnosis_count",
        {"base": "a" * 64, "model": "b" * 64, "scaler": "c" * 64, "version": 2},
    ),
    Recorded(
        StartRenewed(task=TASK, base=A, model=B, scaler=None, version=None),
        "start.renew",
        "diagnosis_count",
        {"base": "a" * 64, "model": "b" * 64, "scaler": None, "version": None},
    ),
    Recorded(TaskAdded(task=TASK, digest=A), "task.add", "diagnosis_count", {"digest": "a" * 64}),
    Recorded(TaskRetired(task=TASK, digest=A), "task.retire", "diagnosis_count", {"digest": "a" * 64}),
    Recorded(StartRead(task=TASK, model=B), "start.read", "diagnosis_count", {"model": "b" * 64}),
    Recorded(
        UploadAdmitted(
            envoy=KNH,
            submission="s1",
            task=TASK,
            version=3,
            files={"metadata": A, "model": B, "scaler": C, "log": D},
        ),
        "upload.admit",
        "KNH",
        {**OF_SUBMISSION, "metadata": "a" * 64, "model": "b" * 64, "scaler": "c" * 64, "log": "d" * 64},
    ),
    Recorded(
        UploadAdmitted(
            envoy=KNH, submission="s1", task=TASK, version=3, files={"metadata": A, "model": B, "scaler": C}
        ),
        "upload.admit",
        "KNH",
        {**OF_SUBMISSION, "metadata": "a" * 64, "model": "b" * 64, "scaler": "c" * 64},
    ),
    Recorded(
        UploadRejected(envoy=KNH, submission="s1", code="model_unreadable"),
        "upload.reject",
        "KNH",
        {"submission": "s1", "code": "model_unreadable"},
    ),
    Recorded(
        UploadQuarantined(envoy=KNH, submission="s1", task=TASK, version=3, failed=("norm",)),
        "upload.quarantine",
        "KNH",
        {**OF_SUBMISSION, "failed": ["norm"]},
    ),
    Recorded(
        UploadReleased(envoy=KNH, submission="s1", task=TASK, version=3, reason="looked at"),
        "upload.release",
        "KNH",
        {**OF_SUBMISSION, "reason": "looked at"},
    ),
    Recorded(
        UploadWithdrawn(envoy=KNH, submission="s1", task=TASK, version=3, reason="poisoned"),
        "upload.withdraw",
        "KNH",
        {**OF_SUBMISSION, "reason": "poisoned"},
    ),
    Recorded(
        ModelAggregated(task=TASK, version=3, model=A, scaler=B, inputs=(C, D), quarantined=()),
        "model.aggregate",
        "diagnosis_count 3",
        {"model": "a" * 64, "scaler": "b" * 64, "inputs": ["c" * 64, "d" * 64], "quarantined": []},
    ),
    Recorded(ModelPublished(task=TASK, version=3, model=A), "model.publish", "diagnosis_count 3", {"model": "a" * 64}),
    Recorded(
        ModelPublished(task=TASK, version=3, model=A, reason="looked at"),
        "model.publish",
        "diagnosis_count 3",
        {"model": "a" * 64, "reason": "looked at"},
    ),
    Recorded(
        ModelAnswered(task=TASK, version=3, envoy=KNH, answer="accept"),
        "model.answer",
        "diagnosis_count 3",
        {"envoy": "KNH", "answer": "accept"},
    ),
    Recorded(ModelRead(task=TASK, version=3, part="scaler"), "model.read", "diagnosis_count 3", {"part": "scaler"}),
    Recorded(
        ModelAliased(task=TASK, version=3, alias=AliasName("production")),
        "model.alias",
        "diagnosis_count 3",
        {"alias": "production"},
    ),
    Recorded(
        ModelUnaliased(task=TASK, version=3, alias=AliasName("production")),
        "model.unalias",
        "diagnosis_count 3",
        {"alias": "production"},
    ),
    Recorded(
        ModelNoted(task=TASK, version=3, note="Looked at"), "model.note", "diagnosis_count 3", {"note": "Looked at"}
    ),
    Recorded(ModelNoted(task=TASK, version=3, note=None), "model.note", "diagnosis_count 3", {"note": None}),
    Recorded(
        ValidationSet(task=TASK, table=A, rows=40), "validation.set", "diagnosis_count", {"table": "a" * 64, "rows": 40}
    ),
    Recorded(
        ValidationSet(task=TASK, table=None, rows=0), "validation.set", "diagnosis_count", {"table": None, "rows": 0}
    ),
    Recorded(
        RunOpened(run=1, task=TASK, rounds=10, quorum=2, strategy="fedavg", invited=(KNH, EnvoyName("MTRH"))),
        "run.open",
        "1",
        {"task": "diagnosis_count", "rounds": 10, "quorum": 2, "strategy": "fedavg", "invited": ["KNH", "MTRH"]},
    ),
    Recorded(
        InvitationAnswered(run=1, envoy=KNH, choice="take_part", patients=40),
        "run.answer",
        "1",
        {"envoy": "KNH", "choice": "take_part", "patients": 40, "reason": None},
    ),
    Recorded(RunPaused(run=1, reason="maintenance"), "run.pause", "1", {"reason": "maintenance"}),
    Recorded(RunResumed(run=1), "run.resume", "1", {}),
    Recorded(RunFinished(run=1), "run.finish", "1", {}),
    Recorded(RunClosed(run=1, reason=None), "run.close", "1", {"reason": None}),
    Recorded(
        RoundOpened(run=1, round=4, task=TASK, number=3, attempt=1, base=A, closes_at="2026-01-02T08:00:00+00:00"),
        "round.open",
        "1",
        {
            "round": 4,
            "task": "diagnosis_count",
            "number": 3,
            "attempt": 1,
            "base": "a" * 64,
            "closes_at": "2026-01-02T08:00:00+00:00",
        },
    ),
    Recorded(
        RoundExtended(run=1, round=4, closes_at="2026-01-02T08:00:00+00:00"),
        "round.extend",
        "1",
        {"round": 4, "closes_at": "2026-01-02T08:00:00+00:00"},
    ),
    Recorded(
        UpdateReturned(run=1, round=4, envoy=KNH, submission="s1"),
        "round.return",
        "1",
        {"round": 4, "envoy": "KNH", "submission": "s1"},
    ),
    Recorded(
        UpdateReturned(run=1, round=4, envoy=KNH, submission="s1", changed_cohort=True, late=True),
        "round.return",
        "1",
        {"round": 4, "envoy": "KNH", "submission": "s1", "changed_cohort": True, "late": True},
    ),
    Recorded(UpdateRefused(run=1, round=4, envoy=KNH), "round.refuse", "1", {"round": 4, "envoy": "KNH"}),
    Recorded(
        ReturnsClosed(run=1, round=4, returned=3, awaited=2),
        "round.close",
        "1",
        {"round": 4, "returned": 3, "awaited": 2},
    ),
    Recorded(RoundWaits(run=1, round=4, version=3), "round.wait", "1", {"round": 4, "version": 3}),
    Recorded(RoundPublished(run=1, round=4, version=3), "round.publish", "1", {"round": 4, "version": 3}),
    Recorded(RoundFailed(run=1, round=4, reason="nobody"), "round.fail", "1", {"round": 4, "reason": "nobody"}),
    Recorded(QuiescenceBegan(), "quiescence.begin", "federation", {}),
    Recorded(QuiescenceEnded(), "quiescence.end", "federation", {}),
    Recorded(
        ProposalMade(proposal=7, what="publish", of="diagnosis_count 3", reason="seen"),
        "proposal.make",
        "7",
        {"what": "publish", "of": "diagnosis_count 3", "reason": "seen"},
    ),
    Recorded(
        ProposalApproved(proposal=7, what="disable", of="KNH", proposed_by="admin:t1"),
        "proposal.approve",
        "7",
        {"what": "disable", "of": "KNH", "proposed_by": "admin:t1"},
    ),
    Recorded(
        ProposalDeclined(proposal=7, what="release", of="s1", proposed_by="admin:t1", reason="too early"),
        "proposal.decline",
        "7",
        {"what": "release", "of": "s1", "proposed_by": "admin:t1", "reason": "too early"},
    ),
    Recorded(
        ProposalWithdrawn(proposal=7, what="release", of="s1", reason="asked too early"),
        "proposal.withdraw",
        "7",
        {"what": "release", "of": "s1", "reason": "asked too early"},
    ),
    Recorded(
        AccessDenied(
            since="2026-01-01T08:00:00+00:00",
            until="2026-01-01T08:00:59+00:00",
            denied={"code": 2, "token": 1398},
            addresses=2,
            worst={"198.51.100.7": 1398, "2001:db8::/64": 2},
            others=0,
        ),
        "access.denied",
        "federation",
        {
            "since": "2026-01-01T08:00:00+00:00",
            "until": "2026-01-01T08:00:59+00:00",
            "denied": {"code": 2, "token": 1398},
            "addresses": 2,
            "worst": {"198.51.100.7": 1398, "2001:db8::/64": 2},
            "others": 0,
        },
    ),
    Recorded(BackupMade(), "backup.make", "federation", {}),
    Recorded(
        StorePruned(
            versions={"KNH diagnosis_count": "1-7"},
            files=9,
            bytes=50,
            starts=2,
            keys=1,
            keep_versions=3,
            max_staleness=1,
        ),
        "store.prune",
        "federation",
        {
            "versions": {"KNH diagnosis_count": "1-7"},
            "files": 9,
            "bytes": 50,
            "starts": 2,
            "keys": 1,
            "keep_versions": 3,
            "max_staleness": 1,
        },
    ),
    Recorded(
        StorePruned(
            versions={},
            files=4,
            bytes=400,
            starts=0,
            keys=0,
            keep_versions=3,
            max_staleness=1,
            logs={"KNH diagnosis_count": "1-4"},
            went={"training_log_days": 4},
            days={"training_log_days": 365},
        ),
        "store.prune",
        "federation",
        {
            "versions": {},
            "files": 4,
            "bytes": 400,
            "starts": 0,
            "keys": 0,
            "keep_versions": 3,
            "max_staleness": 1,
            "logs": {"KNH diagnosis_count": "1-4"},
            "went": {"training_log_days": 4},
            "days": {"training_log_days": 365},
        },
    ),
    Recorded(BackupRestored(seq=7, digest=A), "backup.restore", "federation", {"seq": 7, "digest": "a" * 64}),
    Recorded(
        BackupRestored(seq=7, digest=A, known_until=9),
        "backup.restore",
        "federation",
        {"seq": 7, "digest": "a" * 64, "known_until": 9},
    ),
)


def in_words(recorded: object) -> str:
    return recorded.act if isinstance(recorded, Recorded) else ""


def test_every_act_that_is_declared_has_an_example_here():
    of_the_director = {act for act in known_acts() if not act.startswith("test.")}
    assert of_the_director == {each.act for each in ON_RECORD}


@pytest.mark.parametrize("recorded", ON_RECORD, ids=in_words)
def test_an_act_stands_on_record_as_it_always_has(recorded: Recorded):
    event = recorded.event
    assert (event.act, event.subject, event.facts) == (recorded.act, recorded.subject, recorded.facts)


def test_every_event_is_read_back_from_the_audit_as_it_was_told(database: Database):
    at = datetime(2026, 1, 1, 8, 0, 0, 123456, UTC)
    with database.write() as session:
        for each in ON_RECORD:
            audit.record(session, each.event, at=at, actor="admin:cli")
    with database.read() as session:
        told = audit.told_after(session, 0)
    assert told == [Told(seq, at, "admin:cli", each.event) for seq, each in enumerate(ON_RECORD, start=1)]


@pytest.mark.parametrize("recorded", ON_RECORD, ids=in_words)
def test_a_later_version_may_add_a_fact_to_a_record(recorded: Recorded):
    assert read_event(recorded.act, recorded.subject, {**recorded.facts, "further": 1}) == recorded.event


def test_two_events_of_one_name_are_refused():
    with pytest.raises(TypeError, match=r"envoy\.add"):

        class Twice(Event, act="envoy.add"):
            """The name is taken."""

    assert isinstance(read_event("envoy.add", "KNH", {}), EnvoyAdded)


@pytest.mark.parametrize(
    ("act", "subject", "facts"),
    [
        pytest.param("mind.read", "KNH", {"of": "everyone"}, id="an act that nobody knows"),
        pytest.param("model.publish", "diagnosis_count", {"model": "a" * 64}, id="a word of the subject is missing"),
        pytest.param("model.publish", "diagnosis_count 3 4", {"model": "a" * 64}, id="a word too many"),
        pytest.param("model.publish", "diagnosis_count three", {"model": "a" * 64}, id="no number"),
        pytest.param("model.publish", "diagnosis_count 3", {}, id="a fact is missing"),
        pytest.param("model.publish", "diagnosis_count 3", {"model": "abc"}, id="no digest"),
        pytest.param("upload.admit", "KNH", {**OF_SUBMISSION, "model": 7}, id="no digest among the files"),
        pytest.param("token.issue", "t1", {"role": "king", "envoy": None}, id="no role"),
    ],
)
def test_what_can_not_be_read_is_still_told_and_loses_nothing(act: str, subject: str, facts: dict[str, Any]):
    assert read_event(act, subject, facts) == UnreadEvent(name=act, of=subject, said=facts)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = sorted({name for each in ON_RECORD for name in each.facts} | {"envoy", "files"})


@given(
    act=st.sampled_from([each.act for each in ON_RECORD]) | st.text(max_size=12),
    subject=st.sampled_from(["KNH", "diagnosis_count 3", "federation", ""]) | st.text(max_size=20),
    facts=st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6),
)
def test_no_record_stops_a_reader(act: str, subject: str, facts: dict[str, Any]):
    read = read_event(act, subject, facts)
    assert read.act == act or read == UnreadEvent(name=act, of=subject, said=facts)
