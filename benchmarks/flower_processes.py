"""Flower's real programs on loopback: a SuperLink and hospitals' nodes, each a process, with encryption and sign-in."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from benchmarks.ports import free_port

WAIT = 90
ROOT = Path(__file__).parents[1]


def certify(folder: Path) -> tuple[Path, Path, Path]:
    """Make an authority, and a certificate of it for this machine: authority, certificate, key."""
    now, month = datetime.now(UTC), timedelta(days=30)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority for a test")])

    def builder(name: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(authority_name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - month)
            .not_valid_after(now + month)
        )

    authority = (
        builder(authority_name, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    names = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1")), x509.DNSName("localhost")])
    certificate = (
        builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]), key.public_key())
        .add_extension(names, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    folder.mkdir(parents=True)
    written = {
        "ca.pem": authority.public_bytes(Encoding.PEM),
        "superlink.pem": certificate.public_bytes(Encoding.PEM),
        "superlink.key": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    }
    for name, data in written.items():
        (folder / name).write_bytes(data)
    return folder / "ca.pem", folder / "superlink.pem", folder / "superlink.key"


def family(process: int) -> list[int]:
    """Give a process and all below it."""
    found = [process]
    for each in found:
        for task in Path(f"/proc/{each}/task").glob("*/children"):
            with suppress(OSError):  # it has just ended
                found += [int(child) for child in task.read_text().split()]
    return found


@dataclass
class RealFlower:
    """One consortium's processes under a folder."""

    folder: Path
    python: str = sys.executable
    port: int = field(default_factory=free_port)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.authority, self.certificate, self.key = certify(self.folder / "certificates")

    @property
    def link(self) -> Path:
        """The SuperLink's folder."""
        return self.folder / "superlink"

    def command(self, *arguments: object) -> list[str]:
        """Give a command of ``fl-flower``."""
        return [self.python, "-m", "flower_apps.cli", *map(str, arguments)]

    def start_superlink(self) -> None:
        """Begin it, and wait until it listens."""
        certificates = ("--authority", self.authority, "--certificate", self.certificate, "--key", self.key)
        self._start("superlink", self.command("superlink", "--folder", self.link, *certificates, "--port", self.port))
        self._await("superlink", self.port)

    def start_proxy(self) -> int:
        """Have Caddy stand before the SuperLink, by the recipe of ``deploy``; gives its port."""
        port = free_port()
        settings = {
            "FL_FLOWER_PORT": str(port),
            "FL_CERTIFICATE": str(self.certificate),
            "FL_KEY": str(self.key),
            "FL_AUTHORITY": str(self.authority),
            "FL_SUPERLINK": f"127.0.0.1:{self.port}",
            "XDG_DATA_HOME": str(self.folder / "caddy"),
            "XDG_CONFIG_HOME": str(self.folder / "caddy"),
        }
        recipe = ROOT / "deploy" / "flower" / "Caddyfile"
        self._start("caddy", ["caddy", "run", "--adapter", "caddyfile", "--config", str(recipe)], **settings)
        self._await("caddy", port)
        return port

    def admit(self, envoy: str) -> None:
        """Make a hospital's key, and let it in."""
        keys = self.folder / "keys" / envoy
        subprocess.run(self.command("key", "--out", keys), check=True, capture_output=True, cwd=ROOT)
        command = self.command("admit", envoy, keys / "node.pub", "--folder", self.link, "--port", self.port)
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        assert done.returncode == 0, done.stdout + done.stderr

    def start_node(
        self, envoy: str, home: Path, data: Path, program: list[str] | None = None, *, port: int | None = None
    ) -> None:
        """Begin a hospital's node; ``program`` in place of ours, ``port`` of a proxy in place of the SuperLink's."""
        command = (program or self.command("node")) + [
            *("--superlink", f"127.0.0.1:{port or self.port}"),
            *("--certificates", str(self.authority)),
            *("--key", str(self.folder / "keys" / envoy / "node.key")),
            *("--data", str(data)),
        ]
        self._start(envoy, command, ENVOY_HOME=str(home))

    def kill(self, name: str) -> None:
        """End a program and all that it started, at once."""
        program = self.running.pop(name)
        for each in reversed(family(program.pid)):
            with suppress(ProcessLookupError):  # it has just ended
                os.kill(each, signal.SIGKILL)
        program.wait(WAIT)

    def stop(self, name: str) -> int:
        """End a program as a service manager would; gives its exit code."""
        program = self.running.pop(name)
        program.send_signal(signal.SIGTERM)
        return program.wait(WAIT)

    def begin(self, plan: Path, out: Path, *options: object) -> subprocess.Popen[str]:
        """Begin to conduct a plan."""
        command = self.command("run", plan, "--out", out, "--folder", self.link, "--port", self.port, *options)
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)

    def run(self, plan: Path, out: Path, *options: object) -> tuple[int, str]:
        """Conduct a plan to its end; gives the exit code, and what was said."""
        program = self.begin(plan, out, *options)
        said, failed = program.communicate(timeout=4 * WAIT)
        return program.returncode, said + failed

    def said(self, name: str) -> str:
        """Give what a program has said."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def _await(self, name: str, port: int) -> None:
        deadline = time.monotonic() + WAIT
        while True:
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", port)) == 0:
                    return
            assert self.running[name].poll() is None, self.said(name)
            assert time.monotonic() < deadline, self.said(name)
            time.sleep(0.2)

    def _start(self, name: str, command: list[str], **settings: str) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        self.running[name] = subprocess.Popen(
            command,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **settings},
            start_new_session=True,
            cwd=ROOT,
        )
        log.close()


@contextmanager
def real_flower(folder: Path, python: str = sys.executable) -> Iterator[RealFlower]:
    """Have it while the block runs; then all its processes are ended."""
    flower = RealFlower(folder, python)
    try:
        yield flower
    finally:
        for name in list(flower.running):
            flower.kill(name)
