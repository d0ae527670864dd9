"""A director of few words: it answers on loopback what a test tells it, and keeps what it was asked."""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from contract.names import EnvoyName
from envoy.director_client import DirectorClient

HEALTH = "/health/live"


@dataclass(frozen=True)
class Asked:
    """One request that came."""

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass
class Answering:
    """What to answer next, the last for ever: a status with a body, which is JSON unless it is bytes."""

    answers: Sequence[tuple[int, Any]]
    headers: Mapping[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""


@contextmanager
def answering(
    *answers: tuple[int, Any], headers: Mapping[str, str] | None = None, knows_health: bool = False
) -> Iterator[Answering]:
    """Answer on a free port while the block runs; where it knows no health, as behind a proxy, that question is 404."""
    found = Answering(answers, headers or {})

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path == HEALTH and not knows_health:  # a question beside the matter: no test counts it
                self.send_error(404)
                return
            found.asked.append(Asked(self.command, self.path, dict(self.headers), body))
            status, said = found.answers[min(len(found.asked), len(found.answers)) - 1]
            data = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = answer  # noqa: N815 - the base class's way

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


KNH = EnvoyName("KNH")
PROBLEM = {
    "code": "artifact_invalid",
    "detail": "The model is refused.",
    "hint": "Train again.",
    "checks": [
        {"passed": False, "sentence": "The model is refused."},
        {"passed": False, "sentence": "So is the log."},
        {"passed": True, "sentence": "The scaler is good."},
    ],
}
"""A director's refusal with all that it may say."""


def client(of: Answering, attempts: int = 0) -> DirectorClient:
    """Ask it as an envoy that holds a token does."""
    return DirectorClient(f"{of.url}/", "fld_secret", timeout_seconds=5, attempts=attempts)
