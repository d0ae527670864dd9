"""Rounds go on from where they were, bit for bit: after a kill at any instant, a redeploy, hospitals that are away."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aggregation.strategy import DEFAULT_STRATEGY
from contract.tasks import DIAGNOSIS_COUNT
from simulation.in_process import run_federation, synthetic_hospitals
from tests.faults.house import READY_SECONDS
from tests.faults.rounds_house import RoundsHouse
from tests.faults.scale import record, scaled

pytestmark = pytest.mark.timeout(scaled(600, 7200))

HOSPITALS, PATIENTS, ROUNDS = 3, 200, 10
KILLS = scaled(8, 200)
LONGEST_PEACE_SECONDS = 0.3
"""About two rounds."""
SEEDS = scaled((1,), (1, 2, 3, 4, 5))
ACCURACY = 0.99


@contextmanager
def taking_part(
    folder: Path, *, hospitals: int = HOSPITALS, patients: int = PATIENTS, seed: int = 0
) -> Iterator[RoundsHouse]:
    house = RoundsHouse.found(folder, hospitals=hospitals, patients=patients, seed=seed)
    try:
        house.take_part()
        yield house
    finally:
        house.end()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Digest of the last model of a run that nothing disturbs."""
    with taking_part(tmp_path_factory.mktemp("undisturbed")) as house:
        house.open_run(rounds=ROUNDS)
        assert house.finish()["state"] == "finished"
        return str(house.model(ROUNDS)["sha256"])


@pytest.mark.alone
def test_a_kill_at_any_instant_changes_no_bit(tmp_path: Path, undisturbed: str):
    chance, killed, slowest, runs = random.Random(11), {"the director": 0, "an envoy": 0}, 0.0, 0
    while sum(killed.values()) < KILLS:
        runs += 1
        with taking_part(tmp_path / f"run{runs}") as house:
            house.open_run(rounds=ROUNDS)
            while sum(killed.values()) < KILLS and house.run()["state"] in ("inviting", "running"):
                time.sleep(chance.uniform(0.0, LONGEST_PEACE_SECONDS))
                if chance.random() < 0.5:
                    house.director.kill()
                    slowest = max(slowest, house.director.start())
                    killed["the director"] += 1
                else:
                    house.replace(chance.choice(list(house.envoys.values())))
                    killed["an envoy"] += 1
            assert house.finish()["state"] == "finished"
            assert house.model(ROUNDS)["sha256"] == undisturbed
    assert slowest <= READY_SECONDS
    record(
        "the power goes at any instant of ten rounds, at the director or at an envoy",
        bar=f"the last model is the undisturbed run's to the bit; ready in {READY_SECONDS:.0f} s",
        reached=f"{KILLS} of {KILLS} kills in {runs} runs",
        of_the_director=killed["the director"],
        of_an_envoy=killed["an envoy"],
        slowest_start=f"{slowest:.1f} s",
    )


@pytest.mark.alone
def test_the_simulation_gives_the_same_bytes(undisturbed: str):
    hospitals = synthetic_hospitals(DIAGNOSIS_COUNT, HOSPITALS, PATIENTS, seed=0)
    simulated = run_federation(DIAGNOSIS_COUNT, hospitals, rounds=ROUNDS, strategy=DEFAULT_STRATEGY)
    assert simulated.sha256 == undisturbed
    record(
        "the same consortium, simulated in one process",
        bar="the last model is that of a director and its envoys to the bit",
        reached="the same",
    )


@pytest.mark.alone
def test_a_redeploy_in_the_midst_changes_no_bit(tmp_path: Path, undisturbed: str):
    with taking_part(tmp_path) as house:
        house.open_run(rounds=ROUNDS)
        house.wait_until(lambda: (house.run()["current"] or {"number": 0})["number"] >= 5)
        house.quiesce()  # at once: the command takes as long to start as some rounds
        assert house.director.run("quiesce", "--wait", "20s").stdout.endswith("safe to redeploy\n")
        stopped_in = house.run()["published"]
        assert 5 <= stopped_in < ROUNDS
        house.director.stop()
        house.director.start()
        assert house.finish()["state"] == "finished"
        assert house.model(ROUNDS)["sha256"] == undisturbed
    record(
        "the director is quiesced, stopped and started again in the midst of ten rounds",
        bar="the last model is the undisturbed run's to the bit",
        reached=f"stopped after round {stopped_in}, the same",
    )


def test_a_round_closes_at_its_deadline_with_the_quorum_and_who_comes_back_counts_again(tmp_path: Path):
    with taking_part(tmp_path, hospitals=5) as house:
        dead = list(house.envoys.values())[:2]
        run = house.open_run(rounds=16, quorum=3, deadline_seconds=4, strategy="fedavg")
        house.wait_until(lambda: house.run(run)["published"] >= 1)
        for each in dead:
            each.kill()
        house.wait_until(lambda: house.run(run)["published"] >= 6)
        for each in dead:
            each.start()
        house.wait_until(lambda: all(each.status["state"] not in ("starting", None) for each in dead))
        assert house.finish(run)["state"] == "finished"
        made = [len(house.model(version)["inputs"]) for version in range(1, 17)]
    assert made[2:6] == [3, 3, 3, 3]
    assert made[-1] == 5
    record(
        "two of five hospitals are dead from the second round to the sixth, with a quorum of three",
        bar="each round closes at its deadline with three; the two count again when they are back",
        reached="hospitals in each round: " + ", ".join(map(str, made)),
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_ten_rounds_teach_every_hospital(tmp_path: Path, seed: int):
    with taking_part(tmp_path, hospitals=5, patients=2000, seed=seed) as house:
        house.open_run(rounds=ROUNDS, seed=seed)
        assert house.finish()["state"] == "finished"
        envoys = house.envoys.values()
        found = {each.name: each.envoy.json("evaluate")["global"]["accuracy"] for each in envoys}
    assert min(found.values()) >= ACCURACY, found
    record(
        f"ten rounds of five standard hospitals, 2,000 patients each, seed {seed}",
        bar=f"accuracy of the last model at every hospital ≥ {ACCURACY}",
        reached=", ".join(f"{name} {value:.4f}" for name, value in found.items()),
    )


def test_nothing_waits_for_a_director_that_is_away(tmp_path: Path):
    """An envoy outlives a director that is away for a while, and says so in its status."""
    with taking_part(tmp_path, hospitals=2) as house:
        house.director.stop()
        house.wait_until(lambda: all(each.status["state"] == "retrying" for each in house.envoys.values()), 60)
        house.director.start()
        house.open_run(rounds=2)
        assert house.finish()["state"] == "finished"
