"""kill -9 at random instants of uploads and aggregations: what was acknowledged is there, nothing is half visible."""

import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import requests
from real_processes import RealDirector

from contract.model_file import read_model, write_model
from contract.names import Digest
from contract.scaler import ScalerState
from contract.scaler_file import write_scaler
from contract.tasks import DIAGNOSIS_COUNT

KILLS = 50
HOSPITALS = ("KUTRRH", "MTRH", "KNH")
EXAMPLES = 40


class Sender:
    """A hospital that uploads without pause and remembers what the director acknowledged."""

    def __init__(self, director: RealDirector, name: str) -> None:
        self.director, self.name = director, name
        code = director.json("envoy", "add", name)["code"]
        joined = requests.post(f"{director.url}/join", json={"code": code}, timeout=10).json()
        self.headers = {"Authorization": f"Bearer {joined['token']}"}
        self.random = np.random.default_rng(list(name.encode()))
        self.scaler = write_scaler(ScalerState.from_moments(EXAMPLES, (9.0,), (900.0,)))
        self.base = requests.get(
            f"{director.url}/tasks/diagnosis_count/start", headers=self.headers, timeout=10
        ).json()["base"]
        self.acknowledged: dict[int, str] = {}

    def upload(self) -> None:
        state = {
            name: tensor + self.random.normal(0, 0.1, tensor.shape).astype(np.float32)
            for name, tensor in DIAGNOSIS_COUNT.initial_state().items()
        }
        model = write_model(state, DIAGNOSIS_COUNT.layout)
        metadata = {"task": "diagnosis_count", "num_examples": EXAMPLES, "base": self.base}
        files = {
            "metadata": ("metadata.json", json.dumps(metadata)),
            "model": ("model.pt", model),
            "scaler": ("scaler.pkl", self.scaler),
        }
        response = requests.post(
            f"{self.director.url}/upload/{self.name}", files=files, headers=self.headers, timeout=10
        )
        assert response.status_code == 201, response.text
        self.acknowledged[response.json()["version"]] = Digest.of(model)


def keep_busy(act, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            act()
        except requests.RequestException:  # the power went
            return


def assert_whole(director: RealDirector, senders: list[Sender], global_models: dict[int, str]) -> None:
    """Everything that was acknowledged is there under its digest, the view is whole, and the house in order."""
    checked = director.run("fsck", check=False)
    assert (checked.returncode, checked.stdout.strip()) == (0, "clean"), checked.stdout
    for sender in senders:
        kept: dict[int, str] = {}
        cursor = ""
        while cursor is not None:
            page = requests.get(
                f"{director.url}/submissions?limit=200&cursor={cursor or 0}", headers=sender.headers, timeout=10
            ).json()
            kept |= {each["version"]: each["files"]["model"]["sha256"] for each in page["items"]}
            cursor = page["next"]
        assert sorted(kept) == list(range(1, len(kept) + 1))
        assert sender.acknowledged.items() <= kept.items()
        shown = director.folder / "received_results" / sender.name / "model.pt"
        assert Digest.of(shown.read_bytes()) == kept[max(kept)]
        read_model(shown.read_bytes(), DIAGNOSIS_COUNT.layout)
    listed = requests.get(f"{director.url}/global_models?limit=200", headers=director.admin, timeout=10).json()["items"]
    assert global_models.items() <= {each["version"]: each["sha256"] for each in listed}.items()
    current = [each["sha256"] for each in listed if each["published"]]
    if current:
        assert current == [Digest.of((director.folder / "aggregated" / "model.pt").read_bytes())]


@pytest.mark.timeout(420)
def test_fifty_power_cuts_lose_nothing_that_was_acknowledged(director: RealDirector, tmp_path: Path):
    random_instant = random.Random(11)
    senders = [Sender(director, name) for name in HOSPITALS]
    for sender in senders:
        sender.upload()
    global_models: dict[int, str] = {}

    def aggregate() -> None:
        made = requests.post(f"{director.url}/aggregations", json={}, headers=director.admin, timeout=10)
        assert made.status_code == 201, made.text
        global_models[made.json()["version"]] = made.json()["sha256"]

    acts = [*(sender.upload for sender in senders), aggregate]
    director.admin  # noqa: B018 - issued before the cuts begin
    slowest = 0.0
    for cut in range(KILLS):
        stop = threading.Event()
        with ThreadPoolExecutor(len(acts)) as threads:
            busy = [threads.submit(keep_busy, act, stop) for act in acts]
            time.sleep(random_instant.uniform(0.0, 0.4))
            director.kill()
            stop.set()
            for each in busy:
                each.result()
        slowest = max(slowest, director.start())
        if cut % 10 == 9:
            assert_whole(director, senders, global_models)
    assert_whole(director, senders, global_models)
    assert sum(len(sender.acknowledged) for sender in senders) > KILLS / 2
    assert slowest < 10
