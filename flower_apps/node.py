"""A hospital's node: Flower's SuperNode as a process of its own, kept running, and its tasks done here."""

import secrets
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from contract.file_lock import locks
from contract.visible_text import visible
from envoy.kept_files import write_whole
from envoy.operating_system import private_folder
from flower_apps.errors import FlowerError
from flower_apps.hospital import Hospital
from flower_apps.surroundings import ends_with_its_parent, program, surroundings
from flower_apps.task_loop import TaskLoop

_LOOK_SECONDS = 0.5
_PAUSE_SECONDS = 5.0
"""Before a SuperNode that ended is started again: a SuperLink refuses one that it has not yet missed, for a minute."""
_ENDING_SECONDS = 10.0
_SECRET, _LOG = "secret", "supernode.log"
_SHOWN = 300


@dataclass(frozen=True)
class Link:
    """The SuperLink, as the hospital reaches it.

    Args:
        address: host:port.
        certificates: Who vouches for it, PEM.
        key: This hospital's private key.
    """

    address: str
    certificates: Path
    key: Path


@dataclass(frozen=True)
class Node:
    """Runs until it is stopped.

    Args:
        link: To the SuperLink.
        hospital: Who answers.
        say: Takes a sentence for whoever looks on.
    """

    link: Link
    hospital: Hospital
    say: Callable[[str], None]

    def run(self) -> None:
        """Take part for good; an interrupt ends it, and the SuperNode with it.

        Raises:
            FlowerError: Another node runs with this home.
        """
        folder = self.hospital.home / "flower" / "node"
        private_folder(folder)
        with (folder.parent / "node.lock").open("ab") as lock:
            if not locks(lock):
                raise FlowerError(
                    f"Another fl-flower node runs with the home {self.hospital.home}.", hint="One is enough."
                )
            while True:
                self._once(folder)
                time.sleep(_PAUSE_SECONDS)

    def _once(self, folder: Path) -> None:
        secret, port = secrets.token_bytes(32), _free_port()
        write_whole(folder / _SECRET, secret)
        with (folder / _LOG).open("wb") as log:
            child = subprocess.Popen(
                self._command(folder, port),
                env=surroundings(folder),
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=ends_with_its_parent(),
            )
        self.say(f"Takes part through {self.link.address}.")
        try:
            self._do_tasks(child, TaskLoop(f"127.0.0.1:{port}", secret, self.hospital, self.say))
        finally:
            _end(child)
        self.say(f"The SuperNode ended, and is started again: {_why(folder / _LOG)}")

    def _do_tasks(self, child: subprocess.Popen[bytes], loop: TaskLoop) -> None:
        while child.poll() is None:
            with suppress(httpx.HTTPError):  # it is not up yet, or has just ended: the next look shows which
                if loop.step():
                    continue
            time.sleep(_LOOK_SECONDS)

    def _command(self, folder: Path, port: int) -> list[str]:
        return [
            program("flower-supernode"),
            *("--superlink", self.link.address),
            *("--root-certificates", str(self.link.certificates)),
            *("--auth-supernode-private-key", str(self.link.key)),
            *("--isolation", "process", "--host", "127.0.0.1", "--port", str(port)),
            *("--superexec-auth-secret-file", str(folder / _SECRET)),
        ]


def _why(log: Path) -> str:
    """Give the last thing that the SuperNode complained of."""
    lines = [visible(line) for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    complaints = [line for line in lines if "ERROR" in line or "WARN" in line or "Error" in line]
    return (complaints or lines or ["it said nothing"])[-1][:_SHOWN]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(_ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
