"""A hospital's tasks: whatever app the SuperLink sends along, none of its code runs here."""

from importlib.util import find_spec
from pathlib import Path

import pytest

if find_spec("flwr") is None:
    pytest.skip("Flower has an environment of its own: make test-flower", allow_module_level=True)

import httpx

from benchmarks.flower_processes import free_port
from flower_apps.task_loop import TaskLoop
from tests.flower_apps.consortium import real, virtual


def test_it_knows_of_nothing_that_unpacks_or_imports_an_app():
    import flower_apps.task_loop as loop

    assert not {name for name in vars(loop) if "fab" in name.lower() or "install" in name.lower()}


def test_a_supernode_that_is_not_there_is_said_at_once(tmp_path: Path):
    loop = TaskLoop(f"127.0.0.1:{free_port()}", b"secret", real(tmp_path / "home", virtual(1)[0]), print)
    with pytest.raises(httpx.HTTPError):
        loop.step()
