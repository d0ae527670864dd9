"""Federations as an admin finds them in the morning: real processes on real folders."""

import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2 as httpx
import numpy as np
import pytest

from simulation import demo
from tests.federation_simulator import SimulatedHospital
from tests.real_processes import ForkedDirector, RealDirector
from tests.warm_processes import warm_python

NAMES = ("KUTRRH", "MTRH", "KNH", "Embu", "Mbagathi")


@dataclass
class Standing:
    """A director that serves, and hospitals that talk with it."""

    director: RealDirector
    hospitals: dict[str, SimulatedHospital]

    def train(self, *names: str, nudge: int = 0) -> None:
        """Let hospitals train once more, and report how that did."""
        for place, name in enumerate(names or tuple(self.hospitals)):
            hospital = self.hospitals[name]
            parcel = hospital.parcel(nudge)
            parcel.metadata["metrics"] = {"accuracy": 0.6 + 0.05 * nudge, "loss": 0.9 - 0.05 * nudge - 0.01 * place}
            assert hospital.upload(parcel).status_code == 201

    def ask(self, method: str, path: str, **more: object) -> httpx.Response:
        answer = httpx.request(method, self.director.url + path, headers=self.director.admin, **more)  # type: ignore[arg-type]  # as the caller names it
        assert answer.status_code < 300, answer.text
        return answer

    def aggregate(self) -> None:
        self.ask("POST", "/aggregations", json={})

    def not_seen_for(self, name: str, hours: float) -> None:
        """Let a hospital have been away for so long: what nobody can wait for in a test."""
        long_ago = datetime.now(UTC) - timedelta(hours=hours)
        with closing(sqlite3.connect(self.director.folder / "director.db", timeout=20)) as database:
            written = (long_ago.strftime("%Y-%m-%d %H:%M:%S.%f"), name)
            database.execute("UPDATE envoys SET joined_at = ? WHERE name = ?", written)
            database.execute(
                "UPDATE tokens SET last_used_at = ? WHERE envoy_id = (SELECT id FROM envoys WHERE name = ?)",
                written,
            )
            database.commit()


def healthy(director: RealDirector, cycles: int = 2) -> Standing:
    """Five hospitals that have trained and been averaged so often."""
    client = httpx.Client(base_url=director.url, timeout=30)
    hospitals = {}
    for place, name in enumerate(NAMES):
        code = director.json("envoy", "add", name)["code"]
        token = client.post("/join", json={"code": code}).json()["token"]
        random = np.random.default_rng(list(name.encode()))
        counts = np.maximum(1, np.round(random.lognormal(2.2, 0.7, 40 + 10 * place)))
        hospitals[name] = SimulatedHospital(name, client, token, counts)
    standing = Standing(director, hospitals)
    for each in hospitals.values():
        assert each.send_statistics().status_code == 201
    for cycle in range(cycles):
        standing.train(nudge=cycle)
        standing.aggregate()
    return standing


def demonstrated(folder: Path) -> Standing:
    """What `make demo` leaves behind, served again; then a model in quarantine, a run under way, a proposal."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "executable", warm_python())  # test_demo.py starts all of them from nothing
        demo.run(folder, cycles=2)
    director = ForkedDirector(
        folder, environment={"DIRECTOR_CONFIG": str(folder / "director.toml"), "DIRECTOR_TWO_ADMINS": '["disable"]'}
    )
    director.start()
    client = httpx.Client(base_url=director.url, timeout=30)
    hospitals = {}
    for each in director.json("envoy", "list"):
        name, (current,) = each["envoy_name"], each["current"]
        token = director.json("token", "issue", "--role", "hospital", "--envoy", name)["token"]
        hospitals[name] = SimulatedHospital(name, client, token, np.full(current["num_examples"], 5.0))
    standing = Standing(director, hospitals)
    embu = hospitals["Embu"]
    assert embu.upload(embu.gone_too_far(30)).status_code == 201
    standing.train("KUTRRH", "MTRH", "KNH", "Mbagathi", nudge=5)
    standing.aggregate()
    run = standing.ask("POST", "/runs", json={"rounds": 3, "deadline_seconds": 7800, "quorum": 3}).json()["id"]
    for each in hospitals.values():
        assert each.answer_run(run).status_code == 201
    for name in ("KUTRRH", "MTRH"):
        hospital = hospitals[name]
        assert hospital.upload(hospital.update(hospital.work(wait=30)["assignment"])).status_code == 201
    proposer = director.json("token", "issue", "--role", "admin", "--person", "Peter Otieno")["token"]
    asked = client.post("/envoys/Mbagathi/disable", headers={"Authorization": f"Bearer {proposer}"})
    assert asked.status_code == 202
    return standing


def one_silent(director: RealDirector) -> Standing:
    """The same, and KNH was last seen three hours ago."""
    standing = healthy(director)
    director.stop()  # it knows in memory when each was last there
    standing.not_seen_for("KNH", hours=3)
    director.start()
    return standing


def submission_waiting(director: RealDirector) -> Standing:
    """The same, and Embu's newest model went ten times too far, which an aggregate found."""
    standing = healthy(director)
    standing.train("KUTRRH", "MTRH", "KNH", "Mbagathi", nudge=5)
    embu = standing.hospitals["Embu"]
    assert embu.upload(embu.gone_too_far(10)).status_code == 201
    standing.aggregate()
    return standing


def round_stuck(director: RealDirector) -> Standing:
    """A run whose second round waits for KNH, which is silent, and for Embu."""
    standing = healthy(director, cycles=1)
    run = standing.ask("POST", "/runs", json={"rounds": 3, "deadline_seconds": 7800, "quorum": 5}).json()["id"]
    for each in standing.hospitals.values():
        assert each.answer_run(run).status_code == 201
    for turn, names in enumerate((NAMES, ("KUTRRH", "MTRH", "Mbagathi"))):
        for name in names:
            hospital = standing.hospitals[name]
            assignment = hospital.work(wait=30)["assignment"]
            assert assignment is not None, name
            assert hospital.upload(hospital.update(assignment, turn)).status_code == 201
    director.stop()
    standing.not_seen_for("KNH", hours=3)
    director.start()
    return standing
