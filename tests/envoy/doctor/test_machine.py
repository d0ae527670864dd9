"""Memory, and a torch that starts."""

import sys
from pathlib import Path

import pytest

from envoy.doctor.machine import memory_findings, memory_free, torch_finding

MIB = 1 << 20


@pytest.mark.parametrize(("free", "state"), [(383, "bad"), (384, "warn"), (1023, "warn"), (1024, "ok")])
def test_memory_is_enough_or_scarce_or_too_little(free: int, state: str) -> None:
    (found,) = memory_findings(free * MIB)
    assert (found.state, bool(found.hint)) == (state, state != "ok")


def test_where_memory_is_not_known_nothing_is_said(tmp_path: Path) -> None:
    assert list(memory_findings(memory_free(tmp_path / "meminfo"))) == []
    (tmp_path / "meminfo").write_text("MemTotal: 1 kB\n")
    assert memory_free(tmp_path / "meminfo") is None


def test_the_bound_of_a_container_counts_where_it_is_nearer(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal:       8000000 kB\nMemAvailable:    4194304 kB\n")
    assert memory_free(meminfo, tmp_path) == 4096 * MIB
    for most, used, free in (("max", "5", 4096 * MIB), ("1000", "400", 600), ("1000", "1400", 0)):
        (tmp_path / "memory.max").write_text(f"{most}\n")
        (tmp_path / "memory.current").write_text(f"{used}\n")
        assert memory_free(meminfo, tmp_path) == free


@pytest.mark.skipif(sys.platform != "linux", reason="Linux says it so")
def test_here_some_is_free() -> None:
    assert (memory_free() or 0) > MIB


def test_torch_learns_here() -> None:
    found = torch_finding()
    assert (found.state, found.sentence.endswith("learns here.")) == ("ok", True), found


def test_a_torch_that_fails_ends_or_hangs_is_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    torch = tmp_path / "torch.py"
    for text, says in (
        ("raise ImportError('libcudart.so is missing')", "libcudart.so is missing"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGILL)", "the process ended with -4"),
        ("import time; time.sleep(60)", "did not start within 3 s"),
    ):
        torch.write_text(text)
        found = torch_finding(patience_seconds=3)
        assert (found.state, says in found.sentence, bool(found.hint)) == ("bad", True, True), found
