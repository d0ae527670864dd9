"""A director that is played: it keeps one task, a start and versions, answers as a real one, or lies as it is told."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from contract.artifacts.model_file import write_model
from contract.artifacts.scaler_file import write_scaler
from contract.messages.tasks import Start, TaskDescription
from contract.names import Digest
from contract.network import State
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT, Task
from tests.envoy.answering import Asked

NOW = datetime(2026, 1, 1, tzinfo=UTC).isoformat()
Answer = tuple[int, Any]
NOT_FOUND: Answer = (404, {"code": "not_found", "detail": "Nothing here.", "hint": "Look elsewhere."})


@dataclass
class PlayedDirector:
    """What it is, what it was asked, and where it differs from an honest one.

    Args:
        task: Its task.
        description: Changes to how it describes the task; the digest follows unless it is changed too.
        scaler: The merged scaler; None while there is none.
        said: Path without its query → what it answers there in place of its own answer.
        after_statistics: The merged scaler once statistics came; None: as before.
    """

    task: Task = DIAGNOSIS_COUNT
    description: Mapping[str, Any] = field(default_factory=dict)
    scaler: ScalerState | None = None
    said: dict[str, Answer | Callable[[Asked], Answer]] = field(default_factory=dict)
    after_statistics: ScalerState | None = None
    versions: list[dict[str, Any]] = field(default_factory=list)
    files: dict[Digest, bytes] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def paths(self, method: str) -> list[str]:
        return [each.path for each in self.asked if each.method == method]

    def only(self, path: str) -> Asked:
        (found,) = (each for each in self.asked if each.path == path)
        return found

    def described(self) -> dict[str, Any]:
        return {**json.loads(TaskDescription.of(self.task).model_dump_json()), **self.description}

    def keep(self, data: bytes) -> Digest:
        self.files[Digest.of(data)] = data
        return Digest.of(data)

    def add_version(self, state: State, scaler: ScalerState, **facts: Any) -> None:
        number = len(self.versions) + 1
        self.versions.append(
            {
                "task": self.task.name,
                "version": number,
                "sha256": self.keep(write_model(state, self.task.layout)),
                "scaler_sha256": self.keep(write_scaler(scaler)),
                "created_at": NOW,
                "published": False,
                "parent": number - 1 or None,
                "waiting": True,
                "answers": [],
                "strategy": "fedavg",
                "parameters": {},
                "scaler": "merged",
                "num_examples": 80,
                "inputs": [],
                "metrics": {},
                "notice": "Not clinical.",
                **facts,
            }
        )

    def start(self) -> dict[str, Any]:
        model = self.keep(write_model(self.task.initial_state(), self.task.layout))
        scaler = self.keep(write_scaler(self.scaler)) if self.scaler else None
        base = self.task.base(model, scaler)
        start = Start(task=self.task.name, base=base, model_sha256=model, scaler_sha256=scaler, global_version=None)
        return start.model_dump(mode="json")

    def answer(self, asked: Asked) -> Answer:
        path, name = urlsplit(asked.path).path, self.task.name  # of a proxy it is asked by the whole address
        said = self.said.get(path)
        if said is not None:
            return said(asked) if callable(said) else said
        if asked.method == "POST":
            return self._take(asked, path)
        if path == "/tasks":
            return 200, {"items": [self.described()], "next": None}
        if path == f"/tasks/{name}":
            return 200, self.described()
        if path == f"/tasks/{name}/start":
            return 200, self.start()
        if path.startswith("/blobs/"):
            return 200, self.files[Digest(path.removeprefix("/blobs/"))]
        if path == "/submissions":
            return 200, {"items": [], "next": None}
        if path == "/envoys/KNH":
            return 200, {"envoy_name": "KNH", "state": "active", "last_seen_at": None, "current": []}
        if path == "/global_models":
            return 200, {"items": self.versions[::-1], "next": None}
        found = re.fullmatch(r"/global_models/(\d+)(/.*)?", path)
        if found and 0 < int(found[1]) <= len(self.versions):
            version = self.versions[int(found[1]) - 1]
            if not found[2]:
                return 200, version
            return 200, self.files[version["sha256" if found[2] == "/model.pt" else "scaler_sha256"]]
        return NOT_FOUND

    def _take(self, asked: Asked, path: str) -> Answer:
        received = {"envoy_name": "KNH", "task": self.task.name, "version": 1, "checks": [], "created_at": NOW}
        if path == "/join":
            return 201, {"token": "fld_new", "id": "t1", "role": "hospital", "envoy_name": "KNH", "expires_at": NOW}
        if path == "/statistics/KNH":
            self.scaler = self.after_statistics or self.scaler
            count = json.loads(asked.body)["num_examples"]
            base = self.start()["base"]
            return 201, {**received, "num_examples": count, "verdict": "admitted", "scaler_sha256": None, "base": base}
        if path == "/upload/KNH":
            metadata = json.loads(asked.body.split(b"\r\n\r\n", 1)[1].split(b"\r\n--", 1)[0])
            return 201, {**received, "id": "s1", "verdict": "admitted", "files": {}, "metadata": metadata}
        found = re.fullmatch(r"/global_models/(\d+)/answers", path)
        if found and 0 < int(found[1]) <= len(self.versions):
            version = self.versions[int(found[1]) - 1]
            answer = {"envoy_name": "KNH", "answer": json.loads(asked.body)["answer"], "answered_at": NOW}
            version["answers"] = [answer]
            return 201, version
        return NOT_FOUND


@contextmanager
def playing(director: PlayedDirector | None = None) -> Iterator[PlayedDirector]:
    """Serve it on a free loopback port while the block runs."""
    played = director or PlayedDirector()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked = Asked(self.command, self.path, dict(self.headers), body)
            played.asked.append(asked)
            status, said = played.answer(asked)
            data = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = answer  # noqa: N815 - the base class's way

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    played.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield played
    finally:
        server.shutdown()
        server.server_close()
