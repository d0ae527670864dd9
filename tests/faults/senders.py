"""Many hospitals that send with the envoy's own client, each what nobody else sends; what was answered is kept."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import requests

from contract.artifacts.model_file import write_model
from contract.artifacts.scaler_file import write_scaler
from contract.messages.uploads import Submission
from contract.names import Digest, EnvoyName
from contract.parts import Parcel
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT, Task
from envoy.director_client import DirectorClient
from tests.real_processes import RealDirector

EXAMPLES = 40
_SCALER = write_scaler(ScalerState.from_moments(EXAMPLES, (9.0,), (900.0,)))


@dataclass
class Sender:
    """One hospital that has joined."""

    name: EnvoyName
    client: DirectorClient
    base: str
    task: Task
    number: int
    receipts: list[Submission] = field(default_factory=list)

    def parcel(self, nudge: int = 0) -> Parcel:
        """Pack a model that nobody else has."""
        state = dict(self.task.initial_state())
        first = self.task.layout[0].name
        state[first] = state[first] + np.float32(1 + self.number + nudge / 1000)
        model = write_model(state, self.task.layout)
        metadata = {
            "task": self.task.name,
            "num_examples": EXAMPLES,
            "base": self.base,
            "model_sha256": Digest.of(model),
        }
        log = b'{"epoch": 1, "loss": 0.5}\n'
        return Parcel({"metadata": json.dumps(metadata).encode(), "model": model, "scaler": _SCALER, "log": log})

    def send(self, nudge: int = 0) -> Submission:
        receipt = self.client.upload(self.name, self.parcel(nudge))
        self.receipts.append(receipt)
        return receipt


def join(
    director: RealDirector,
    number: int,
    *,
    task: Task = DIAGNOSIS_COUNT,
    url: str = "",
    timeout_seconds: float = 60,
    attempts: int = 8,
    keep: Path | None = None,
) -> list[Sender]:
    """Admit ``number`` hospitals; they talk to ``url`` where that is not the director's own."""
    senders = []
    with requests.Session() as admin:
        admin.headers.update(director.admin)
        for place in range(number):
            name = EnvoyName(f"Hospital{place}")
            code = admin.post(f"{director.url}/envoys", json={"envoy_name": name}, timeout=30).json()["code"]
            token = admin.post(f"{director.url}/join", json={"code": code}, timeout=30).json()["token"]
            start = requests.get(
                f"{director.url}/tasks/{task.name}/start", headers={"Authorization": f"Bearer {token}"}, timeout=30
            ).json()
            client = DirectorClient(
                url or director.url, token, timeout_seconds=timeout_seconds, attempts=attempts, keep=keep
            )
            senders.append(Sender(name, client, start["base"], task, place))
    return senders


def admitted_versions(director: RealDirector) -> dict[str, list[int]]:
    """Give each hospital's admitted versions, in order."""
    versions: dict[str, list[int]] = {}
    cursor: str | None = "0"
    while cursor is not None:
        page = requests.get(
            f"{director.url}/submissions",
            params={"limit": "200", "cursor": cursor, "verdict": "admitted"},
            headers=director.admin,
            timeout=30,
        ).json()
        for each in page["items"]:
            versions.setdefault(each["envoy_name"], []).append(each["version"])
        cursor = page["next"]
    return {name: sorted(found) for name, found in versions.items()}
