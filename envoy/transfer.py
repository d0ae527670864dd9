"""Large files over a bad link: a break costs what was under way, never what had arrived.

A file that is sent goes piece by piece, each acknowledged before the next; after a break the director says how far it
came, and the next piece begins there. A piece is about what the link bears in a second, less where it breaks, so that
little is under way at any time and little is said beside it. A file that is fetched is asked for from where it ended.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from contract.link_words import Wait
from contract.messages.uploads import PartReceived
from contract.names import Digest
from contract.parts import OCTETS
from contract.ranges import Stretch
from envoy.bounded_answers import body_pieces
from envoy.director_link import DirectorLink
from envoy.errors import BrokenLinkError, NetworkError, RefusedError
from envoy.operating_system import open_private, private_folder
from envoy.patience import LONGEST_PAUSE_SECONDS

WHOLE_BYTES = 64 * 1024
"""Up to here a file goes in one request, and is not kept while it is half here."""

_FIRST_BYTES = 16 * 1024
_SMALLEST_BYTES = 8 * 1024
_LARGEST_BYTES = 2**20
_READ_BYTES = 1024
"""So much of an answer is lost at most where it breaks."""

_ELSEWHERE = ("conflict", "digest_mismatch")
"""What a director says where a part is not as far as was thought."""

_PAUSE_SECONDS = 0.3
_HALF = ".half"


class Pace:
    """How large the next piece is."""

    def __init__(self) -> None:
        self.piece_bytes = _FIRST_BYTES

    def went_through(self, size: int, seconds: float) -> None:
        """Follow the link up to what it bears in a second, doubling at most."""
        in_a_second = int(size / max(seconds, 1e-3))
        self.piece_bytes = max(_SMALLEST_BYTES, min(in_a_second, 2 * self.piece_bytes, _LARGEST_BYTES))

    def broke(self) -> None:
        """Put less at stake."""
        self.piece_bytes = max(_SMALLEST_BYTES, self.piece_bytes // 2)


class Perseverance:
    """Goes on for as long as anything arrives, and not for ever where nothing does.

    Args:
        attempts: How often in a row nothing may have arrived.
        sleep: Waits so many seconds.
        on_wait: Told each pause before it begins.
    """

    def __init__(
        self,
        attempts: int,
        sleep: Callable[[float], None] = time.sleep,
        on_wait: Callable[[Wait], object] = lambda wait: None,
    ) -> None:
        self._attempts = attempts
        self._sleep, self._on_wait = sleep, on_wait
        self._in_vain = 0

    def broke(self, error: Exception, *, has_come_further: bool) -> None:
        """Take note of a break: after progress it goes on at once, else after a pause.

        Raises:
            Exception: ``error``, where it was in vain too often.
        """
        if has_come_further:
            self._in_vain = 0
            return
        self._in_vain += 1
        if self._in_vain > self._attempts:
            raise error
        seconds = min(_PAUSE_SECONDS * 2.0 ** (self._in_vain - 1), LONGEST_PAUSE_SECONDS)
        self._on_wait(Wait("nothing more came through", seconds, self._in_vain, self._attempts))
        self._sleep(seconds)


def send_part(link: DirectorLink, path: str, data: bytes) -> None:
    """Send what the director does not have yet of a part.

    Args:
        link: The way to the director.
        path: The part's.
        data: All of it.

    Raises:
        RefusedError: The director takes no parts (404, 405), or not this one.
        NetworkError: Nothing more arrives; what has arrived stays there for a day.
    """
    pace, perseverance = Pace(), Perseverance(link.attempts, on_wait=link.on_wait)
    received = _received(link, path)
    while received < len(data):
        stretch = Stretch(received, min(received + pace.piece_bytes, len(data)), len(data))
        began = time.monotonic()
        try:
            before, received = received, _append(link, path, stretch, data)
            pace.went_through(stretch.size, time.monotonic() - began)
            if received <= before:
                perseverance.broke(_no_further(received), has_come_further=False)
        except (BrokenLinkError, RefusedError) as error:
            if isinstance(error, RefusedError) and error.director_code not in _ELSEWHERE:
                raise
            pace.broke()
            before, received = received, _received(link, path)
            perseverance.broke(error, has_come_further=received > before)


def _no_further(received: int) -> NetworkError:
    return NetworkError(
        f"The director takes what is sent and still has {received:,} bytes of it.", hint="Tell the consortium's admin."
    )


def _received(link: DirectorLink, path: str) -> int:
    return link.read("GET", path, PartReceived).received


def _append(link: DirectorLink, path: str, stretch: Stretch, data: bytes) -> int:
    """Send a piece once: after a break it would begin at the wrong place."""
    headers = {"Content-Range": stretch.content_range, "Content-Type": OCTETS}
    piece = data[stretch.start : stretch.end]
    return link.read("PATCH", path, PartReceived, is_repeated=False, data=piece, headers=headers).received


def fetch_file(link: DirectorLink, path: str, digest: Digest, max_bytes: int) -> bytes:
    """Fetch a file by its digest; what a break leaves is gone on with, where ``link.keep`` names a folder later too.

    Raises:
        RefusedError: The director does not give it.
        NetworkError: Nothing more comes, or what came is not what was asked for.
    """
    half, perseverance = _HalfFile(link.keep, digest), Perseverance(link.attempts, on_wait=link.on_wait)
    data = half.read(max_bytes)
    while not data or Digest.of(data) != digest:
        before = len(data)
        try:
            _fetch_rest(link, path, data, max_bytes, half)
        except BrokenLinkError as error:
            perseverance.broke(error, has_come_further=len(data) > before)
            continue
        except RefusedError as error:
            if error.status != requests.codes.requested_range_not_satisfiable:
                raise
        half.remove()
        if Digest.of(data) != digest:
            raise NetworkError("A file was damaged on the way.", hint="Try again.")
        break
    half.remove()
    return bytes(data)


def _fetch_rest(link: DirectorLink, path: str, data: bytearray, max_bytes: int, half: "_HalfFile") -> None:
    """Ask for what lacks, or for all where there is nothing or the director knows no ranges; adds to ``data``."""
    headers = {"Range": Stretch(len(data), max_bytes, max_bytes).range} if data else {}
    with link.asked("GET", path, max_bytes, headers=headers) as answer:
        if answer.status_code != requests.codes.partial_content:
            data.clear()
        elif not _continues(answer, len(data)):
            raise link.other_speech()
        announced = answer.headers.get("Content-Length", "")
        to_come = int(announced) if announced.isdecimal() else 0
        with half.growing(from_place=len(data), to_size=len(data) + to_come) as add:
            for piece in body_pieces(answer, max_bytes - len(data), _READ_BYTES):
                data += piece
                add(piece)


def _continues(answer: requests.Response, place: int) -> bool:
    stretch = Stretch.read(answer.headers.get("Content-Range", ""))
    return stretch is not None and stretch.start == place


class _HalfFile:
    """What has come of one file, in a folder of such; of small ones, and without a folder, nothing is kept."""

    def __init__(self, folder: Path | None, digest: Digest) -> None:
        self._path = folder / f"{digest}{_HALF}" if folder is not None else None

    def read(self, max_bytes: int) -> bytearray:
        """Give what has come; nothing where that is more than the file can have."""
        if self._path is None or not self._path.is_file() or self._path.stat().st_size > max_bytes:
            return bytearray()
        return bytearray(self._path.read_bytes())

    @contextmanager
    def growing(self, from_place: int, to_size: int) -> Iterator[Callable[[bytes], object]]:
        """Give what adds bytes from a place on, in the block."""
        if self._path is None or to_size <= WHOLE_BYTES:
            yield lambda piece: None
            return
        private_folder(self._path.parent)
        os.close(open_private(self._path, os.O_WRONLY | os.O_CREAT))
        with self._path.open("r+b") as file:
            file.seek(from_place)
            file.truncate()
            yield file.write

    def remove(self) -> None:
        """Forget it, and with it what is left of others: a file that came whole is of a newer start."""
        if self._path is not None and self._path.parent.is_dir():
            for each in self._path.parent.glob(f"*{_HALF}"):
                each.unlink(missing_ok=True)
