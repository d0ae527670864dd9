"""What is done about tasks, statistics and starts: one call an act, and each on record."""

import dataclasses

import pytest

from contract.errors import CallerError, UnknownTaskError
from contract.messages.statistics import StatisticsReport
from contract.names import Digest, EnvoyName, TaskName
from contract.tasks import BUILT_IN_TASKS, DIAGNOSIS_COUNT
from director.errors import ForbiddenError, NotFoundError, UnknownEnvoyError
from director.members.access import HOSPITAL, LOCAL_ADMIN, Principal
from director.tasks.service import Tasks
from tests.federation_simulator import FederationSimulator

KNH, NOBODY, NAME = EnvoyName("KNH"), EnvoyName("Nobody"), DIAGNOSIS_COUNT.name
OF_KNH, OF_MTRH = Principal("t1", HOSPITAL, KNH), Principal("t2", HOSPITAL, EnvoyName("MTRH"))
REPORT = StatisticsReport(num_examples=50, mean=(8.0,), m2=(900.0,))


@pytest.fixture
def tasks(federation: FederationSimulator) -> Tasks:
    federation.enrol("KNH")
    federation.enrol("MTRH")
    for caller in (OF_KNH, OF_MTRH):
        federation.let_hold(caller)
    return federation.director.tasks


def on_record(federation: FederationSimulator, after: int = 0) -> list[tuple[str, str, str]]:
    page = federation.http.get("/audit?limit=200", headers=federation.admin).json()
    return [(each["act"], each["actor"], each["subject"]) for each in reversed(page["items"])][after:]


def test_a_task_is_described_alone_as_in_the_list(tasks: Tasks):
    assert tasks.list().items == [tasks.get(name) for name in BUILT_IN_TASKS]
    with pytest.raises(UnknownTaskError):
        tasks.get(TaskName("other"))
    with pytest.raises(UnknownTaskError):
        tasks.start(TaskName("other"))


def both_report(tasks: Tasks) -> None:
    tasks.report_statistics(OF_KNH, KNH, REPORT)
    tasks.report_statistics(OF_MTRH, EnvoyName("MTRH"), REPORT.model_copy(update={"mean": (9.0,)}))


def test_a_report_is_kept_is_on_record_and_does_not_move_the_start_by_itself(
    federation: FederationSimulator, tasks: Tasks
):
    before, place = tasks.start(NAME), len(on_record(federation))
    receipt, is_new = tasks.report_statistics(OF_KNH, KNH, REPORT)
    assert is_new
    assert (receipt.version, receipt.num_examples, receipt.verdict) == (1, 50, "admitted")
    assert (receipt.base, receipt.scaler_sha256) == (before.base, None)
    assert tasks.start(NAME) == before
    assert on_record(federation, place) == [("statistics.keep", "hospital:KNH:t1", "KNH")]


def test_before_the_first_version_the_last_report_that_was_missing_moves_the_start(
    federation: FederationSimulator, tasks: Tasks
):
    before = tasks.start(NAME)
    tasks.report_statistics(OF_KNH, KNH, REPORT)
    place = len(on_record(federation))
    receipt, _ = tasks.report_statistics(OF_MTRH, EnvoyName("MTRH"), REPORT)
    start = tasks.start(NAME)
    assert start.base != before.base
    assert (receipt.base, receipt.scaler_sha256) == (start.base, start.scaler_sha256)
    assert on_record(federation, place) == [
        ("statistics.keep", "hospital:MTRH:t2", "MTRH"),
        ("start.renew", "director", "diagnosis_count"),
    ]
    tasks.report_statistics(OF_KNH, KNH, REPORT.model_copy(update={"num_examples": 51}))
    assert tasks.start(NAME) == start  # a further one does not


def test_after_the_first_version_no_report_moves_the_start(federation: FederationSimulator, tasks: Tasks):
    federation.hospitals["KNH"].train_and_upload()
    assert federation.aggregate().status_code == 201
    before = tasks.start(NAME)
    both_report(tasks)
    assert tasks.start(NAME) == before


def test_the_admin_lets_the_start_follow_the_reports_that_count_now(federation: FederationSimulator, tasks: Tasks):
    before = tasks.start(NAME)
    tasks.report_statistics(OF_KNH, KNH, REPORT)
    place = len(on_record(federation))
    merged = tasks.merge_statistics(LOCAL_ADMIN, NAME)
    assert merged == tasks.start(NAME) != before
    assert on_record(federation, place) == [("start.renew", "director", "diagnosis_count")]
    assert tasks.merge_statistics(LOCAL_ADMIN, NAME) == merged
    assert len(on_record(federation, place)) == 1
    with pytest.raises(UnknownTaskError):
        tasks.merge_statistics(LOCAL_ADMIN, TaskName("other"))


def test_the_same_report_again_gives_the_same_receipt_and_no_record(federation: FederationSimulator, tasks: Tasks):
    first, _ = tasks.report_statistics(OF_KNH, KNH, REPORT)
    place = len(on_record(federation))
    federation.clock.pass_by(hours=1)
    assert tasks.report_statistics(OF_KNH, KNH, REPORT) == (first, False)
    assert on_record(federation, place) == []
    another, is_new = tasks.report_statistics(OF_KNH, KNH, REPORT.model_copy(update={"num_examples": 51}))
    assert (another.version, is_new) == (2, True)


@pytest.mark.parametrize(
    ("caller", "envoy", "report", "kind"),
    [
        (OF_KNH, EnvoyName("MTRH"), REPORT, ForbiddenError),
        (LOCAL_ADMIN, NOBODY, REPORT, UnknownEnvoyError),
        (OF_KNH, KNH, REPORT.model_copy(update={"task": TaskName("other")}), UnknownTaskError),
        (OF_KNH, KNH, REPORT.model_copy(update={"mean": (1.0, 2.0)}), CallerError),
    ],
    ids=["another hospital", "an unknown one", "an unknown task", "another number of features"],
)
def test_a_report_that_is_refused_leaves_nothing(
    federation: FederationSimulator,
    tasks: Tasks,
    caller: Principal,
    envoy: EnvoyName,
    report: StatisticsReport,
    kind: type[CallerError],
):
    before = on_record(federation)
    with pytest.raises(kind):
        tasks.report_statistics(caller, envoy, report)
    assert on_record(federation) == before
    assert tasks.list_statistics(LOCAL_ADMIN, None, limit=10, cursor=None).items == []


def test_who_fetched_the_model_of_a_start_is_on_record_and_a_scaler_is_nobodys_secret(
    federation: FederationSimulator, tasks: Tasks
):
    both_report(tasks)
    start, place = tasks.start(NAME), len(on_record(federation))
    assert start.scaler_sha256 is not None
    for digest in (start.scaler_sha256, start.model_sha256):
        assert Digest.of(tasks.start_file(OF_KNH, digest)) == digest
    federation.director.readings.write()  # behind the answer
    assert on_record(federation, place) == [("start.read", "hospital:KNH:t1", "diagnosis_count")]
    with pytest.raises(NotFoundError):
        tasks.start_file(OF_KNH, start.base)


def test_a_person_takes_a_report_out_and_the_start_follows(federation: FederationSimulator, tasks: Tasks):
    tasks.report_statistics(OF_MTRH, EnvoyName("MTRH"), REPORT.model_copy(update={"mean": (9.0,)}))
    first = tasks.merge_statistics(LOCAL_ADMIN, NAME)
    tasks.report_statistics(OF_KNH, KNH, REPORT)
    assert tasks.start(NAME) != first
    place = len(on_record(federation))
    described = tasks.decide_statistics(LOCAL_ADMIN, "rejected", KNH, NAME, 1, "wrong unit")
    assert (described.verdict, described.decision and described.decision.reason) == ("rejected", "wrong unit")
    assert tasks.start(NAME) == first
    assert on_record(federation, place) == [
        ("statistics.withdraw", "admin:cli", "KNH"),
        ("start.renew", "director", "diagnosis_count"),
    ]
    for task, envoy, version, kind in (
        (NAME, KNH, 2, NotFoundError),
        (NAME, NOBODY, 1, UnknownEnvoyError),
        (TaskName("other"), KNH, 1, UnknownTaskError),
    ):
        with pytest.raises(kind):
            tasks.decide_statistics(LOCAL_ADMIN, "rejected", envoy, task, version, "wrong unit")


def test_a_hospital_sees_its_own_reports_and_the_admin_all_newest_first(tasks: Tasks):
    tasks.report_statistics(OF_KNH, KNH, REPORT)
    tasks.report_statistics(OF_MTRH, EnvoyName("MTRH"), REPORT)
    tasks.report_statistics(OF_KNH, KNH, REPORT.model_copy(update={"num_examples": 60}))

    def seen(caller: Principal, task: TaskName | None = None) -> list[tuple[str, int]]:
        items = tasks.list_statistics(caller, task, limit=10, cursor=None).items
        return [(each.envoy_name, each.version) for each in items]

    assert seen(LOCAL_ADMIN) == [("KNH", 2), ("MTRH", 1), ("KNH", 1)]
    assert seen(OF_KNH, NAME) == [("KNH", 2), ("KNH", 1)]
    assert seen(LOCAL_ADMIN, TaskName("other")) == []
    assert seen(dataclasses.replace(OF_KNH, envoy_name=NOBODY)) == []
    first = tasks.list_statistics(LOCAL_ADMIN, None, limit=2, cursor=None)
    second = tasks.list_statistics(LOCAL_ADMIN, None, limit=2, cursor=first.next)
    assert [each.envoy_name for each in first.items + second.items] == ["KNH", "MTRH", "KNH"]
