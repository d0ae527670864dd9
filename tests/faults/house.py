"""A real director under faults, its hospitals, and what it has acknowledged to them."""

import json
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import requests

from contract.artifacts.model_file import read_model, write_model
from contract.artifacts.scaler_file import write_scaler
from contract.names import Digest
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT
from director.assembly import Director
from director.records.failpoints import VARIABLE
from director.settings import DirectorSettings
from tests.real_processes import DirectorStoppedError, RealDirector

EXAMPLES = 40
READY_SECONDS = 5.0


class Sender:
    """A hospital that uploads models, each another one, and remembers what the director acknowledged."""

    def __init__(self, director: RealDirector, name: str) -> None:
        self.director, self.name = director, name
        added = requests.post(f"{director.url}/envoys", json={"envoy_name": name}, headers=director.admin, timeout=10)
        code = added.json()["code"]
        joined = requests.post(f"{director.url}/join", json={"code": code}, timeout=10).json()
        self.headers = {"Authorization": f"Bearer {joined['token']}"}
        self.random = np.random.default_rng(list(name.encode()))
        self.scaler = write_scaler(ScalerState.from_moments(EXAMPLES, (9.0,), (900.0,)))
        self.bases: dict[Digest, str] = {}
        self.acknowledged: dict[int, str] = {}
        self.model = b""

    def train(self) -> bytes:
        """Make the next model, from the start that holds now."""
        state = {
            name: tensor + self.random.normal(0, 0.1, tensor.shape).astype(np.float32)
            for name, tensor in DIAGNOSIS_COUNT.initial_state().items()
        }
        url = f"{self.director.url}/tasks/diagnosis_count/start"
        start = requests.get(url, headers=self.headers, timeout=10).json()
        self.model = write_model(state, DIAGNOSIS_COUNT.layout)
        self.bases[Digest.of(self.model)] = start["base"]
        return self.model

    def send(self, model: bytes, **headers: str) -> requests.Response:
        metadata = {"task": "diagnosis_count", "num_examples": EXAMPLES, "base": self.bases[Digest.of(model)]}
        files: dict[str, tuple[str, str | bytes]] = {
            "metadata": ("metadata.json", json.dumps(metadata)),
            "model": ("model.pt", model),
            "scaler": ("scaler.pkl", self.scaler),
        }
        response = requests.post(
            f"{self.director.url}/upload/{self.name}", files=files, headers={**self.headers, **headers}, timeout=60
        )
        if response.ok:
            self.acknowledged[response.json()["version"]] = Digest.of(model)
        return response

    def upload(self) -> None:
        """Send the next model."""
        response = self.send(self.train())
        assert response.status_code == 201, response.text

    def send_statistics(self) -> requests.Response:
        report = {
            "task": "diagnosis_count",
            "num_examples": EXAMPLES,
            "mean": [float(self.random.uniform(5, 12))],
            "m2": [900.0],
        }
        return requests.post(
            f"{self.director.url}/statistics/{self.name}", json=report, headers=self.headers, timeout=60
        )

    def infer(self) -> requests.Response:
        question = {"envoy_name": self.name, "inputs": {"diagnosis_count": 7}}
        return requests.post(f"{self.director.url}/infer", json=question, headers=self.headers, timeout=60)

    def kept(self) -> dict[int, str]:
        """Give version → digest of all that the director lists."""
        kept: dict[int, str] = {}
        cursor = "0"
        while cursor is not None:
            answer = requests.get(
                f"{self.director.url}/submissions?limit=200&cursor={cursor}", headers=self.headers, timeout=10
            )
            assert answer.ok, answer.text
            page = answer.json()
            kept |= {each["version"]: each["files"]["model"]["sha256"] for each in page["items"]}
            cursor = page["next"]
        return kept


@dataclass
class House:
    """A director, its senders, and the global models that it acknowledged."""

    director: RealDirector
    senders: list[Sender] = field(default_factory=list)
    global_models: dict[int, str] = field(default_factory=dict)
    slowest: float = 0.0

    def move_to(self, director: RealDirector) -> None:
        """Let all ask another director, that holds the same tokens."""
        director._admin = self.director._admin
        self.director = director
        for sender in self.senders:
            sender.director = director

    def start(self, failpoint: str = "") -> None:
        """Serve, with the power to be cut at a place or not at all."""
        self.director.environment = {VARIABLE: failpoint} if failpoint else {}
        self.slowest = max(self.slowest, self.director.start())
        self.director.environment = {}

    def cut(self, failpoint: str, act: Callable[[], object]) -> None:
        """Do an act in the midst of which the power goes; for a failpoint of the recovery the start is the act."""
        self.director.environment = {VARIABLE: failpoint}
        try:
            self.slowest = max(self.slowest, self.director.start())
            act()
        except DirectorStoppedError:
            pass  # in its recovery
        except requests.RequestException:
            pass  # in the midst of the act
        finally:
            self.director.environment = {}
        assert self.director.ended() in (-signal.SIGKILL, -signal.SIGALRM), failpoint

    def aggregate(self, **headers: str) -> requests.Response:
        response = requests.post(
            f"{self.director.url}/aggregations", json={}, headers={**self.director.admin, **headers}, timeout=60
        )
        if response.ok:
            self.global_models[response.json()["version"]] = response.json()["sha256"]
        return response

    def move_on(self) -> requests.Response:
        """Let one hospital send another model, and aggregate: there is something new."""
        self.senders[-1].upload()
        return self.aggregate()

    def publish(self, version: int) -> requests.Response:
        url = f"{self.director.url}/global_models/{version}/publish"
        return requests.post(url, headers=self.director.admin, timeout=60)

    def listed(self) -> list[dict[str, Any]]:
        """Give the global models, newest first."""
        listed: list[dict[str, Any]] = []
        cursor = "0"
        while cursor is not None:
            page = requests.get(
                f"{self.director.url}/global_models?limit=200&cursor={cursor}", headers=self.director.admin, timeout=10
            ).json()
            listed += page["items"]
            cursor = page["next"]
        return listed

    def defects(self) -> list[str]:
        """Look the house over as ``fl-director fsck`` does."""
        director = Director(DirectorSettings(data_dir=self.director.folder))
        try:
            return director.upkeep.defects()
        finally:
            director.database.close()

    def assert_whole(self) -> None:
        """All that was acknowledged is there under its digest, nothing is half visible, and the house in order."""
        assert self.defects() == []
        for sender in self.senders:
            kept = sender.kept()
            assert sorted(kept) == list(range(1, len(kept) + 1))
            assert sender.acknowledged.items() <= kept.items()
            assert len(set(kept.values())) == len(kept)
            shown = self.director.folder / "received_results" / sender.name / "model.pt"
            if kept:
                assert Digest.of(shown.read_bytes()) == kept[max(kept)]
                read_model(shown.read_bytes(), DIAGNOSIS_COUNT.layout)
        listed = self.listed()
        assert self.global_models.items() <= {each["version"]: each["sha256"] for each in listed}.items()
        current = [each["sha256"] for each in listed if each["published"]]
        if current:
            assert current == [Digest.of((self.director.folder / "aggregated" / "model.pt").read_bytes())]


def found_house(director: RealDirector, hospitals: tuple[str, ...] = ("KUTRRH", "MTRH", "KNH")) -> House:
    """Make a federation that has models, and serve it."""
    house = House(director)
    house.start()
    house.senders = [Sender(director, name) for name in hospitals]
    for sender in house.senders:
        sender.upload()
    assert house.aggregate().status_code == 201
    return house
