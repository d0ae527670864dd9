"""Rounds of 1 MB each way over a link that breaks every 30 kB or so and is away for ten minutes: little goes twice."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
import requests

from contract.names import Digest
from envoy.errors import NetworkError
from tests.faults import large_task
from tests.faults.large_task import MEGABYTE, PART_OF_ONE
from tests.faults.scale import record, scaled
from tests.faults.senders import Sender, join
from tests.real_processes import RealDirector
from tests.unruly_proxy import UnrulyProxy

TASK, LEAST_MODEL_BYTES = scaled((PART_OF_ONE, 250_000), (MEGABYTE, 1_000_000))
ROUNDS = scaled(1, 2)
BYTES_PER_SECOND, LATENCY_SECONDS = scaled((50_000, 0.01), (8_000, 0.1))
OUTAGE_SECONDS = scaled(1.0, 600.0)
MOST_BYTES_A_ROUND = 4_000
MOST_TIMES_THE_PARTS = 1.2
LARGEST_MODEL_BYTES = 2_000_000

_Result = TypeVar("_Result")

pytestmark = pytest.mark.timeout(7200)


@pytest.fixture
def director(tmp_path: Path) -> Iterator[RealDirector]:
    director = RealDirector(tmp_path / "director", program=(large_task.__file__,))
    director.start()
    yield director
    director.stop()


def until_it_succeeds(act: Callable[[], _Result]) -> _Result:
    """Ask again after each time that the link was given up, as an envoy that takes part in rounds does."""
    while True:
        try:
            return act()
        except NetworkError:
            time.sleep(0.5)


def aggregate(director: RealDirector) -> None:
    made = requests.post(f"{director.url}/aggregations", json={"task": TASK.name}, headers=director.admin, timeout=60)
    assert made.status_code == 201, made.text


def play(director: RealDirector, sender: Sender, number: int, before_upload: Callable[[], None]) -> int:
    """Fetch the start, send an update, aggregate; gives how many bytes of parts that were."""
    client = sender.client
    start = until_it_succeeds(lambda: client.start(TASK.name))
    digest = start.model_sha256
    model = until_it_succeeds(lambda: client.blob(digest, LARGEST_MODEL_BYTES))
    assert Digest.of(model) == digest
    sender.base = start.base
    parcel = sender.parcel(number)
    before_upload()
    receipt = until_it_succeeds(lambda: client.upload(sender.name, parcel))
    assert receipt.version == number
    assert receipt.files["model"].sha256 == parcel.digests["model"]
    aggregate(director)
    return len(model) + sum(map(len, parcel.parts.values()))


def test_little_goes_twice_over_a_link_that_breaks_and_is_away(director: RealDirector, tmp_path: Path):
    parts, began = 0, time.monotonic()
    with UnrulyProxy(
        director.port, seed=11, cut_share=0.3, latency_seconds=LATENCY_SECONDS, bytes_per_second=BYTES_PER_SECOND
    ) as proxy:
        (sender,) = join(director, 1, task=TASK, url=proxy.url, keep=tmp_path / "starts")

        def redeploy_and_go_away() -> None:
            director.stop()
            director.start()
            proxy.go_dark(OUTAGE_SECONDS)

        for number in range(1, ROUNDS + 1):
            parts += play(director, sender, number, redeploy_and_go_away if number == 1 else lambda: None)
    assert parts > 2 * LEAST_MODEL_BYTES * ROUNDS
    assert proxy.cuts > parts / 100_000
    assert proxy.carried_bytes <= MOST_TIMES_THE_PARTS * parts + MOST_BYTES_A_ROUND * ROUNDS
    record(
        "broken transfers",
        bar="64 kbit/s, 30 % resets, a 10-minute outage, model ≥ 1 MB: the same SHA-256; bytes on the wire ≤ 1.2 × the "
        "parts + 4 kB a round",
        reached=f"{ROUNDS} rounds of {parts / ROUNDS / 1e6:.1f} MB in {time.monotonic() - began:.0f} s; "
        f"{proxy.carried_bytes / parts:.3f} × the parts, {proxy.cuts} cuts in {proxy.connections} connections, seed 11",
    )
