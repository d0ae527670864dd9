"""The recipes of ``deploy`` for TLS proxies, run by the real programs on loopback, with a director behind."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from benchmarks.ports import free_port
from tests.certificates import write_certificates
from tests.deploy.units import FOLDER, ROOT, Unit
from tests.real_processes import ForkedDirector, RealDirector

NGINX = ROOT / "deploy" / "nginx" / "fl-director.conf"
CADDY = ROOT / "deploy" / "caddy" / "Caddyfile"
_NAME = "fl.example.org"
_CERTIFICATE, _KEY = "/etc/ssl/fl-director/chain.pem", "/etc/ssl/fl-director/key.pem"


@dataclass(frozen=True)
class Proxied:
    """A director, and where it is reached through a proxy."""

    program: str
    director: RealDirector
    folder: Path
    port: int
    plain_port: int

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def ca_file(self) -> Path:
        return self.folder / "authority.pem"

    def browser(self, address: str = "127.0.0.1") -> requests.Session:
        """Give a session that trusts the proxy's certificate and asks from an address of loopback."""
        session = requests.Session()
        session.verify, session.trust_env = str(self.ca_file), False
        session.mount("https://", _From(address))
        return session


class _From(requests.adapters.HTTPAdapter):
    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **named: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, source_address=(self._address, 0), **named)


def _replaced(path: Path, instead: Mapping[str, str]) -> str:
    """Give a recipe with what a reader puts in; what is to be replaced must stand there."""
    text = path.read_text()
    for said, meant in instead.items():
        assert said in text, f"{path.name} has no {said}"
        text = text.replace(said, meant)
    return text


def _nginx(proxied: Proxied) -> list[str]:
    lines = _replaced(
        NGINX,
        {
            "listen 80;": f"listen 127.0.0.1:{proxied.plain_port};",
            "    listen [::]:80;\n": "",
            "listen 443 ssl": f"listen 127.0.0.1:{proxied.port} ssl",
            "    listen [::]:443 ssl http2;\n": "",
            "127.0.0.1:8080": f"127.0.0.1:{proxied.director.port}",
            _CERTIFICATE: str(proxied.folder / "director.pem"),
            _KEY: str(proxied.folder / "director.key"),
            _NAME: "127.0.0.1",
        },
    )
    folder = proxied.folder
    paths = "".join(
        f"{each}_temp_path {folder}/{each};" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""  # whose folder it is
    main = f"{user} daemon off; pid {folder}/pid; events {{}} http {{ access_log {folder}/access; {paths}\n{lines}\n}}"
    (folder / "nginx.conf").write_text(main)
    return ["nginx", "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]


def _caddy(proxied: Proxied) -> list[str]:
    text = _replaced(
        CADDY,
        {
            f"# tls {_CERTIFICATE} {_KEY}": f"tls {proxied.folder}/director.pem {proxied.folder}/director.key",
            "admin off\n": f"admin off\n\thttp_port {proxied.plain_port}\n",
        },
    )
    (proxied.folder / "Caddyfile").write_text(text)
    return ["caddy", "run", "--config", str(proxied.folder / "Caddyfile"), "--adapter", "caddyfile"]


PROGRAMS: Mapping[str, Callable[[Proxied], list[str]]] = {"nginx": _nginx, "caddy": _caddy}


def require_proxy(name: str) -> None:
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not here: apt-get install {name}; its recipe is not tried")


@contextmanager
def proxied_by(name: str, folder: Path, environment: Mapping[str, str]) -> Iterator[Proxied]:
    """Serve a new director behind a proxy while the block runs, both on ports of loopback.

    Args:
        name: Of the proxy's program.
        folder: An empty one, for both.
        environment: Variables of the director, beside those that its unit has.
    """
    write_certificates(folder)
    unit = Unit(FOLDER / "fl-director.service").environment
    director = ForkedDirector(folder / "director", {**unit, **environment})
    proxied = Proxied(name, director, folder, free_port(), free_port())
    director.start()
    command = PROGRAMS[name](proxied)
    variables = {
        **{each: value for each, value in os.environ.items() if each in ("PATH", "LANG")},
        "HOME": str(folder),
        "FL_ADDRESS": f"https://127.0.0.1:{proxied.port}",
        "FL_DIRECTOR": f"127.0.0.1:{director.port}",
    }
    with (folder / f"{name}.said").open("wb") as said:
        process = subprocess.Popen(command, cwd=folder, env=variables, stdout=said, stderr=said)
    try:
        _await(proxied, process, folder / f"{name}.said")
        yield proxied
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
        director.stop()


def _await(proxied: Proxied, process: "subprocess.Popen[bytes]", said: Path) -> None:
    end, browser = time.monotonic() + 30, proxied.browser()
    while time.monotonic() < end:
        assert process.poll() is None, said.read_text()
        try:
            if browser.get(f"{proxied.url}/health/ready", timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.05)
    raise AssertionError(said.read_text())
