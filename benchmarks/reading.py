"""An upload while an analyst downloads models, beside the same upload alone."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from statistics import median, quantiles

import numpy as np

from benchmarks.federation import SERVE, Federation, Hospital, hospital_of
from benchmarks.http_client import Request, ask
from benchmarks.program import serving
from benchmarks.report import Figure, Row, middle

_DOWNLOADERS = 16
_PER_SECOND = 5
_HOW = (
    f"Uploads one after the other, alone and while {_DOWNLOADERS} connections fetch the global model's file, each "
    f"{_PER_SECOND} times a second at most. Who fetched it is on record a moment later: nobody who reads waits for the "
    "write lock, or holds it."
)


def measure(federation: Federation, *, is_quick: bool) -> Figure:
    """Upload in turns, alone and beside the downloads."""
    pairs, uploads = (1, 5) if is_quick else (5, 30)
    hospital, random = hospital_of(federation.folder, "KNH"), np.random.default_rng(0)
    alone, beside, downloads = list[list[float]](), list[list[float]](), 0
    with serving("director", SERVE, federation.folder) as director:
        for _ in range(pairs):
            alone.append(_uploads(hospital, director.port, random, uploads))
            with _downloading(director.port, federation.analyst) as fetched:
                beside.append(_uploads(hospital, director.port, random, uploads))
            downloads += fetched[0]
    return Figure(
        "Uploads beside an analyst who downloads",
        f"{_HOW} {downloads:,} downloads beside {pairs * uploads} uploads.",
        (_row("an upload, median", alone, beside, median), _row("an upload, the slowest of 20", alone, beside, _slow)),
    )


def _slow(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=20)[-1]


def _row(what: str, alone: list[list[float]], beside: list[list[float]], of: Callable[[Sequence[float]], float]) -> Row:

    ours, theirs = [of(each) * 1000 for each in beside], [of(each) * 1000 for each in alone]
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    return Row(what, f"{middle(ours, '.0f')} ms", f"{middle(theirs, '.0f')} ms", middle(ratios, ".1f"))


def _uploads(hospital: Hospital, port: int, random: np.random.Generator, number: int) -> list[float]:
    seconds = []
    for _ in range(number):
        answer = ask(port, hospital.upload_request(port, random))
        answer.json()
        seconds.append(answer.seconds)
    return seconds


@contextmanager
def _downloading(port: int, token: str) -> Iterator[list[int]]:
    """Fetch all the while; gives how often it was, once the block has ended."""
    is_over, fetched = threading.Event(), [0]
    request = Request("GET", "/global_models/1/model.pt", token)

    def fetch(place: int) -> None:
        is_over.wait(place / _DOWNLOADERS / _PER_SECOND)  # not all at the same moment
        while not is_over.is_set():
            assert ask(port, request).status == 200
            fetched[0] += 1
            is_over.wait(1 / _PER_SECOND)

    threads = [threading.Thread(target=fetch, args=(place,)) for place in range(_DOWNLOADERS)]
    for each in threads:
        each.start()
    try:
        yield fetched
    finally:
        is_over.set()
        for each in threads:
            each.join()
