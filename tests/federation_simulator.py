"""A federation in one process for tests: a real director on real files, asked through its real application, and
hospitals whose training is a seeded nudge, so that whole stories run in milliseconds."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any, Self

import httpx2 as httpx
import numpy as np
from fastapi.testclient import TestClient
from sqlalchemy import select

from contract.artifacts.model_file import read_model, write_model
from contract.artifacts.scaler_file import write_scaler
from contract.messages.base import Role
from contract.names import Digest, EnvoyName
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT, Task
from director.api.pages import Pages
from director.app import create_app
from director.assembly import Director
from director.members.access import LOCAL_ADMIN, OF_ONE_HOSPITAL, STAFF, Principal
from director.members.envoys import envoy_named
from director.records.proposal_schema import ProposalRow
from director.records.schema import TokenRow
from director.settings import DirectorSettings
from director.upkeep.logs import logging_to
from tests.migrated import put_begun_federation
from tests.whole_answers import take_answers_whole

NO_DASHBOARD = Pages(Path("/nonexistent"))
"""What is told here does not depend on whether somebody has built it."""


class SetClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Parcel:
    """The parts of an upload, each of which a test may spoil."""

    metadata: dict[str, Any]
    model: bytes
    scaler: bytes
    log: bytes | None = b'{"epoch": 1, "loss": 0.5}\n'

    @property
    def files(self) -> dict[str, tuple[str, bytes, str]]:
        files = {
            "metadata": ("metadata.json", json.dumps(self.metadata).encode(), "application/json"),
            "model": ("model.pt", self.model, "application/octet-stream"),
            "scaler": ("scaler.pkl", self.scaler, "application/octet-stream"),
        }
        if self.log is not None:
            files["log"] = ("training.log", self.log, "text/plain")
        return files


@dataclass
class SimulatedHospital:
    """One hospital: its token, its patients' diagnosis counts, its way of 'training'."""

    name: str
    http: httpx.Client
    token: str
    counts: np.ndarray = field(repr=False)
    task: Task = DIAGNOSIS_COUNT
    after_reading: Callable[[], None] = field(default=lambda: None, repr=False)
    """Puts on record at once what a director puts there behind its answer: a story's acts have one order."""

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def own_scaler(self) -> ScalerState:
        return ScalerState.fitted(self.counts[:, None])

    def send_statistics(self) -> httpx.Response:
        own = self.own_scaler
        report = {"task": self.task.name, "num_examples": own.num_examples, "mean": own.mean, "m2": own.m2}
        return self.http.post(f"/statistics/{self.name}", json=report, headers=self.headers)

    def start(self) -> dict[str, Any]:
        response = self.http.get(f"/tasks/{self.task.name}/start", headers=self.headers)
        assert response.status_code == 200, response.text
        return dict(response.json())

    def blob(self, digest: str) -> bytes:
        response = self.http.get(f"/blobs/{digest}", headers=self.headers)
        assert response.status_code == 200, response.text
        self.after_reading()
        return response.content

    def parcel(self, nudge: int = 0, *, own_scaler: bool = False) -> Parcel:
        """Fetch the start, move every weight a little, and pack."""
        start = self.start()
        state = read_model(self.blob(start["model_sha256"]), self.task.layout)
        random = np.random.default_rng([nudge, *self.name.encode()])
        moved = {
            name: (tensor + random.normal(0, 0.1, tensor.shape)).astype(np.float32) for name, tensor in state.items()
        }
        own = own_scaler or start["scaler_sha256"] is None
        scaler = write_scaler(self.own_scaler) if own else self.blob(start["scaler_sha256"])
        metadata = {"task": self.task.name, "num_examples": len(self.counts), "base": start["base"]}
        return Parcel(metadata, write_model(moved, self.task.layout), scaler)

    def work(self, wait: float = 0) -> dict[str, Any]:
        """Ask what there is to do."""
        response = self.http.get(f"/envoys/{self.name}/work?wait={wait}", headers=self.headers)
        assert response.status_code == 200, response.text
        return dict(response.json())

    def answer_run(self, run: int, choice: str = "take_part", **more: Any) -> httpx.Response:
        answer = {"choice": choice, "patients": len(self.counts), **more}
        return self.http.post(f"/runs/{run}/answers", json=answer, headers=self.headers)

    def update(self, assignment: Mapping[str, Any], nudge: int = 0, **metadata: Any) -> Parcel:
        """Train from a round's base, and pack."""
        state = read_model(self.blob(assignment["model_sha256"]), self.task.layout)
        random = np.random.default_rng([nudge, assignment["number"], *self.name.encode()])
        moved = {
            name: (tensor + random.normal(0, 0.1, tensor.shape)).astype(np.float32) for name, tensor in state.items()
        }
        scaler = assignment["scaler_sha256"]
        written = self.blob(scaler) if scaler else write_scaler(self.own_scaler)
        label = {"task": self.task.name, "num_examples": len(self.counts), "base": assignment["base"]}
        return Parcel({**label, "round": assignment["n"], **metadata}, write_model(moved, self.task.layout), written)

    def take_part(self, nudge: int = 0) -> httpx.Response | None:
        """Do what there is to do: answer the invitation, return an update; None: there was nothing."""
        work = self.work()
        if work["invitation"] is not None:
            return self.answer_run(work["invitation"]["run"])
        return self.upload(self.update(work["assignment"], nudge)) if work["assignment"] is not None else None

    def gone_too_far(self, factor: float, nudge: int = 7) -> Parcel:
        """Pack a model that went ``factor`` times as far from its start as training took it."""
        parcel, layout = self.parcel(nudge), self.task.layout
        start = read_model(self.blob(self.start()["model_sha256"]), layout)
        trained = read_model(parcel.model, layout)
        away = {name: (start[name] + factor * (trained[name] - start[name])).astype(np.float32) for name in start}
        parcel.model = write_model(away, layout)
        return parcel

    def upload(self, parcel: Parcel, *, to: str | None = None, **headers: str) -> httpx.Response:
        return self.http.post(f"/upload/{to or self.name}", files=parcel.files, headers={**self.headers, **headers})

    def train_and_upload(self, nudge: int = 0) -> dict[str, Any]:
        response = self.upload(self.parcel(nudge))
        assert response.status_code in (200, 201), response.text
        return dict(response.json())

    def infer(self, inputs: Mapping[str, Any], **more: Any) -> httpx.Response:
        return self.http.post("/infer", json={"envoy_name": self.name, "inputs": inputs, **more}, headers=self.headers)


class FederationSimulator:
    """A director in a folder, its clock, and its hospitals. Use it in a ``with`` block, or ``restart`` it."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self.clock = SetClock()
        self.settings = DirectorSettings(data_dir=folder, **settings)
        self.hospitals: dict[str, SimulatedHospital] = {}
        put_begun_federation(self.settings, self.clock.now)
        self._start()

    def _start(self) -> None:
        self.director = Director(self.settings, self.clock)
        with logging_to(self.director.logs):  # as the command `serve` does before its workers begin
            self.director.upkeep.recover()
            self.director.rounds.start_again(LOCAL_ADMIN)
        self.http = TestClient(create_app(self.director, NO_DASHBOARD), raise_server_exceptions=False)
        self.http.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # a caller shows its own, or none
        take_answers_whole(self.http.__enter__())
        for hospital in self.hospitals.values():
            hospital.http = self.http

    def stop(self) -> None:
        self.http.__exit__(None, None, None)

    def restart(self) -> None:
        self.stop()
        self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def token(self, role: Role, **more: Any) -> str:
        members, person = self.director.members, more.get("person")
        return members.issue_token(LOCAL_ADMIN, role, more.get("envoy"), more.get("holds"), person=person).token

    def token_of(self, role: Role, envoy: str) -> str:
        """Issue a token of any role, those of one hospital for the hospital that is named."""
        of = {"envoy": EnvoyName(envoy)} if role in OF_ONE_HOSPITAL else {}
        return self.token(role, **of, **({"person": "Jane Wanjiru"} if role == STAFF else {}))

    def sign_in(self, token: str) -> dict[str, str]:
        """Sign somebody in; gives the headers that their browser and page send."""
        answer = self.http.post("/session", json={"token": token})
        assert answer.status_code == 201, answer.text
        cookie = answer.headers["set-cookie"].partition(";")[0]
        return {"Cookie": cookie, "X-CSRF-Token": answer.json()["csrf_token"]}

    def let_hold(self, caller: Principal) -> Principal:
        """Put a caller's token on record, so that they may act past HTTP."""
        with self.director.database.write() as session:
            if session.get(TokenRow, caller.token_id) is None:
                envoy = envoy_named(session, caller.envoy_name) if caller.envoy_name else None
                session.add(
                    TokenRow(
                        id=caller.token_id,
                        sha256=Digest.of(caller.token_id.encode()),
                        role=caller.role,
                        envoy=envoy,
                        created_at=self.clock.now,
                        expires_at=self.clock.now + timedelta(days=1),
                        revoked_at=None,
                        last_used_at=None,
                        successor_id=None,
                    )
                )
        return caller

    def headers(self, role: Role) -> dict[str, str]:
        if role not in self.__dict__.setdefault("_tokens", {}):
            self.__dict__["_tokens"][role] = self.token(role)
        return {"Authorization": f"Bearer {self.__dict__['_tokens'][role]}"}

    @property
    def admin(self) -> dict[str, str]:
        return self.headers("admin")

    @property
    def analyst(self) -> dict[str, str]:
        return self.headers("analyst")

    def admin_called(self, person: str) -> dict[str, str]:
        """Give what a further admin sends, whose token names a person."""
        headers = {"Authorization": f"Bearer {self.token('admin')}"}
        self.name_person(headers, person)
        return headers

    def name_person(self, headers: Mapping[str, str], person: str) -> None:
        """Put on record whose a token is."""
        sha256 = Digest.of(headers["Authorization"].removeprefix("Bearer ").encode())
        with self.director.database.write() as session:
            session.scalars(select(TokenRow).where(TokenRow.sha256 == sha256)).one().person = person

    def waiting_proposal(self, envoy_name: str) -> int:
        """Put on record that somebody proposed to disable a hospital."""
        with self.director.database.write() as session:
            row = ProposalRow(
                act="disable",
                subject=envoy_name,
                request={"envoy_name": envoy_name},
                state="open",
                token_id="0" * 12,
                proposed_by=f"admin:{'0' * 12}",
                person="Amina",
                proposed_at=self.clock.now,
                expires_at=self.clock.now + timedelta(days=7),
            )
            session.add(row)
            session.flush()
            return row.id

    def enrol(self, name: str, patients: int = 50) -> SimulatedHospital:
        code = self.http.post("/envoys", json={"envoy_name": name}, headers=self.admin).json()["code"]
        token = self.http.post("/join", json={"code": code}).json()["token"]
        random = np.random.default_rng(list(name.encode()))
        counts = np.maximum(1, np.round(random.lognormal(2.2, 0.7, patients)))
        hospital = SimulatedHospital(
            name, self.http, token, counts, after_reading=lambda: self.director.readings.write()
        )
        self.hospitals[name] = hospital
        return hospital

    def train_and_upload(self, nudge: int = 0, *, but: SimulatedHospital | None = None) -> None:
        """Let every hospital train once more from the start that holds now, but for one."""
        for each in self.hospitals.values():
            if each is not but:
                each.train_and_upload(nudge)

    def open_run(self, **request: Any) -> dict[str, Any]:
        response = self.http.post("/runs", json=request, headers=self.admin)
        assert response.status_code == 201, response.text
        return dict(response.json())

    def run(self, run: int = 1) -> dict[str, Any]:
        return dict(self.http.get(f"/runs/{run}", headers=self.admin).json())

    def round(self, n: int) -> dict[str, Any]:
        return dict(self.http.get(f"/rounds/{n}", headers=self.admin).json())

    def play(self, *names: str, nudge: int = 0) -> None:
        """Let hospitals, or the named ones, do what there is to do once, and then what is due happen."""
        for name in names or tuple(self.hospitals):
            self.hospitals[name].take_part(nudge)
        self.director.rounds.advance()

    def aggregate(self, **request: Any) -> httpx.Response:
        return self.http.post("/aggregations", json=request, headers=self.admin)

    def merge_statistics(self) -> httpx.Response:
        """Let the start follow the reports that count now."""
        return self.http.post(f"/tasks/{DIAGNOSIS_COUNT.name}/start", headers=self.admin)

    def log_lines(self, act: str | None = None) -> list[dict[str, Any]]:
        """Give the lines of ``director.log`` that tell of acts, or of one kind of act."""
        self.director.readings.write()  # what was read, behind the answers
        lines = [json.loads(line) for line in self.file("logs", "director.log").read_text().splitlines()]
        return [line for line in lines if "seq" in line and act in (None, line["event"])]

    def infer_global(self, body: Any, **headers: str) -> httpx.Response:
        content = body if isinstance(body, str | bytes) else json.dumps(body)
        headers = {**self.analyst, "Content-Type": "application/json", **headers}
        return self.http.post("/infer_global", content=content, headers=headers)

    def submission(self, envoy: str, version: int) -> dict[str, Any]:
        listed = self.http.get(f"/submissions?envoy_name={envoy}", headers=self.admin).json()["items"]
        return next(each for each in listed if each["version"] == version)

    def decide(self, verb: str, submission_id: str, reason: str = "I looked at it") -> httpx.Response:
        return self.http.post(f"/submissions/{submission_id}/{verb}", json={"reason": reason}, headers=self.admin)

    def file(self, *parts: str) -> Path:
        return self.folder.joinpath(*parts)

    def digest_at(self, *parts: str) -> str:
        return Digest.of(self.file(*parts).read_bytes())


def names_in(model: Mapping[str, Any], key: str = "inputs") -> list[str]:
    """Name the hospitals that a global model rests on, or that were left out of it."""
    return [each["envoy_name"] for each in model[key]]


def eventually(condition: Callable[[], bool], seconds: float = 5) -> None:
    """Wait until it is so; fail where it does not come to be."""
    end, began = time.monotonic() + seconds, time.monotonic()
    while not condition():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(max(0.01, time.monotonic() - began))  # where a look costs much, as long again is left to the others
        began = time.monotonic()
