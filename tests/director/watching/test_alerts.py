"""Alerts to real servers: told once when something begins, again after a day, and once when it ends."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from director.errors import AlertError, UsageError
from director.watching.alerts import Alerts
from tests.alert_servers import Hook, hook_server, mail_server, silent_server
from tests.federation_simulator import FederationSimulator, eventually
from tests.real_processes import ForkedDirector, RealDirector


@pytest.fixture
def hook(certificates: Path) -> Iterator[Hook]:
    with hook_server(certificates) as found:
        yield found


@pytest.fixture
def watched(
    hook: Hook, certificates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FederationSimulator]:
    """A federation that tells the hook, whenever a test lets it look."""
    monkeypatch.setattr("director.watching.watcher.Watcher.start", lambda _: None)
    settings = {"webhook_url": hook.url, "ca_file": certificates / "authority.pem"}
    with FederationSimulator(tmp_path / "director", alerts=settings, backup_days=30) as federation:
        yield federation


def look(federation: FederationSimulator) -> None:
    alerts: Alerts = federation.director.alerts
    for channel in alerts.channels:
        alerts.look(channel)


def told(hook: Hook) -> list[tuple[str, str, int, tuple[str, ...]]]:
    """Give what came since the last time."""
    found = [
        (each["state"], each["kind"], each["count"], tuple(each["hospitals"]))
        for post in hook.posts
        for each in post["conditions"]
    ]
    hook.posts.clear()
    return found


def test_a_silent_hospital_is_told_of_once_again_after_a_day_and_once_when_it_is_back(
    watched: FederationSimulator, hook: Hook
):
    knh, _ = watched.enrol("KNH"), watched.enrol("MTRH")
    look(watched)
    assert told(hook) == []
    watched.clock.pass_by(hours=25)
    for _ in range(3):
        look(watched)
    assert told(hook) == [("new", "hospital_silent", 2, ("KNH", "MTRH"))]
    watched.clock.pass_by(hours=23)
    look(watched)
    assert told(hook) == []
    watched.restart()  # what was told is kept
    watched.clock.pass_by(hours=1)
    look(watched)
    look(watched)
    assert told(hook) == [("still", "hospital_silent", 2, ("KNH", "MTRH"))]
    knh.work()
    watched.director.members.note_use()
    look(watched)
    look(watched)
    assert told(hook) == [("over", "hospital_silent", 1, ("KNH",))]


def test_what_waits_for_a_person_is_told_and_nothing_of_it_but_the_hospitals_name(
    watched: FederationSimulator, hook: Hook
):
    knh = watched.enrol("KNH")
    knh.send_statistics()
    own = knh.own_scaler
    report = {"num_examples": own.num_examples, "mean": [500.0], "m2": own.m2}
    for name in ("MTRH", "Embu", "KUTRRH"):
        watched.enrol(name).send_statistics()
    answer = knh.http.post("/statistics/KNH", json=report, headers=knh.headers)
    assert answer.json()["verdict"] == "quarantined"
    look(watched)
    assert "500" not in str(hook.posts)
    assert told(hook) == [("new", "statistics_quarantined", 1, ("KNH",))]
    watched.http.post("/envoys/KNH/disable", headers=watched.admin)
    look(watched)
    assert told(hook) == [("over", "statistics_quarantined", 1, ("KNH",))]


def test_a_round_near_its_deadline_is_told_of_while_it_waits_for_somebody(watched: FederationSimulator, hook: Hook):
    watched.enrol("KNH")
    watched.open_run(deadline_seconds=4000)
    watched.play()
    look(watched)
    assert told(hook) == []
    watched.clock.pass_by(seconds=3001)
    look(watched)
    assert told(hook) == [("new", "round_closing", 1, ())]
    watched.play()
    look(watched)
    assert told(hook) == [("over", "round_closing", 1, ())]


def test_a_broken_audit_and_a_short_disk_are_told_of(
    watched: FederationSimulator, hook: Hook, monkeypatch: pytest.MonkeyPatch
):
    look(watched)
    with watched.director.database.write() as session:
        session.connection().exec_driver_sql("UPDATE audit SET actor = 'nobody' WHERE seq = 1")
    look(watched)
    assert told(hook) == []  # verified once a day
    watched.clock.pass_by(days=1)
    look(watched)
    assert told(hook) == [("new", "audit_broken", 1, ())]
    assert [each["kind"] for each in watched.http.get("/overview", headers=watched.admin).json()["matters"]] == [
        "audit_broken"
    ]
    monkeypatch.setattr("director.upkeep.centre.shutil.disk_usage", lambda _: type("Usage", (), {"free": 2**20})())
    look(watched)
    assert told(hook) == [("new", "disk_short", 1, ())]


def test_a_channel_that_fails_is_asked_again_later_each_time_and_loses_nothing(
    watched: FederationSimulator, hook: Hook
):
    hook.status = 500
    watched.enrol("KNH")
    watched.clock.pass_by(hours=25)
    for _ in range(16 * 6):
        look(watched)
        watched.clock.pass_by(seconds=10)
    assert len(hook.posts) == 5  # at once, after 1, 3, 7 and 15 minutes
    (failing,) = watched.director.alerts.failing()
    assert (failing.name, failing.failures, failing.why) == ("webhook", 5, "The webhook answered 500.")
    told(hook)
    hook.status = 200
    watched.clock.pass_by(hours=1)
    look(watched)
    assert told(hook) == [("new", "hospital_silent", 1, ("KNH",))]
    assert watched.director.alerts.failing() == []


def test_what_began_and_ended_while_the_channel_failed_is_never_told(watched: FederationSimulator, hook: Hook):
    hook.status = 500
    knh = watched.enrol("KNH")
    watched.clock.pass_by(hours=25)
    look(watched)
    knh.work()
    watched.director.members.note_use()
    hook.status = 200
    hook.posts.clear()
    watched.clock.pass_by(hours=1)
    look(watched)
    assert told(hook) == []


def test_what_ended_and_began_again_before_it_could_be_told_goes_on(watched: FederationSimulator, hook: Hook):
    knh = watched.enrol("KNH")
    watched.clock.pass_by(hours=25)
    look(watched)
    told(hook)
    hook.status = 500
    knh.work()
    watched.director.members.note_use()
    look(watched)
    hook.status = 200
    hook.posts.clear()
    watched.clock.pass_by(hours=25)
    look(watched)
    assert told(hook) == [("still", "hospital_silent", 1, ("KNH",))]


def test_a_test_is_sent_by_each_channel_or_says_what_is_missing(watched: FederationSimulator, hook: Hook):
    assert watched.director.alerts.test() == ["webhook"]
    assert "A test" in hook.posts[0]["text"]
    hook.status = 403
    with pytest.raises(AlertError, match="403"):
        watched.director.alerts.test()


def test_without_a_channel_there_is_nothing_to_test(federation: FederationSimulator):
    assert federation.director.alerts.channels == []
    with pytest.raises(UsageError, match="No alerts are set"):
        federation.director.alerts.test()


def test_a_real_director_tells_and_one_that_was_killed_goes_on(hook: Hook, certificates: Path, tmp_path: Path):
    environment = {
        "DIRECTOR_ALERTS__WEBHOOK_URL": hook.url,
        "DIRECTOR_ALERTS__CA_FILE": str(certificates / "authority.pem"),
        "DIRECTOR_ALERTS__KINDS": '["hospital_not_joined"]',
        "DIRECTOR_ENROLMENT_HOURS": "1",
    }
    director = ForkedDirector(tmp_path / "director", environment=environment)
    with FederationSimulator(director.folder) as federation:  # by its clock long ago
        federation.http.post("/envoys", json={"envoy_name": "KNH"}, headers=federation.admin)
    director.start()
    eventually(lambda: _is_noted(director), 30)
    director.kill()
    assert told(hook) == [("new", "hospital_not_joined", 1, ("KNH",))]
    with FederationSimulator(director.folder) as federation:
        federation.http.post("/envoys", json={"envoy_name": "MTRH"}, headers=federation.admin)
    director.start()
    eventually(lambda: bool(hook.posts), 30)
    director.stop()
    assert told(hook) == [("new", "hospital_not_joined", 1, ("MTRH",))]


def _is_noted(director: RealDirector) -> bool:
    text = requests.get(f"{director.url}/metrics", headers=director.admin, timeout=5).text
    return 'fl_director_alert_sent_timestamp_seconds{channel="webhook"}' in text


def test_a_mail_server_that_never_answers_keeps_nobody_waiting(tmp_path: Path):
    with silent_server() as port, mail_server() as box:
        alerts: dict[str, Any] = {"mail_from": "a@example.org", "mail_to": ["b@example.org"], "smtp_tls": "none"}
        with FederationSimulator(
            tmp_path / "director", alerts={**alerts, "smtp_host": "127.0.0.1", "smtp_port": port}, backup_days=1
        ) as federation:
            federation.enrol("KNH")
            federation.clock.pass_by(days=2)
            assert federation.http.get("/health/ready").status_code == 200
        # it stopped though the server has said nothing yet; the next one tells by another server
        with FederationSimulator(
            tmp_path / "director", alerts={**alerts, "smtp_host": "127.0.0.1", "smtp_port": box.port}, backup_days=1
        ) as federation:
            federation.clock.pass_by(days=2)
            look(federation)
    assert any("silent hospitals: 1 (KNH)" in mail for mail in box.mails)
