"""The centre describes itself: its strategies, how it is set, how it is."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from aggregation.screening import Bounds
from aggregation.strategy import RULES, strategy_named
from contract.names import TaskName
from director.errors import StorageError
from director.members.access import LOCAL_ADMIN
from director.settings import DirectorSettings, TaskSettings
from director.upkeep.centre import describe_settings
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_every_rule_is_described_with_the_numbers_that_it_takes(federation: FederationSimulator) -> None:
    found = {each.name: each for each in federation.director.centre.strategies().items}
    assert found.keys() == RULES.keys()
    assert list(found) == sorted(found)
    assert all(each.can_clip for each in found.values())
    rate, momentum = found["fedavgm"].parameters
    assert (rate.name, rate.default, rate.least, rate.most, rate.takes_least) == ("server_rate", 1.0, 0, 100, False)
    assert (momentum.default, momentum.most, momentum.takes_most) == (0.9, 1, False)
    (bad, chosen) = found["multi_krum"].parameters
    assert (bad.default, bad.most, bad.is_whole, chosen.name, chosen.default) == (1, None, True, "m", None)


@pytest.mark.parametrize(
    ("set_to", "rule"), [("clip+fedavg", "fedavg"), ("krum", "krum"), ("clip", "mean"), ("clip+clip+krum", "krum")]
)
def test_the_directors_own_strategy_is_told_at_its_rule_as_it_is_set(tmp_path: Path, set_to: str, rule: str) -> None:
    with FederationSimulator(tmp_path / "director", strategy=set_to) as federation:
        items = federation.director.centre.strategies().items
    assert {each.name: each.default_name for each in items if each.is_default} == {rule: set_to}
    assert {each.default_name for each in items if not each.is_default} == {None}
    strategy_named(set_to, {})  # it is one that can be asked for


def test_the_system_says_how_the_centre_is(
    federation: FederationSimulator, hospital: SimulatedHospital, tmp_path: Path
) -> None:
    centre, opened_at = federation.director.centre, federation.clock.now
    federation.clock.pass_by(hours=3)
    before = centre.system()
    assert (before.started_at, before.status, before.checks) == (opened_at, "ok", {"database": "ok", "storage": "ok"})
    assert before.last_backup is None
    blobs = federation.director.blobs
    digests = list(blobs.digests())
    assert (before.storage.blobs, before.storage.blob_bytes) == (
        len(digests), sum(len(blobs.read(each)) for each in digests),
    )  # fmt: skip
    hospital.train_and_upload()
    assert federation.file("director.db-wal").stat().st_size > 0
    federation.director.upkeep.back_up(LOCAL_ADMIN, tmp_path / "copy")
    federation.clock.pass_by(minutes=90)
    after = centre.system()
    assert after.storage.blobs == len(list(blobs.digests())) > before.storage.blobs
    written = [federation.file(name).stat().st_size for name in ("director.db", "director.db-wal")]
    assert after.storage.database_bytes == sum(written)
    assert after.storage.free_bytes > 0
    assert after.records == federation.director.upkeep.verify_audit().records > before.records
    assert after.last_backup is not None
    assert (after.last_backup.made_at, after.last_backup.age_seconds) == (opened_at + timedelta(hours=3), 90 * 60)
    assert not after.quiescence.is_quiet


def test_files_are_counted_anew_only_where_something_was_done(
    federation: FederationSimulator, hospital: SimulatedHospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[tuple[int, int]] = []
    measure = federation.director.blobs.measure

    def measured() -> tuple[int, int]:
        counted.append(measure())
        return counted[-1]

    monkeypatch.setattr(federation.director.blobs, "measure", measured)
    for _ in range(3):
        federation.director.centre.system()
    assert len(counted) == 1
    hospital.train_and_upload()
    federation.director.centre.system()
    assert len(counted) == 2


def test_what_does_not_do_its_work_is_told_and_fails_nothing_else(
    federation: FederationSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses() -> None:
        raise StorageError("The disk is away.")

    monkeypatch.setattr(federation.director.blobs, "check_writable", refuses)
    found = federation.director.centre.system()
    assert (found.status, found.checks["storage"]) == ("failing", "The disk is away.")


def test_the_settings_are_told_as_they_are_in_force(tmp_path: Path) -> None:
    settings = DirectorSettings(
        data_dir=tmp_path,
        port=9000,
        gate=Bounds(cosine=0.25),
        tasks={TaskName("diagnosis_count"): TaskSettings(cut_points=(4, 12))},
        trusted_proxies=("10.0.0.7",),
        tls_key=tmp_path / "key.pem",
    )
    found = {each.name: each for each in describe_settings(settings)}
    assert list(found) == list(DirectorSettings.model_fields)
    changed = {name: each.value for name, each in found.items() if not each.is_default}
    assert changed.keys() == {"data_dir", "port", "gate", "tasks", "trusted_proxies", "tls_key"}
    assert (changed["port"], changed["trusted_proxies"]) == (9000, ["10.0.0.7"])
    assert changed["tasks"] == {"diagnosis_count": {"cut_points": [4.0, 12.0]}}
    assert isinstance(changed["gate"], dict)
    assert changed["gate"]["cosine"] == 0.25
    assert (changed["tls_key"], found["track_uri"].value) == (str(tmp_path / "key.pem"), None)


class Addresses(BaseModel):
    """Settings that hold addresses."""

    one: str = "https://admin:hunter2@mlflow.example:5000/tracking?token=hunter2#hunter2"
    more: list[str] = ["sqlite:////srv/director.db", "http://[hunter2"]
    other: dict[str, str] = {"at": "s3://hunter2@bucket/a"}


def test_no_setting_shows_who_asks_and_what_with() -> None:
    one, more, other = describe_settings(Addresses())
    assert one.value == "https://mlflow.example:5000/tracking"
    assert more.value == ["sqlite:////srv/director.db", None]
    assert other.value == {"at": "s3://bucket/a"}
