"""A hospital's node over the real SuperNode: begun with sign-in, one a home, begun again where it ends."""

import subprocess
import sys
import threading
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

if find_spec("flwr") is None:
    pytest.skip("Flower has an environment of its own: make test-flower", allow_module_level=True)

from benchmarks.flower_processes import ROOT, certify, family
from benchmarks.ports import free_port
from contract.file_lock import locks
from flower_apps.errors import FlowerError
from flower_apps.keys import make_key
from flower_apps.node import Link, Node
from tests.flower_apps.consortium import real, virtual


@pytest.fixture
def node(tmp_path: Path) -> Node:
    authority, _, _ = certify(tmp_path / "certificates")
    key = make_key(tmp_path / "key").with_name("node.key")
    said: list[str] = []
    return Node(Link(f"127.0.0.1:{free_port()}", authority, key), real(tmp_path / "home", virtual(1)[0]), said.append)


def test_of_one_home_there_is_one_node(node: Node):
    folder = node.hospital.home / "flower"
    folder.mkdir(parents=True)
    with (folder / "node.lock").open("ab") as held:
        assert locks(held)
        with pytest.raises(FlowerError, match="Another fl-flower node"):
            node.run()


def test_a_supernode_that_ends_is_begun_again_and_it_is_said_why(node: Node, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("flower_apps.node._PAUSE_SECONDS", 0.1)
    node.link.key.write_bytes(b"no key")
    said: list[str] = []
    told = threading.Event()

    def say(sentence: str) -> None:
        said.append(sentence)
        if sum(each.startswith("The SuperNode ended") for each in said) == 2:
            told.set()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Node(node.link, node.hospital, say).run()
    assert told.is_set()
    assert len([each for each in said if each.startswith("Takes part")]) == 2


def test_the_secret_lies_in_the_home_alone_and_killed_it_takes_its_supernode_along(node: Node, tmp_path: Path):
    program = (
        "import sys; from pathlib import Path; sys.path.insert(0, '.')\n"
        "from flower_apps.node import Link, Node\n"
        "from tests.flower_apps.consortium import real, virtual\n"
        f"link = Link({node.link.address!r}, Path({str(node.link.certificates)!r}), Path({str(node.link.key)!r}))\n"
        f"Node(link, real(Path({str(node.hospital.home)!r}), virtual(1)[0]), print).run()\n"
    )
    running = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
    secret = node.hospital.home / "flower" / "node" / "secret"
    deadline = time.monotonic() + 60
    while not secret.exists() or len(secret.read_bytes()) != 32:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert secret.stat().st_mode & 0o077 == 0
    while len(processes := family(running.pid)) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    running.kill()  # as a machine short of memory does: the SuperNode must not stay signed in
    running.wait(60)
    while any(Path(f"/proc/{each}").exists() for each in processes):
        assert time.monotonic() < deadline + 60, "the SuperNode outlived its node"
        time.sleep(0.2)
