"""Servers that take alerts: a mail server and a webhook, real sockets and real TLS, as small as they can be."""

import json
import socketserver
import ssl
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass
class Mailbox:
    """A mail server, and what it took."""

    port: int = 0
    mails: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    readers: list[str] = field(default_factory=list)
    was_secure: list[bool] = field(default_factory=list)
    refuses: bool = False


@contextmanager
def mail_server(certificates: Path | None = None, *, implicit: bool = False) -> Iterator[Mailbox]:
    """Take mails while the block runs; with certificates over TLS."""
    box, context = Mailbox(), None
    if certificates is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates / "director.pem", certificates / "director.key")

    class Session(socketserver.StreamRequestHandler):
        timeout = 20

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def secure(self) -> None:
            assert context is not None
            self.request = context.wrap_socket(self.request, server_side=True)
            self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", buffering=0)

        def handle(self) -> None:
            is_secure = implicit
            if implicit:
                self.secure()
            self.say("220 here")
            while line := self.rfile.readline().decode().strip():
                word, _, rest = line.partition(" ")
                match word.upper():
                    case "EHLO":
                        offers = [] if is_secure or context is None else ["STARTTLS"]
                        offers += ["AUTH PLAIN"] if is_secure else []
                        self.say("250-here")
                        for each in offers:
                            self.say(f"250-{each}")
                        self.say("250 SIZE 100000")
                    case "STARTTLS":
                        self.say("220 go on")
                        self.secure()
                        is_secure = True
                    case "AUTH":
                        box.logins.append(b64decode(rest.partition(" ")[2]).decode().replace("\0", " ").strip())
                        self.say("235 welcome")
                    case "MAIL" if box.refuses:
                        self.say("451 not now")
                    case "RCPT":
                        box.readers.append(rest)
                        self.say("250 ok")
                    case "DATA":
                        self.say("354 go on")
                        lines = []
                        while (text := self.rfile.readline().decode()) != ".\r\n":
                            lines.append(text)
                        box.mails.append("".join(lines))
                        box.was_secure.append(is_secure)
                        self.say("250 taken")
                    case "QUIT":
                        self.say("221 bye")
                        return
                    case _:
                        self.say("250 ok")

    with _serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)) as box.port:
        yield box


@dataclass
class Hook:
    """A webhook, and what was posted."""

    port: int = 0
    status: int = 204
    posts: list[dict[str, Any]] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}/hooks/1?key=secret"


@contextmanager
def hook_server(certificates: Path) -> Iterator[Hook]:
    """Take posts over TLS while the block runs."""
    hook = Hook()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "director.pem", certificates / "director.key")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hook.paths.append(self.path)
            hook.authorizations.append(self.headers["Authorization"])
            hook.posts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(hook.status)
            if hook.status == 302:
                self.send_header("Location", f"{hook.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with _serving(server) as hook.port:
        yield hook


@contextmanager
def silent_server() -> Iterator[int]:
    """Accept connections while the block runs, and never say anything."""

    class Session(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            while self.request.recv(4096):
                pass

    with _serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)) as port:
        yield port


@contextmanager
def _serving(server: socketserver.TCPServer) -> Iterator[int]:
    server.daemon_threads = True  # type: ignore[attr-defined]  # both are threading ones
    server.block_on_close = False  # type: ignore[attr-defined]
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that does not trust it hangs up
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
