"""What a target is, and what must hold of its cost and of its refusals whatever the input."""

import gc
import hashlib
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from contract.errors import FederationError

MAX_INPUT_BYTES = 16_384  # larger ones only slow the attack down; the tests read them
MAX_SECONDS = 1.0
MAX_MEGABYTES = 20
_MAX_SENTENCE = 400


@dataclass(frozen=True)
class Target:
    """A reader under attack.

    Args:
        check: Raises AssertionError, or whatever the reader lets escape, where something does not hold; says whether
            the input was taken.
        mutate: Damages an input along its structure.
        real: Gives honest files, all of which must be taken.
        hostile: Gives files that are not; they would touch the path if anybody ran them.
    """

    check: Callable[[bytes], bool]
    mutate: Callable[[bytes, Random], bytes]
    real: Callable[[], Iterator[bytes]]
    hostile: Callable[[Path], Iterator[bytes]]

    def write_seeds(self, folder: Path, canary: Path) -> int:
        """Write what the attack begins with, each under the digest of its bytes; gives how many there are."""
        folder.mkdir(parents=True, exist_ok=True)
        every = [seed for seed in (*self.real(), *self.hostile(canary)) if len(seed) <= MAX_INPUT_BYTES]
        seeds = {hashlib.sha256(seed).hexdigest(): seed for seed in every}
        for digest, seed in seeds.items():
            (folder / digest).write_bytes(seed)
        return len(seeds)


@contextmanager
def within_bounds(data: bytes) -> Iterator[None]:
    """Demand that reading ``data`` is quick and needs little memory, whatever comes of it.

    What counts is the processor time of this thread without the collector's: a test worker has other threads and the
    garbage of a thousand tests, and neither is the reader's.
    """
    collects = gc.isenabled()
    gc.disable()
    before, start = _peak_megabytes(), time.thread_time()
    try:
        yield
    finally:
        seconds, grown = time.thread_time() - start, _peak_megabytes() - before
        if collects:
            gc.enable()
        assert seconds < MAX_SECONDS, f"reading took {seconds:.2f} s"
        assert grown < MAX_MEGABYTES + len(data) / 2**20, f"reading took {grown:.0f} MB"


def _peak_megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def is_refused(error: FederationError) -> bool:
    """Demand that a refusal can be read by a person."""
    assert error.hint
    assert len(error.sentence) < _MAX_SENTENCE
    assert error.sentence.isprintable()
    return False
