"""How uvicorn is told to serve a director."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from uvicorn import Config

from director.api import server
from director.api.server import server_options
from director.api.transport import BoundedProtocol
from director.settings import DirectorSettings
from tests.federation_simulator import eventually
from tests.foreign_texts import NASTY, is_seen

WORKS = """
import multiprocessing, sys, time
from director.api.server import end_with_parent

def work(pid_is):
    import os
    end_with_parent()
    pid_is.put(os.getpid())
    time.sleep(60)

if __name__ == "__main__":
    started = multiprocessing.get_context("spawn")
    pid_is = started.Queue()
    started.Process(target=work, args=(pid_is,)).start()
    print(pid_is.get(), flush=True)
    time.sleep(60)
"""
HEAPS = """
import pathlib, re, sys, threading
from director.api.server import share_one_heap

if sys.argv[1] == "shared":
    share_one_heap()
together = threading.Barrier(8)

def work():
    together.wait()
    held = [b"x" * (1000 + number % 9) for number in range(2000)]
    together.wait()

threads = [threading.Thread(target=work) for _ in range(8)]
[each.start() for each in threads]
[each.join() for each in threads]
print(re.search(r"VmPeak:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])
"""


def test_uvicorn_finds_the_protocol_under_the_name_that_the_options_give(tmp_path: Path) -> None:
    settings = DirectorSettings(data_dir=tmp_path, idle_seconds=7, stopping_seconds=9)
    config = Config("director.app:from_environment", **server_options(settings))
    config.load_app = lambda: None  # type: ignore[method-assign]  # the application is no part of this
    config.load()
    assert config.http_protocol_class is BoundedProtocol
    assert config.ws_protocol_class is None
    assert (config.timeout_keep_alive, config.timeout_graceful_shutdown) == (7, 9)
    assert not config.access_log


def test_a_process_may_open_as_many_files_as_the_system_allows() -> None:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(512, soft), hard))
        server.lift_file_limit()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("text", NASTY)
def test_what_the_server_complains_of_is_shown_as_text(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    config = Config("director.app:from_environment", **server_options(DirectorSettings()))
    logger = logging.getLogger("uvicorn.error")
    try:
        config.configure_logging()
        logger.warning("a <%s>", text)
        try:
            raise ValueError(f"<{text}>")
        except ValueError:
            logger.exception("Exception in ASGI application")
        logger.info("nobody needs this")
    finally:
        logging.getLogger("uvicorn").handlers.clear()
    said = capsys.readouterr().err
    assert said.startswith("WARNING: a <")
    assert "\nERROR: Exception in ASGI application\nTraceback" in said
    assert "\nValueError: <" in said
    assert "nobody" not in said
    assert is_seen(said)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="address space is looked up on Linux only")
def test_threads_share_one_heap() -> None:
    reserved = {}
    for how in ("shared", "as it is"):
        command = [sys.executable, "-c", HEAPS, how]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        reserved[how] = int(done.stdout) // 1024
    assert reserved["shared"] + 200 < reserved["as it is"]  # each further heap reserves 64 MiB


def test_a_worker_ends_where_its_parent_was_killed(tmp_path: Path) -> None:
    (tmp_path / "works.py").write_text(WORKS)
    environment = {**os.environ, "PYTHONPATH": str(Path(server.__file__).parents[2])}
    parent = subprocess.Popen(
        [sys.executable, str(tmp_path / "works.py")], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    assert Path(f"/proc/{worker}").exists()
    parent.kill()
    parent.wait()
    eventually(lambda: not is_at_work(worker), seconds=20)


def is_at_work(pid: int) -> bool:
    """Tell whether a process runs; one that ended and that nobody has asked about does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
