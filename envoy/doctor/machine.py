"""What training takes of this machine: memory, and a torch that starts."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from contract.director_problems import shown
from contract.findings import Finding, bad, ok, warn
from contract.machine_findings import shown_bytes

_LEAST_MEMORY_BYTES, _SAFE_MEMORY_BYTES = 384 << 20, 1 << 30
_AVAILABLE = re.compile(r"^MemAvailable:\s+(\d+) kB", re.MULTILINE)
_TRY = "import torch; torch.nn.Linear(2, 2)(torch.ones(1, 2)).sum().backward(); print(torch.__version__)"
_PATIENCE_SECONDS = 120


def memory_free(meminfo: Path = Path("/proc/meminfo"), group: Path = Path("/sys/fs/cgroup")) -> int | None:
    """Give how many bytes of memory a program may still take; None: this system does not say so here.

    Args:
        meminfo: As Linux gives it (proc_meminfo(5)).
        group: The control group of this program, which a container's bounds stand in (cgroups(7), version 2).
    """
    try:
        found = _AVAILABLE.search(meminfo.read_text(encoding="ascii"))
    except OSError:
        return None
    if found is None:
        return None
    free = int(found[1]) << 10
    try:
        most, used = ((group / name).read_text(encoding="ascii").strip() for name in ("memory.max", "memory.current"))
        return free if most == "max" else min(free, max(int(most) - int(used), 0))
    except (OSError, ValueError):  # no such bound here
        return free


def memory_findings(free_bytes: int | None) -> Iterator[Finding]:
    """Judge the memory that is left; None: it is not known."""
    if free_bytes is None:
        return
    free = shown_bytes(free_bytes)
    if free_bytes < _LEAST_MEMORY_BYTES:
        yield bad(
            "memory", f"{free} are free: torch alone takes 250 MiB.", "End other programs, or use a larger machine."
        )
    elif free_bytes < _SAFE_MEMORY_BYTES:
        yield warn("memory", f"{free} are free: large tables take more.", "End other programs before training.")
    else:
        yield ok("memory", f"{free} are free.")


def torch_finding(python: str = sys.executable, patience_seconds: float = _PATIENCE_SECONDS) -> Finding:
    """Let torch learn a step in a process of its own: on a processor that it was not built for it ends the process."""
    install = "Install it anew: pip install '.[envoy]'; on an old processor an older torch."
    try:
        ran = subprocess.run(
            [python, "-P", "-c", _TRY], capture_output=True, text=True, errors="replace", timeout=patience_seconds
        )
    except subprocess.TimeoutExpired:
        return bad("torch", f"it did not start within {patience_seconds:g} s.", "Look at the disk and the memory.")
    if ran.returncode:
        said = (ran.stderr.strip().splitlines() or [f"the process ended with {ran.returncode}"])[-1]
        return bad("torch", f"it does not work here: {shown(said)}.", install)
    return ok("torch", f"version {shown(ran.stdout.strip(), 60)} learns here.")
