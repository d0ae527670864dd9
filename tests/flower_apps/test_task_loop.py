"""A hospital's tasks where there is no SuperNode; over a real one, and with a hostile app: test_server_app."""

from importlib.util import find_spec
from pathlib import Path

import pytest

if find_spec("flwr") is None:
    pytest.skip("Flower has an environment of its own: make test-flower", allow_module_level=True)

import httpx

from benchmarks.ports import free_port
from flower_apps.task_loop import TaskLoop
from tests.flower_apps.consortium import real, virtual


def test_a_supernode_that_is_not_there_is_said_at_once(tmp_path: Path):
    loop = TaskLoop(f"127.0.0.1:{free_port()}", b"secret", real(tmp_path / "home", virtual(1)[0]), print)
    with pytest.raises(httpx.HTTPError):
        loop.step()
