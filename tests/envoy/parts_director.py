"""A director that takes parts and gives files by ranges, over a link that a test breaks where it likes."""

import json
import re
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from contract.names import Digest
from envoy.director_client import DirectorClient

RECEIPT = {
    "id": "s1", "envoy_name": "KNH", "task": "diagnosis_count", "version": 1, "verdict": "admitted", "checks": [],
    "files": {}, "metadata": {"task": "diagnosis_count", "num_examples": 40, "base": "0" * 64},
    "created_at": "2026-01-01T00:00:00Z",
}  # fmt: skip


@dataclass
class PartsDirector:
    """What it holds and what it was asked.

    Args:
        files: What it gives, by digest.
        breaks: After how many bytes of a body, either way, the next requests that have one break; then none does.
        knows_parts: Whether it takes parts.
        knows_ranges: Whether it gives a file from a byte on.
        parts: What it has of parts, by digest.
        asked: Each request, in short.
        forms: The uploads' bodies.
        body_bytes: Of parts and files, what went over the link.
        url: Its address.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    breaks: list[int] = field(default_factory=list)
    knows_parts: bool = True
    knows_ranges: bool = True
    parts: dict[str, bytearray] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    forms: list[bytes] = field(default_factory=list)
    body_bytes: int = 0
    url: str = ""

    def client(self, attempts: int = 3, keep: Path | None = None) -> DirectorClient:
        return DirectorClient(self.url, "fld_secret", timeout_seconds=5, attempts=attempts, keep=keep)


@contextmanager
def serving(director: PartsDirector) -> Iterator[PartsDirector]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def say(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            is_file = "Content_Range" in headers
            ends = director.breaks.pop(0) if director.breaks and is_file else None
            self.wfile.write(body[:ends])
            director.body_bytes += len(body[:ends]) if is_file else 0
            if ends is not None:
                self.hang_up()

        def hang_up(self) -> None:
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True

        def problem(self, status: int, code: str) -> None:
            self.say(status, json.dumps({"code": code, "detail": "No."}).encode())

        def part(self) -> str | None:
            found = re.fullmatch("/upload/KNH/parts/([0-9a-f]{64})", self.path)
            return found[1] if found and director.knows_parts else None

        def do_GET(self) -> None:
            director.asked.append(f"GET {self.headers.get('Range', '')}".strip())
            name = self.path.rpartition("/")[2]
            if self.path.startswith("/blobs/"):
                data, start = director.files[name], int((self.headers["Range"] or "bytes=0-")[6:-1])
                if not director.knows_ranges:
                    ends = director.breaks.pop(0) if director.breaks else None
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data[:ends])
                    if ends is not None:
                        self.hang_up()
                elif start >= len(data):
                    self.problem(416, "range_not_satisfiable")
                else:
                    stretch = f"bytes {start}-{len(data) - 1}/{len(data)}"
                    self.say(206 if start else 200, data[start:], Content_Range=stretch)
            elif (part := self.part()) is not None:
                self.say(200, json.dumps({"received": len(director.parts.get(part, b""))}).encode())
            else:
                self.problem(404, "not_found")

        def do_PATCH(self) -> None:
            director.asked.append(f"PATCH {self.headers['Content-Range']}")
            part, length = self.part(), int(self.headers["Content-Length"])
            assert part is not None
            held = director.parts.setdefault(part, bytearray())
            if int(self.headers["Content-Range"][6:].partition("-")[0]) != len(held):
                self.rfile.read(length)
                self.problem(409, "conflict")
                return
            ends = director.breaks.pop(0) if director.breaks else length
            piece = self.rfile.read(min(ends, length))
            held += piece
            director.body_bytes += len(piece)
            if ends < length:
                self.hang_up()
                return
            total = int(self.headers["Content-Range"].rpartition("/")[2])
            if len(held) == total and Digest.of(bytes(held)) != part:
                held.clear()
                self.problem(422, "digest_mismatch")
                return
            self.say(200, json.dumps({"received": len(held)}).encode())

        def do_POST(self) -> None:
            director.asked.append("POST")
            director.forms.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.say(201, json.dumps(RECEIPT).encode())

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A link that broke is nothing to complain of."""

    server = Server(("127.0.0.1", 0), Handler)
    director.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield director
    finally:
        server.shutdown()
        server.server_close()
