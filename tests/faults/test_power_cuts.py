"""The power goes: what was acknowledged is there, nothing is half visible, and one start puts all in order."""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from contract.names import Digest
from director.assembly import Director
from director.records.failpoints import FAILPOINTS
from director.settings import DirectorSettings
from tests.faults.house import READY_SECONDS, House
from tests.faults.scale import record, scaled

CUTS_AT_ANY_INSTANT = scaled(3, 200)
CUTS_IN_EACH_PHASE = scaled(1, 200)
LOOK_OVER_EVERY = 10

# In which act a phase begins, and for how long (in seconds, generously) it lasts.
PHASES: dict[str, tuple[str, float]] = {
    "receive": ("receive.begun", 0.012),
    "gate": ("gate.begun", 0.004),
    "commit": ("gate.ended", 0.03),
    "aggregate": ("aggregate.begun", 0.06),
    "publish": ("publish.begun", 0.03),
    "recovery": ("recovery.begun", 0.03),
}

TWICE = {"file.written"}  # the first time at the start already, where the audit's head is written


def leave_work_for_the_recovery(house: House) -> None:
    """Leave what a power cut would: orphans, half a file, a view that lags."""
    folder = house.director.folder
    blobs = Director(DirectorSettings(data_dir=folder)).blobs
    for number in range(3):
        blobs.keep(f"an orphan {number} {time.monotonic_ns()}".encode())
    (folder / "blobs" / "incoming" / "half").write_bytes(b"half")
    (folder / "received_results" / "KNH" / "model.pt").unlink(missing_ok=True)
    (folder / "aggregated" / ".model.pt.00ff00ff.arriving").write_bytes(b"half")


def act_of(house: House, place: str) -> Callable[[], object]:
    """Give the act that reaches a failpoint."""
    sender = house.senders[0]
    phase = place.partition(".")[0]
    if phase == "recovery":
        leave_work_for_the_recovery(house)
        return lambda: None
    acts: dict[str, Callable[[], object]] = {
        "statistics": sender.send_statistics,
        "aggregate": house.move_on,
        "pointer": house.move_on,
        "publish": lambda: publish_another(house),
    }
    return acts.get(phase, sender.upload)


def publish_another(house: House) -> None:
    """Publish a version that is not the current one."""
    house.publish(next(each["version"] for each in house.listed() if not each["published"]))


@pytest.mark.timeout(600)
def test_a_power_cut_at_each_failpoint_loses_nothing(house: House):
    sender, unanswered = house.senders[0], []
    assert house.move_on().ok  # so that there are two versions to choose from
    house.director.stop()
    for place in FAILPOINTS:
        act = act_of(house, place)

        def look_and_act(act: Callable[[], object] = act) -> None:
            house.assert_whole()  # after the cut before
            act()

        before = sender.model
        house.cut(f"{place}:2" if place in TWICE else place, look_and_act)
        if sender.model != before:
            unanswered.append(sender.model)
    house.start()
    house.assert_whole()
    for model in unanswered:  # who got no answer sends again: it arrives once
        assert sender.send(model).status_code in (200, 201)
        assert list(sender.kept().values()).count(Digest.of(model)) == 1
    house.assert_whole()
    fsck = house.director.run("fsck", check=False)
    assert (fsck.returncode, fsck.stdout.strip()) == (0, "clean")
    record(
        "power cut at each failpoint",
        bar=f"nothing acknowledged lost, nothing half visible, fsck clean, ready ≤ {READY_SECONDS:g} s",
        reached=f"all {len(FAILPOINTS)} failpoints; slowest start, imports aside, {house.slowest:.1f} s",
    )
    assert house.slowest <= scaled(2, 1) * READY_SECONDS


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("phase", PHASES)
def test_power_cuts_at_random_instants_of_a_phase_lose_nothing(house: House, phase: str):
    place, lasts = PHASES[phase]
    instant = random.Random(phase)
    house.director.stop()
    for cut in range(1, CUTS_IN_EACH_PHASE + 1):  # each start is the recovery from the cut before
        house.cut(f"{place}:1:{instant.uniform(1e-5, lasts):.6f}", act_of(house, place))
        if cut % LOOK_OVER_EVERY == 0 or cut == CUTS_IN_EACH_PHASE:
            house.start()
            house.assert_whole()
            house.director.stop()
    house.start()
    record(
        f"{CUTS_IN_EACH_PHASE} power cuts at random instants of {phase}",
        bar=f"0 lost, 0 half visible, fsck clean, ready ≤ {READY_SECONDS:g} s",
        reached=f"0 lost, 0 half visible, fsck clean; slowest start, imports aside, {house.slowest:.1f} s",
    )
    assert house.slowest <= scaled(2, 1) * READY_SECONDS


@pytest.mark.timeout(3600)
def test_power_cuts_at_any_instant_under_load_lose_nothing(commanded_house: House):
    house, instant = commanded_house, random.Random(11)
    acts: list[Callable[[], object]] = [*(sender.upload for sender in house.senders), house.aggregate]
    for cut in range(CUTS_AT_ANY_INSTANT):
        stop = threading.Event()
        with ThreadPoolExecutor(len(acts)) as threads:
            busy = [threads.submit(keep_busy, act, stop) for act in acts]
            time.sleep(instant.uniform(0.0, 0.4))
            house.director.kill()
            stop.set()
            for each in busy:
                each.result()
        house.start()
        if cut % LOOK_OVER_EVERY == LOOK_OVER_EVERY - 1:
            house.assert_whole()
    house.assert_whole()
    acknowledged = sum(len(sender.acknowledged) for sender in house.senders)
    assert acknowledged > CUTS_AT_ANY_INSTANT / 2
    record(
        f"{CUTS_AT_ANY_INSTANT} power cuts at any instant, three hospitals and an aggregation without pause",
        bar=f"0 lost, 0 half visible, fsck clean, ready ≤ {READY_SECONDS:g} s",
        reached=f"{acknowledged} uploads and {len(house.global_models)} aggregates acknowledged, 0 lost; "
        f"slowest start of the command {house.slowest:.1f} s",
    )
    assert house.slowest <= scaled(2, 1) * READY_SECONDS


def keep_busy(act: Callable[[], object], stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            act()
        except requests.RequestException:  # the power went
            return
