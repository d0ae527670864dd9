"""A federation to ask: made once, through the doors that everybody uses, its hospitals' training a seeded nudge."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.http_client import Request, ask
from benchmarks.program import Program, run, serving
from contract.artifacts.model_file import read_model, write_model
from contract.scaler import ScalerState
from simulation.demonstration import DEMONSTRATION

HOSPITALS = ("KUTRRH", "MTRH", "KNH", "Embu", "Mbagathi")
SERVE = ("serve", "--host", "127.0.0.1", "--workers", "1")
_BOUNDARY = "a-line-that-no-part-holds"


@dataclass(frozen=True)
class Federation:
    """An initialised data folder with a model of each hospital and a global one, and who may ask.

    Args:
        folder: The data folder.
        analyst: An analyst's token.
        serve_options: What ``fl-director serve`` hands to its server, as JSON.
    """

    folder: Path
    analyst: str
    serve_options: str

    def infer_request(self) -> Request:
        """Ask one hospital's model for one row."""
        body = {"envoy_name": HOSPITALS[0], "inputs": {"diagnosis_count": 9}}
        return Request("POST", "/infer", self.analyst, json.dumps(body).encode())


@dataclass(frozen=True)
class Hospital:
    """Who uploads: its name, its token, and how many patients it says it has."""

    name: str
    token: str
    patients: int

    def upload_request(self, port: int, random: np.random.Generator) -> Request:
        """Move the current start's model a little, and pack it."""
        task = DEMONSTRATION
        start = ask(port, Request("GET", f"/tasks/{task.name}/start", self.token)).json()
        model, scaler = (
            ask(port, Request("GET", f"/blobs/{start[part]}", self.token)).body
            for part in ("model_sha256", "scaler_sha256")
        )
        state = read_model(model, task.layout)
        moved = {name: (each + random.normal(0, 0.1, each.shape)).astype(np.float32) for name, each in state.items()}
        metadata = {"task": task.name, "num_examples": self.patients, "base": start["base"]}
        parts = {
            "metadata": json.dumps(metadata).encode(),
            "model": write_model(moved, task.layout),
            "scaler": scaler,
        }
        return Request("POST", f"/upload/{self.name}", self.token, _form(parts), _FORM_TYPE)


def found(folder: Path) -> Federation:
    """Make the federation."""
    folder.mkdir()
    run("director", ["init"], folder)
    admin, analyst = (_token(folder, role) for role in ("admin", "analyst"))
    with serving("director", SERVE, folder) as director:
        for name in HOSPITALS:
            _enrol(director, admin, name)
        ask(director.port, Request("POST", "/aggregations", admin, b"{}")).json()
    return Federation(folder, analyst, run("benchmarks.serve_options", [], folder))


def hospital_of(folder: Path, name: str) -> Hospital:
    """Give one of its hospitals, with a further token."""
    return Hospital(name, _token(folder, "hospital", "--envoy", name), patients=200)


def _token(folder: Path, role: str, *more: str) -> str:
    issued = json.loads(run("director", ["token", "issue", "--role", role, *more, "--json"], folder))
    return str(issued["token"])


def _enrol(director: Program, admin: str, name: str) -> None:
    """Let a hospital join, send its statistics, and upload a model."""
    port, task = director.port, DEMONSTRATION
    code = ask(port, Request("POST", "/envoys", admin, json.dumps({"envoy_name": name}).encode())).json()["code"]
    token = str(ask(port, Request("POST", "/join", body=json.dumps({"code": code}).encode())).json()["token"])
    random = np.random.default_rng(list(name.encode()))
    scaler = ScalerState.fitted(np.maximum(1, np.round(random.lognormal(2.2, 0.7, (200, 1)))))
    report = {"task": task.name, "num_examples": scaler.num_examples, "mean": scaler.mean, "m2": scaler.m2}
    ask(port, Request("POST", f"/statistics/{name}", token, json.dumps(report).encode())).json()
    ask(port, Hospital(name, token, scaler.num_examples).upload_request(port, random)).json()


_FORM_TYPE = f"multipart/form-data; boundary={_BOUNDARY}"


def _form(parts: Mapping[str, bytes]) -> bytes:
    encoded = b""
    for name, data in parts.items():
        head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'
        encoded += head.encode() + data + b"\r\n"
    return encoded + f"--{_BOUNDARY}--\r\n".encode()
