"""Something before an MLflow that has troubles: it answers slowly, or with 500; or it passes on what it is asked."""

import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, Self

import requests

Trouble = Literal["none", "slow", "500"]


class TroubledTracker:
    """A server before MLflow's; use it in a ``with`` block.

    Args:
        target: MLflow's address; None: there is none.
        trouble: What is wrong; may be changed while it serves.
        delay_seconds: How long an answer takes where it is slow.
    """

    def __init__(self, target: str | None, trouble: Trouble = "none", delay_seconds: float = 10.0) -> None:
        self.trouble, self.delay_seconds, self.asked = trouble, delay_seconds, 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            """One connection."""

            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                """Do what the trouble says."""
                outer.asked += 1
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if outer.trouble == "slow":
                    outer._stopped.wait(outer.delay_seconds)
                status, content, kind = 500, b"{}", "application/json"
                if outer.trouble != "500" and target is not None:
                    headers = {key: value for key, value in self.headers.items() if key.lower() != "host"}
                    passed = requests.request(self.command, target + self.path, data=body, headers=headers, timeout=60)
                    status, content = passed.status_code, passed.content
                    kind = passed.headers.get("Content-Type", kind)
                with suppress(ConnectionError):  # whoever asked may be gone
                    self.send_response(status)
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - the library's names

            def log_message(self, *arguments: object) -> None:
                """Say nothing."""

        self._stopped = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()
