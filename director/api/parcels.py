"""An upload's form on its way in: onto the data folder's disk as it comes, into memory only when its turn has come.

So the memory that a crowd of uploads takes is bounded by how many are judged at once, not by how many arrive.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, TypeVar

from anyio import CapacityLimiter, Semaphore, move_on_after, to_thread
from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from contract.parts import PART_OF, PARTS, FileRole, Parcel, Part
from director.errors import BusyError, MalformedRequestError, UnsupportedMediaTypeError
from director.records.blobs import SPOOLED_IN_MEMORY_BYTES
from director.records.files import storage_faults_named

_REQUIRED = [part.role for part in PARTS if part.is_required]
_OPTIONAL = [part.role for part in PARTS if not part.is_required]
_HINT = f"Send each of {', '.join(_REQUIRED)} once, and {', '.join(_OPTIONAL)} at most once."
_LABEL: FileRole = "metadata"
_WRITERS = 8
"""Threads that write what arrives; the process has 40."""
_Result = TypeVar("_Result")


class Desk:
    """Where uploads wait, and batches.

    Args:
        what: Its visitors, for a sentence.
        places: How many may be arriving, waiting or judged; the next is asked to come again.
        at_once: How many are judged at once.
        patience_seconds: How long one waits for its turn before it is asked to come again.
    """

    def __init__(self, what: str, *, places: int, at_once: int, patience_seconds: float = math.inf) -> None:
        self._what = what
        self.places = places
        self.taken = 0
        self._at_once = at_once
        self._turns = Semaphore(at_once)
        self._limiter = CapacityLimiter(at_once)
        self._writing = CapacityLimiter(_WRITERS)
        self._patience_seconds = patience_seconds

    @property
    def judged(self) -> int:
        """How many have their turn now."""
        return self._at_once - self._turns.value

    @contextmanager
    def place(self) -> Iterator[None]:
        """Keep a place while the block runs.

        Raises:
            BusyError: All are taken.
        """
        if self.taken >= self.places:
            raise BusyError(
                f"{self.places} {self._what} are arriving already.",
                hint="Send it again in a few seconds.",
                limit=self.places,
            )
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1

    async def on_disk(self, act: Callable[..., _Result], *arguments: object) -> _Result:
        """Run what waits for the disk on one of a few threads, so that a crowd of it leaves threads for all others."""
        return await to_thread.run_sync(act, *arguments, limiter=self._writing)

    async def in_turn(self, act: Callable[[], _Result]) -> _Result:
        """Run ``act`` on a thread when its turn has come; the event loop goes on meanwhile.

        Raises:
            BusyError: Its turn did not come in time.
        """
        with move_on_after(self._patience_seconds) as waiting:
            await self._turns.acquire()
        if waiting.cancelled_caught:
            raise BusyError(f"Other {self._what} are being read.", hint="Send it again in a few seconds.")
        try:
            return await to_thread.run_sync(act, limiter=self._limiter)
        finally:
            self._turns.release()


class SpooledForm:
    """The parts of one upload, one after the other in a file.

    Args:
        boundary: What separates the parts.
        file: Empty, open for writing and reading; it stays the caller's.
    """

    def __init__(self, boundary: bytes, file: IO[bytes]) -> None:
        self._file = file
        self._places: dict[FileRole, tuple[int, int]] = {}
        self._part: FileRole = "metadata"
        self._header = self._value = b""
        self._disposition = b""
        self._is_whole = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._take_header,
                "on_header_value": self._take_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._name_part,
                "on_part_data": self._take_data,
                "on_end": self._end,
            },
        )

    @property
    def size(self) -> int:
        """How many bytes of parts have come."""
        return sum(length for _, length in self._places.values())

    def write(self, chunk: bytes) -> None:
        """Take the next bytes of the body.

        Raises:
            MalformedRequestError: This is no form, or a part is unexpected.
            StorageError: The disk refuses.
        """
        try:
            with storage_faults_named():
                self._parser.write(chunk)
        except FormParserError:
            raise MalformedRequestError("The form can't be read: it is not well formed.", hint=_HINT) from None

    def parcel(self) -> Parcel:
        """Read the parts into memory; which may be left out of the form is not known here.

        Raises:
            MalformedRequestError: The form ends in the middle, or says nothing of itself.
        """
        if not self._is_whole:
            raise MalformedRequestError("The form can't be read: it ends before its last boundary.", hint=_HINT)
        if _LABEL not in self._places:
            raise MalformedRequestError(f"The form lacks the part {_LABEL}.", hint=_HINT, part=_LABEL)
        with storage_faults_named():
            return Parcel({role: self._read(*place) for role, place in self._places.items()})

    def _read(self, start: int, length: int) -> bytes:
        self._file.seek(start)
        return self._file.read(length)

    # --- what the parser tells ----------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._disposition = b""

    def _take_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _take_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _name_part(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"name", b"").decode("utf-8", "replace")
        part = PART_OF.get(name)
        if part is None or part.role in self._places:
            raise MalformedRequestError(f"The form has an unexpected part {name[:60]!r}.", hint=_HINT)
        self._part, self._places[part.role] = part.role, (self.size, 0)

    def _take_data(self, data: bytes, start: int, end: int) -> None:
        self._file.write(memoryview(data)[start:end])
        begin, length = self._places[self._part]
        self._places[self._part] = begin, length + end - start

    def _end(self) -> None:
        self._is_whole = True


async def spool(request: Request, desk: Desk, file: IO[bytes]) -> SpooledForm:
    """Read an upload's body into a file.

    Raises:
        UnsupportedMediaTypeError: It is no form.
        MalformedRequestError, StorageError: As ``SpooledForm.write``.
    """
    content_type, options = parse_options_header(request.headers.get("content-type", ""))
    if content_type != b"multipart/form-data":
        raise UnsupportedMediaTypeError("An upload is multipart/form-data.", hint=_HINT)
    try:
        form = SpooledForm(options[b"boundary"], file)
    except (KeyError, FormParserError):
        raise MalformedRequestError("The form's boundary is missing or too long.", hint=_HINT) from None
    async for chunk in request.stream():
        if form.size + len(chunk) <= SPOOLED_IN_MEMORY_BYTES:
            form.write(chunk)
        else:  # it goes to the disk, for which the other requests shall not wait
            await desk.on_disk(form.write, chunk)
    return form


def form_schema() -> dict[str, Any]:
    """Describe the form for the interface document."""
    schema = {
        "type": "object",
        "description": f"Needed are {', '.join(_REQUIRED)}; one that was sent before is named by its digest instead.",
        "required": [_LABEL],
        "properties": {part.role: _form(part) for part in PARTS},
    }
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


def _form(part: Part) -> dict[str, str]:
    if part.media_type == "application/json":
        return {"type": "string", "contentMediaType": part.media_type}
    return {"type": "string", "format": "binary"}
