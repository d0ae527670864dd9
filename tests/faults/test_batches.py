"""Five batches at once that are made to cost as much as they can: memory and answers of a real director meanwhile."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.faults.scale import record, scaled
from tests.faults.senders import join
from tests.faults.watching import HealthWatch, memory_mib
from tests.real_processes import RealDirector

pytestmark = pytest.mark.alone

MIB = 2**20
LARGEST = 32 * MIB - 1024
AT_ONCE = 5
CSV, JSON = "text/csv", "application/json"


@dataclass
class Asked:
    """A director with a global model, and its memory before it was asked anything."""

    director: RealDirector
    memory_mib: float


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    director = RealDirector(tmp_path_factory.mktemp("batches") / "director")
    director.start()
    (sender,) = join(director, 1)
    sender.send()
    assert requests.post(f"{director.url}/aggregations", json={}, headers=director.admin, timeout=30).status_code == 201
    yield Asked(director, memory_mib(director))
    director.stop()


def filled(before: bytes, piece: bytes, after: bytes) -> bytes:
    """Repeat a piece until a body is as large as a batch may be."""
    return before + piece * ((LARGEST - len(before) - len(after)) // len(piece)) + after


HONEST_CSV = b"diagnosis_count\n" + b"".join(b"%d\n" % (1 + row % 60) for row in range(100_000))
HONEST_JSON = b'{"inputs":[' + b",".join(b'{"diagnosis_count":%d}' % (1 + row % 60) for row in range(100_000)) + b"]}"
COSTLY: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a first line of 25 MiB": (CSV, lambda: b"aa," * (25 * MIB // 3) + b"\n1\n"),
    "a first line of quotes over many": (CSV, lambda: filled(b"", b'"ab\n",', b"\n1\n")),
    "a row of many values": (CSV, lambda: filled(b'diagnosis_count\n"1",', b"10,", b"1\n")),
    "a cell without an end": (CSV, lambda: filled(b'diagnosis_count\n"', "\U0001f600".encode(), b'"\n')),
    "a table of quotes": (CSV, lambda: filled(b"diagnosis_count\n", b'"1"\n', b"")),
    "a table of numbers": (CSV, lambda: filled(b"diagnosis_count\n", b"1\n", b"")),
    "100,000 long numbers": (CSV, lambda: b"diagnosis_count\n" + (b"1." + b"0" * 320 + b"\n") * 100_000),
    "lists in lists": (JSON, lambda: filled(b'{"inputs":[', b"[],", b"[]]}")),
    "lists in a row": (JSON, lambda: filled(b'{"inputs":[{"diagnosis_count":[', b"[],", b"[]]}]}")),
    "empty rows": (JSON, lambda: filled(b'{"inputs":[', b"{},", b"{}]}")),
    "a row of many keys": (JSON, lambda: filled(b'{"inputs":[{', b'"a":1,', b'"a":1}]}')),
    "a key of other letters": (JSON, lambda: filled(b'{"inputs":[{"', "\U0001f600".encode(), b'":1}]}')),
    "long keys": (JSON, lambda: filled(b'{"inputs":[', b'{"' + b"a" * 320 + b'":1},', b"{}]}")),
    "a field that nobody asked for": (JSON, lambda: filled(b'{"more":[', b"[],", b'[]],"inputs":[]}')),
    "nothing but spaces": (JSON, lambda: filled(b'{"inputs":[', b" ", b"]}")),
    "100,000 honest rows, CSV": (CSV, lambda: HONEST_CSV),
    "100,000 honest rows, JSON": (JSON, lambda: HONEST_JSON),
    "100,000 honest rows with spaces, JSON": (
        JSON,
        lambda: b'{"inputs":[' + b",".join([b'{"diagnosis_count":7}' + b" " * 300] * 100_000) + b"]}",
    ),
}


@pytest.mark.parametrize("kind", COSTLY)
def test_five_of_the_worst_batches_at_once_cost_little_memory_and_nobody_waits_for_them(asked: Asked, kind: str):
    director = asked.director
    media_type, made = COSTLY[kind]
    body, gate = made(), threading.Barrier(AT_ONCE)
    headers = {**director.admin, "Content-Type": media_type}

    def ask() -> set[int]:
        gate.wait()
        answers = [
            requests.post(f"{director.url}/infer_global/batch", data=body, headers=headers, timeout=120)
            for _ in range(scaled(2, 6))
        ]
        return {each.status_code for each in answers}

    (Path("/proc") / str(director.pid) / "clear_refs").write_text("5")  # the highest from now on
    with HealthWatch(director) as health, ThreadPoolExecutor(AT_ONCE) as threads:
        statuses = set().union(*(each.result() for each in [threads.submit(ask) for _ in range(AT_ONCE)]))
    growth = memory_mib(director, "VmHWM") - asked.memory_mib
    record(
        f"five batches at once: {kind}",
        bar="memory + 150 MB, /health/live p95 ≤ 250 ms",
        reached=f"{sorted(statuses)}, + {growth:.0f} MiB, p95 {health.p95_ms:.0f} ms",
    )
    allowed = {200, 503} if "honest" in kind or "long numbers" in kind else {400, 413, 422, 503}
    assert statuses <= allowed
    assert not health.failures
    assert growth <= 150e6 / 2**20
    assert health.p95_ms <= 250
