"""Runs over HTTP: a hospital's long wait ends as soon as there is something to do."""

import threading
import time

import pytest

from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_who_waits_is_told_as_soon_as_there_is_something(federation: FederationSimulator, hospital: SimulatedHospital):
    hospital.send_statistics()
    found: list[dict[str, object]] = []
    waiting = threading.Thread(target=lambda: found.append(hospital.work(wait=30)))
    waiting.start()
    time.sleep(0.2)
    assert found == []
    federation.open_run()
    waiting.join(5)
    assert found[0]["invitation"] is not None


def test_the_wait_ends_when_it_was_long_enough(hospital: SimulatedHospital):
    assert hospital.work(wait=0.1) == {"invitation": None, "assignment": None, "waits_for": "No run is open."}


@pytest.mark.parametrize("wait", [-1, 61, "long"])
def test_nobody_waits_for_ever(hospital: SimulatedHospital, wait: object):
    answer = hospital.http.get(f"/envoys/{hospital.name}/work?wait={wait}", headers=hospital.headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_a_run_is_opened_shown_paused_resumed_and_closed(federation: FederationSimulator, hospital: SimulatedHospital):
    run = federation.open_run(rounds=2, deadline_seconds=90, late="carry", parameters={}, seed=3)
    assert (run["rounds"], run["deadline_seconds"], run["late"], run["seed"]) == (2, 90, "carry", 3)
    assert run["strategy"] == "clip+fedavg"
    for act, state in (("pause", "paused"), ("resume", "inviting"), ("close", "closed")):
        assert federation.http.post(f"/runs/{run['id']}/{act}", headers=federation.admin).json()["state"] == state
