"""A backup and a prune wait for each other, and say so where one takes too long."""

import threading
import time
from pathlib import Path

import pytest

from contract.names import Digest, EnvoyName
from director.errors import UsageError
from director.members.access import LOCAL_ADMIN
from director.records.blobs import BlobStore
from director.upkeep import turn
from director.upkeep.pruning import Pruning, Rule
from director.upkeep.turn import LOCK, in_turn
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_the_second_waits_for_the_first_and_then_has_its_turn(tmp_path: Path):
    order: list[str] = []
    first_has_it = threading.Event()

    def first() -> None:
        with in_turn(tmp_path):
            first_has_it.set()
            first_may_end.wait(10)
            order.append("first")

    first_may_end = threading.Event()
    thread = threading.Thread(target=first)
    thread.start()
    assert first_has_it.wait(10)
    threading.Timer(0.3, first_may_end.set).start()
    with in_turn(tmp_path, patience_seconds=10):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


def test_who_has_waited_long_enough_says_what_is_under_way_and_whoever_ends_leaves_no_lock(tmp_path: Path):
    with in_turn(tmp_path), pytest.raises(UsageError) as refused, in_turn(tmp_path, patience_seconds=0):
        pass
    assert "A backup or a prune of this data folder, or a hospital's leave, is under way" in refused.value.sentence
    with in_turn(tmp_path, patience_seconds=0):
        assert (tmp_path / LOCK).exists()


def test_none_of_them_begins_while_another_is_under_way(
    federation: FederationSimulator, hospital: SimulatedHospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(turn, "PATIENCE_SECONDS", 0)
    upkeep, copy = federation.director.upkeep, tmp_path / "copy"
    for begin in (
        lambda: upkeep.prune(LOCAL_ADMIN, Rule()),
        lambda: upkeep.back_up(LOCAL_ADMIN, copy),
        lambda: upkeep.withdraw(LOCAL_ADMIN, EnvoyName(hospital.name), "it asks for it"),
    ):
        with in_turn(federation.folder), pytest.raises(UsageError, match="under way"):
            begin()
    assert not copy.exists()
    assert hospital.train_and_upload()["version"] == 1  # it has not left
    assert upkeep.prune(LOCAL_ADMIN, Rule(), is_real=False).periods == {}  # who only looks waits for nobody


def test_a_backup_beside_which_somebody_prunes_is_whole(
    federation: FederationSimulator, hospital: SimulatedHospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for number in range(6):
        hospital.train_and_upload(number)
    upkeep, begun, read = federation.director.upkeep, threading.Event(), BlobStore.read

    def read_slowly(blobs: BlobStore, digest: Digest) -> bytes:
        begun.set()  # the rows are copied, and the first file is not
        time.sleep(0.02)
        return read(blobs, digest)

    went: list[Pruning] = []

    def prune() -> None:
        assert begun.wait(10)
        went.append(upkeep.prune(LOCAL_ADMIN, Rule(versions=2)))

    thread = threading.Thread(target=prune)
    thread.start()
    with monkeypatch.context() as patched:
        patched.setattr(BlobStore, "read", read_slowly)
        made = upkeep.back_up(LOCAL_ADMIN, tmp_path / "copy")
    thread.join(10)
    assert len(went[0].versions) == 4
    assert made.files > len(list(federation.director.blobs.digests()))
