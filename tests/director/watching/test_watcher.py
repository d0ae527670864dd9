"""A thread that looks: one process at a time, through whatever it trips over."""

import threading
import time
from functools import partial
from pathlib import Path

from director.watching.watcher import Watcher
from tests.federation_simulator import eventually


def test_of_two_one_looks_and_the_other_takes_over(tmp_path: Path):
    looks: list[str] = []
    one, other = (Watcher(tmp_path / "x.lock", partial(looks.append, name), 0.01) for name in ("one", "other"))
    one.start()
    eventually(lambda: len(looks) > 3)
    other.start()
    time.sleep(0.1)
    assert set(looks) == {"one"}
    one.stop()
    eventually(lambda: "other" in looks)
    other.stop()


def test_it_looks_again_after_it_failed(tmp_path: Path):
    looks: list[int] = []

    def look() -> None:
        looks.append(1)
        raise RuntimeError("the database is away")

    watcher = Watcher(tmp_path / "x.lock", look, 0.01)
    watcher.start()
    eventually(lambda: len(looks) > 3)
    watcher.stop()


def test_a_look_that_hangs_keeps_nobody_from_stopping(tmp_path: Path):
    hangs = threading.Event()

    def look() -> None:
        hangs.wait(30)

    watcher = Watcher(tmp_path / "x.lock", look, 0.01)
    watcher.start()
    began = time.monotonic()
    watcher.stop()
    assert time.monotonic() - began < 5
    hangs.set()


def test_one_that_never_began_has_nothing_to_end(tmp_path: Path):
    Watcher(tmp_path / "x.lock", lambda: None).stop()
    assert list(tmp_path.iterdir()) == []
