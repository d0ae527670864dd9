"""Who learns of events, and how none is missed."""

import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.messages.global_models import AggregationRequest
from contract.names import Digest, EnvoyName
from contract.parts import PARTS, Parcel
from director.assembly import Director
from director.errors import StorageError
from director.members.access import HOSPITAL, LOCAL_ADMIN, Principal
from director.members.events import MembershipEvent
from director.records import audit
from director.records.database import Database
from director.records.events import Event, Told, UnreadEvent
from director.records.ledger import Ledger
from director.records.schema import AuditRow, ReaderRow, TokenRow
from director.upkeep.events import BackupMade
from director.upkeep.logs import EventLog, TrainingLogs
from director.upkeep.readers import LastingReaders, Learners
from director.upkeep.views import Views
from tests.faults.house import found_house
from tests.federation_simulator import FederationSimulator, SimulatedHospital, eventually
from tests.real_processes import RealDirector

ReaderClass = type[EventLog] | type[TrainingLogs] | type[Views]
READERS = pytest.mark.parametrize("reader", [EventLog, TrainingLogs, Views], ids=lambda reader: reader.name)


def readerless(federation: FederationSimulator) -> Director:
    """A director on the same folder that ends between each commit and its readers."""
    director = Director(federation.settings, federation.clock)
    director.ledger._readers.clear()
    return director


def upload_through(
    federation: FederationSimulator, director: Director, hospital: SimulatedHospital, nudge: int = 1
) -> Digest:
    """Upload past HTTP; gives the model's digest."""
    files = hospital.parcel(nudge).files
    parcel = Parcel({part.role: files[part.role][1] for part in PARTS if part.role in files})
    with director.ledger.read() as session:
        is_its_own = TokenRow.sha256 == Digest.of(hospital.token.encode())
        token_id = session.scalars(select(TokenRow.id).where(is_its_own)).one()
    caller = Principal(token_id, HOSPITAL, EnvoyName(hospital.name))
    receipt, is_new = director.submissions.receive(caller, EnvoyName(hospital.name), parcel)
    assert is_new
    return receipt.files["model"].sha256


def versions_in_training_log(federation: FederationSimulator, name: str) -> list[int]:
    path = federation.file("logs", "training", f"{name}.log")
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return [line["version"] for line in lines if line.get("event") == "admitted"]


def seqs_on_record(federation: FederationSimulator) -> list[int]:
    with federation.director.database.read() as session:
        return list(session.scalars(select(AuditRow.seq).order_by(AuditRow.seq)))


def assert_all_was_read_once(federation: FederationSimulator) -> None:
    """Every record has its one line, in order, and the view is what the rows say."""
    assert [line["seq"] for line in federation.log_lines()] == seqs_on_record(federation)
    assert federation.director.upkeep.defects() == []


# --- a process that ended between the commit and its readers ----------------------------------------------------------


def test_what_no_reader_has_read_is_read_once_at_the_next_start(
    federation: FederationSimulator, hospital: SimulatedHospital, monkeypatch: pytest.MonkeyPatch
):
    hospital.send_statistics()
    parcel_of = hospital.parcel  # the start is fetched while the director still answers
    packed = {nudge: parcel_of(nudge) for nudge in (1, 2)}
    federation.stop()
    monkeypatch.setattr(hospital, "parcel", packed.__getitem__)
    digests = [upload_through(federation, readerless(federation), hospital, nudge) for nudge in (1, 2)]
    assert federation.log_lines("upload.admit") == []
    assert not federation.file("received_results", "KUTRRH", "model.pt").exists()

    federation._start()
    federation.restart()

    assert [line["version"] for line in federation.log_lines("upload.admit")] == [1, 2]
    assert versions_in_training_log(federation, "KUTRRH") == [1, 2]
    assert federation.digest_at("received_results", "KUTRRH", "model.pt") == digests[1]
    assert_all_was_read_once(federation)


def test_recovery_alone_lets_the_readers_read_on(
    federation: FederationSimulator, hospital: SimulatedHospital, monkeypatch: pytest.MonkeyPatch
):
    parcel = hospital.parcel(1)
    federation.stop()
    monkeypatch.setattr(hospital, "parcel", lambda nudge: parcel)
    upload_through(federation, readerless(federation), hospital)

    for _ in range(2):
        Director(federation.settings, federation.clock).upkeep.recover()

    assert [line["version"] for line in federation.log_lines("upload.admit")] == [1]
    assert versions_in_training_log(federation, "KUTRRH") == [1]
    federation._start()


def test_a_power_cut_between_commit_and_readers_is_made_good_by_a_start(tmp_path: Path):
    house = found_house(RealDirector(tmp_path / "director"), ("KUTRRH",))
    sender, folder = house.senders[0], tmp_path / "director"
    try:
        house.director.stop()
        house.cut("upload.committed", sender.upload)
        cut_off = Digest.of(sender.model)
        assert cut_off not in (folder / "logs" / "director.log").read_text()
        assert Digest.of((folder / "received_results" / "KUTRRH" / "model.pt").read_bytes()) != cut_off

        house.start()
        house.director.stop()
        house.start()

        lines = [json.loads(line) for line in (folder / "logs" / "director.log").read_text().splitlines()]
        assert [line["version"] for line in lines if line["event"] == "upload.admit"] == [1, 2]
        told = [line["seq"] for line in lines if "seq" in line]
        assert told == list(range(1, len(told) + 1))
        training = (folder / "logs" / "training" / "KUTRRH.log").read_text()
        assert [json.loads(line)["version"] for line in training.splitlines()] == [1, 2]
        assert Digest.of((folder / "received_results" / "KUTRRH" / "model.pt").read_bytes()) == cut_off
        house.assert_whole()
    finally:
        house.director.stop()


# --- another process on the same folder -------------------------------------------------------------------------------


def test_a_commands_act_reaches_a_server_that_nobody_asks(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    for each in five_hospitals:
        each.train_and_upload()
    command = Director(federation.settings, federation.clock)  # as a command opens it
    made, _ = command.models.aggregate(LOCAL_ADMIN, AggregationRequest())
    issued = command.members.issue_token(LOCAL_ADMIN, "analyst", None, None)
    command.database.close()

    server, task = federation.director, five_hospitals[0].task.name
    digest = Digest.of(issued.token.encode())
    eventually(lambda: digest in server.access._tokens)
    eventually(lambda: (None, task) in server.inference._models._current)
    assert server.inference._models.ready(None, task).model.sha256 == made.sha256
    assert federation.digest_at("aggregated", "model.pt") == made.sha256
    (line,) = federation.log_lines("model.publish")
    with server.database.read() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.act == "model.publish")).one()
    assert (line["seq"], line["actor"], line["version"]) == (row.seq, "admin:cli", 1)
    assert_all_was_read_once(federation)


def test_a_server_reads_for_a_command_that_ended_too_early(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    digest = upload_through(federation, readerless(federation), hospital)

    eventually(lambda: versions_in_training_log(federation, "KUTRRH") == [1])
    eventually(lambda: federation.file("received_results", "KUTRRH", "model.pt").exists())
    eventually(lambda: len(federation.log_lines("upload.admit")) == 1)
    assert federation.digest_at("received_results", "KUTRRH", "model.pt") == digest
    eventually(lambda: hospital.infer({"diagnosis_count": 3}).status_code == 200)
    assert hospital.infer({"diagnosis_count": 3}).json()["model"]["sha256"] == digest


def test_each_line_is_written_once_however_many_commit_at_once(federation: FederationSimulator):
    program = (
        "import sys; from pathlib import Path\n"
        "from director.assembly import Director; from director.settings import DirectorSettings\n"
        "from director.members.access import LOCAL_ADMIN\n"
        "director = Director(DirectorSettings(data_dir=Path(sys.argv[1])))\n"
        "for _ in range(15): director.members.issue_token(LOCAL_ADMIN, 'analyst', None, None)\n"
    )
    words = [sys.executable, "-c", program, str(federation.folder)]
    processes = [subprocess.Popen(words) for _ in range(2)]
    others = [Director(federation.settings, federation.clock) for _ in range(2)]

    def issue_many(director: Director) -> None:
        for _ in range(15):
            director.members.issue_token(LOCAL_ADMIN, "analyst", None, None)

    threads = [threading.Thread(target=issue_many, args=(each,)) for each in (federation.director, *others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [process.wait(60) for process in processes] == [0, 0]
    for each in others:
        each.database.close()

    assert len(federation.log_lines("token.issue")) >= 75
    assert Counter(line["seq"] for line in federation.log_lines()) == Counter(seqs_on_record(federation))


def test_an_act_that_nobody_knows_makes_everything_be_learned_anew_and_has_its_line(federation: FederationSimulator):
    secret = federation.token("analyst")
    headers = {"Authorization": f"Bearer {secret}"}
    assert federation.http.get("/tasks", headers=headers).status_code == 200
    with federation.director.database.write() as session:  # as a later version of this program would
        last = session.scalars(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1)).one()
        row = AuditRow(
            seq=last.seq + 1,
            at=federation.clock(),
            actor="admin:later",
            act="token.suspend",
            subject="somebody",
            facts={"why": "a later version knows"},
            previous=last.digest,
        )
        row.digest = audit.chained_digest(row)
        session.add(row)
        token = session.scalars(select(TokenRow).where(TokenRow.sha256 == Digest.of(secret.encode()))).one()
        token.revoked_at = federation.clock()

    eventually(lambda: federation.http.get("/tasks", headers=headers).status_code == 401)
    eventually(lambda: len(federation.log_lines("token.suspend")) == 1)
    (line,) = federation.log_lines("token.suspend")
    assert (line["seq"], line["actor"], line["subject"]) == (row.seq, "admin:later", "somebody")
    assert line["why"] == "a later version knows"
    assert federation.director.upkeep.verify_audit().is_whole


# --- a reader that fails ----------------------------------------------------------------------------------------------


@READERS
def test_a_reader_that_fails_changes_no_answer_and_misses_nothing(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital], reader: ReaderClass, monkeypatch
):
    def refuses(*_: object) -> None:
        raise StorageError("The director's disk refuses to read or write; nothing was changed.")

    for each in five_hospitals:
        each.train_and_upload()
    knh, kutrrh = five_hospitals[2], five_hospitals[0]
    place = place_of(federation, reader.name)
    with monkeypatch.context() as patched:
        patched.setattr(reader, "read", refuses)
        answers = {
            "upload": knh.upload(knh.gone_too_far(10)),
            "aggregate": federation.aggregate(),
            "publish": federation.http.post("/global_models/1/publish", headers=federation.admin),
            "release": federation.decide("release", federation.submission("KNH", 2)["id"]),
            "reject": federation.decide("reject", federation.submission("KUTRRH", 1)["id"]),
        }
        assert {name: answer.status_code for name, answer in answers.items()} == {
            "upload": 201, "aggregate": 201, "publish": 200, "release": 200, "reject": 200,
        }  # fmt: skip
        assert place_of(federation, reader.name) == place
        others = {each.name for each in (EventLog, TrainingLogs, Views)} - {reader.name}
        newest = seqs_on_record(federation)[-1]
        assert {place_of(federation, name) for name in others} == {newest}

    assert five_hospitals[1].train_and_upload(5)["version"] == 2  # the next event

    assert place_of(federation, reader.name) == seqs_on_record(federation)[-1]
    assert versions_in_training_log(federation, "KNH") == [1, 2]
    assert versions_in_training_log(federation, "MTRH") == [1, 2]
    assert (
        federation.digest_at("received_results", "KNH", "model.pt")
        == answers["upload"].json()["files"]["model"]["sha256"]
    )
    assert not federation.file("received_results", kutrrh.name, "model.pt").exists()
    assert federation.digest_at("aggregated", "model.pt") == answers["publish"].json()["sha256"]
    assert_all_was_read_once(federation)


def test_acts_are_answered_while_a_file_of_the_view_can_not_be_replaced(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    first = hospital.train_and_upload(1)
    shown = federation.file("received_results", "KUTRRH", "model.pt")
    shown.unlink()
    shown.mkdir()  # no file can take its name, whoever tries
    second = hospital.upload(hospital.parcel(2))
    rejected = federation.decide("reject", second.json()["id"])
    third = hospital.upload(hospital.parcel(3))
    assert [answer.status_code for answer in (second, rejected, third)] == [201, 200, 201]
    lower = federation.digest_at("received_results", "KUTRRH", "diagnosis_count", "model.pt")
    assert lower == third.json()["files"]["model"]["sha256"]  # the files beside it are shown all the same
    assert first["files"]["model"]["sha256"] != lower

    shown.rmdir()
    federation.enrol("MTRH")  # any next event

    assert federation.digest_at("received_results", "KUTRRH", "model.pt") == lower
    assert_all_was_read_once(federation)


def test_a_training_log_that_can_not_be_written_is_caught_up(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    in_the_way = federation.file("logs", "training")
    in_the_way.write_bytes(b"a file where the folder shall be")
    assert [hospital.train_and_upload(nudge)["version"] for nudge in (1, 2)] == [1, 2]
    in_the_way.unlink()
    assert hospital.train_and_upload(3)["version"] == 3
    assert versions_in_training_log(federation, "KUTRRH") == [1, 2, 3]
    assert_all_was_read_once(federation)


def place_of(federation: FederationSimulator, name: str) -> int:
    with federation.director.database.read() as session:
        return session.get_one(ReaderRow, name).seq


# --- by themselves ----------------------------------------------------------------------------------------------------


class Listener:
    """A lasting reader that remembers what it was told."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.heard: list[int] = []
        self.failure: Exception | None = None

    def read(self, session: Session, told: Sequence[Told]) -> int:
        if self.failure is not None:
            raise self.failure
        self.heard += [each.seq for each in told]
        return told[-1].seq


class Memory:
    """A learner that counts how often it learned."""

    def __init__(self, concerned: type[Event]) -> None:
        self.concerned = concerned
        self.refreshed = 0

    def concerns(self, event: Event) -> bool:
        return isinstance(event, self.concerned)

    def refresh(self, session: Session) -> None:
        self.refreshed += 1


@pytest.fixture
def ledger(tmp_path: Path, federation: FederationSimulator) -> Ledger:
    """A ledger without a reader, on a database in which nothing was told."""
    database = Database(f"sqlite:///{tmp_path / 'alone.db'}")
    database.migrate()
    return Ledger(database, federation.clock)


def tell(ledger: Ledger, event: Event | None = None) -> None:
    with ledger.act("director") as act:
        act.tell(event or BackupMade())


def test_a_reader_is_told_everything_once_and_in_order(ledger: Ledger):
    one, later = Listener("one"), Listener("later")
    readers = LastingReaders(ledger.database, [one])
    tell(ledger)
    tell(ledger)
    readers.learn()
    readers.learn()
    tell(ledger)
    LastingReaders(ledger.database, [one, later]).learn()
    assert (one.heard, later.heard) == ([1, 2, 3], [1, 2, 3])


@pytest.mark.parametrize("failure", [StorageError("The disk is away."), ValueError("a mistake of ours")])
def test_one_that_failed_is_told_the_same_again_and_the_others_are_not(ledger: Ledger, failure: Exception):
    before, failing, after = Listener("before"), Listener("failing"), Listener("after")
    readers = LastingReaders(ledger.database, [before, failing, after])
    tell(ledger)
    failing.failure = failure
    readers.learn()
    tell(ledger)
    failing.failure = None
    readers.learn()
    assert before.heard == after.heard == failing.heard == [1, 2]


def test_what_is_too_much_for_one_stretch_is_read_to_its_end_and_a_failing_reader_holds_up_nobody(
    ledger: Ledger, monkeypatch
):
    monkeypatch.setattr("director.upkeep.readers._READ_AT_ONCE", 2)
    for _ in range(5):
        tell(ledger)
    one, failing = Listener("one"), Listener("failing")
    failing.failure = StorageError("The disk is away.")
    LastingReaders(ledger.database, [failing, one]).learn()
    assert (one.heard, failing.heard) == ([1, 2, 3, 4, 5], [])
    failing.failure = None
    LastingReaders(ledger.database, [failing, one]).learn()
    assert (one.heard, failing.heard) == ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5])


def test_where_nothing_was_told_nothing_is_written_or_waited_for(ledger: Ledger):
    readers = LastingReaders(ledger.database, [Listener("one")])
    readers.learn()
    tell(ledger)
    readers.learn()
    other = threading.Thread(target=readers.learn)
    with ledger.database.write() as session:
        session.connection()  # takes the write lock
        other.start()
        other.join(5)
        assert not other.is_alive()


def test_memory_is_learned_anew_only_where_an_event_concerns_it(ledger: Ledger):
    concerned, indifferent = Memory(BackupMade), Memory(MembershipEvent)
    learners = Learners(ledger.database, [concerned, indifferent])
    learners.refresh()
    learners.learn()
    assert (concerned.refreshed, indifferent.refreshed) == (1, 1)
    tell(ledger)
    tell(ledger)
    learners.learn()
    learners.learn()
    assert (concerned.refreshed, indifferent.refreshed) == (2, 1)


def test_a_refresh_that_failed_is_made_up_for(ledger: Ledger, monkeypatch):
    memory = Memory(BackupMade)
    learners = Learners(ledger.database, [memory])
    learners.refresh()
    tell(ledger)

    def fails(_: Session) -> None:
        raise StorageError("away")

    with monkeypatch.context() as patched:
        patched.setattr(memory, "refresh", fails)
        with pytest.raises(StorageError):
            learners.learn()
    learners.learn()
    assert memory.refreshed == 2


def test_every_memory_of_a_server_heeds_an_act_that_nobody_knows(federation: FederationSimulator):
    unread = UnreadEvent(name="token.suspend", of="somebody", said={})
    assert all(learner.concerns(unread) for learner in federation.director._learners._learners)


# --- one refresh at a time --------------------------------------------------------------------------------------------


def test_a_slow_refresh_does_not_bring_back_what_a_later_one_has_taken_away(
    federation: FederationSimulator, monkeypatch
):
    secret = federation.token("analyst")
    has_read, may_go_on = threading.Event(), threading.Event()
    original = federation.director.access.refresh

    def slow(session) -> None:
        session.connection()  # the old state is what this session sees from here on
        session.scalars(select(TokenRow)).unique().all()
        has_read.set()
        may_go_on.wait(5)
        original(session)

    monkeypatch.setattr(federation.director.access, "refresh", slow)
    first = threading.Thread(target=federation.director._learners.refresh)
    first.start()
    assert has_read.wait(5)
    monkeypatch.setattr(federation.director.access, "refresh", original)
    later = threading.Thread(target=revoke_the_analysts_token, args=(federation.director,))
    later.start()
    later.join(1)  # without one at a time it is through by now, and the slow one comes after it
    may_go_on.set()
    first.join()
    later.join()
    answer = federation.http.get("/tasks", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 401


def revoke_the_analysts_token(director: Director) -> None:
    (listed,) = director.members.list_tokens(LOCAL_ADMIN, role="analyst", envoy_name=None, limit=10, cursor=None).items
    director.members.revoke_token(LOCAL_ADMIN, listed.id)


def test_those_who_wait_are_woken_after_each_act_once_it_was_learned(federation: FederationSimulator):
    director, learned = federation.director, list[bool]()
    secret = federation.token("analyst")
    headers = {"Authorization": f"Bearer {secret}"}
    director.wake_after_acts(lambda: learned.append(federation.http.get("/tasks", headers=headers).status_code == 401))
    revoke_the_analysts_token(director)
    assert learned == [True]
    director.ledger.let_readers_learn()
    assert learned == [True]  # nothing was done since


def test_after_an_audit_was_cut_what_follows_is_still_told(federation: FederationSimulator):
    director = federation.director
    for _ in range(3):
        with director.ledger.act("director") as act:
            act.tell(BackupMade())
    with director.database.write() as session:
        newest = audit.newest_seq(session)
        for row in session.scalars(select(AuditRow).where(AuditRow.seq > newest - 2)):
            session.delete(row)
    director.ledger.let_readers_learn()
    revoked = federation.token("analyst")
    (listed,) = director.members.list_tokens(LOCAL_ADMIN, role="analyst", envoy_name=None, limit=5, cursor=None).items
    director.members.revoke_token(LOCAL_ADMIN, listed.id)
    answer = federation.http.get("/tasks", headers={"Authorization": f"Bearer {revoked}"})
    assert answer.status_code == 401
    acts = [line["event"] for line in federation.log_lines() if line.get("event", "").startswith("token.")]
    assert acts[-2:] == ["token.issue", "token.revoke"]


def test_where_nothing_is_news_memory_reads_nothing(ledger: Ledger, monkeypatch: pytest.MonkeyPatch):
    learners = Learners(ledger.database, [])
    learners.refresh()
    monkeypatch.setattr(audit, "told_after", lambda *_: pytest.fail("it was read again"))
    learners.learn()
