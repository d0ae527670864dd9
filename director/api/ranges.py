"""Files by ranges: whoever lost the link in the middle asks for the rest (RFC 9110, section 14)."""

from typing import Annotated, Any

from fastapi import Header, Response

from contract.names import Digest
from contract.parts import OCTETS
from contract.ranges import asked_for
from director.api.guard import BINARY
from director.errors import RangeNotSatisfiableError

Range = Annotated[str | None, Header(alias="Range", max_length=200, description="`bytes=N-`: from byte N on.")]

IN_RANGES: dict[int | str, dict[str, Any]] = {**BINARY, 206: {**BINARY[200], "description": "Those of its bytes"}}
"""What such an operation answers, for the interface document."""


def in_range(data: bytes, header: str | None) -> Response:
    """Give a file, or the one range of it that is asked for; another kind of range stands for the whole.

    Raises:
        RangeNotSatisfiableError: The file has no such bytes.
    """
    stretch = asked_for(header, len(data))
    headers = {"Accept-Ranges": "bytes", "ETag": f'"{Digest.of(data)}"'}
    if stretch is None:
        return Response(data, media_type=OCTETS, headers=headers)
    if stretch.size == 0:
        raise RangeNotSatisfiableError(
            f"The file has {len(data):,} bytes, so none from {stretch.start:,} on.",
            hint="Ask for less, or without Range.",
            bytes=len(data),
        )
    headers["Content-Range"] = stretch.content_range
    return Response(data[stretch.start : stretch.end], 206, headers, OCTETS)
