"""Parts that are sent before the upload that they belong to, and so can be gone on with after a break."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from starlette.requests import ClientDisconnect

from contract.messages.uploads import PartReceived
from contract.names import Digest, EnvoyName
from contract.parts import OCTETS
from contract.ranges import CONTENT_RANGE
from director.api.guard import Caller, GuardedRoute, Serving, may
from director.api.parcels import Desk
from director.errors import MalformedRequestError
from director.members.access import HOSPITAL
from director.submissions.parts import ArrivingPart

router = APIRouter(route_class=GuardedRoute, tags=["uploads"])

ContentRange = Annotated[
    str,
    Header(alias="Content-Range", pattern=CONTENT_RANGE, description="Which bytes of the part the body holds."),
]
_WRITE_BYTES = 256 * 1024
_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {OCTETS: {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get("/upload/{envoy_name}/parts/{digest}")
@may(HOSPITAL)
def get_part(envoy_name: EnvoyName, digest: Digest, caller: Caller, director: Serving) -> PartReceived:
    """Say how much of a part is here: of a hospital's own ones, sent before or kept of an upload."""
    return director.submissions.received_of_part(caller, envoy_name, digest)


@router.patch("/upload/{envoy_name}/parts/{digest}", openapi_extra=_BODY)
@may(HOSPITAL, body="upload", is_upload=True)
async def append_part(
    envoy_name: EnvoyName,
    digest: Digest,
    request: Request,
    caller: Caller,
    director: Serving,
    content_range: ContentRange,
) -> PartReceived:
    """Take the next bytes of a part; what has come stays even where the request breaks. 409: others are the next.

    An upload whose metadata names the part by its digest may then leave it out of the form. After a day it is gone.
    """
    desk: Desk = request.app.state.desk
    with desk.place():
        part = await desk.on_disk(director.submissions.expect_part, caller, envoy_name, digest, content_range)
        return await _append(request, desk, part)


async def _append(request: Request, desk: Desk, part: ArrivingPart) -> PartReceived:
    """Keep the body as it comes, a good many bytes at a time: each write takes a thread, and a crowd sends thousands.

    Raises:
        MalformedRequestError: It has more bytes than its range, or fewer.
        DigestMismatchError, ConflictError, StorageError: As ``ArrivingPart``.
    """
    place, end, held = part.stretch.start, part.stretch.end, bytearray()
    try:
        async for chunk in request.stream():
            if place + len(held) + len(chunk) > end:
                raise _other_length()
            held += chunk
            if len(held) >= _WRITE_BYTES:
                await desk.on_disk(part.write, place, bytes(held))
                place += len(held)
                held.clear()
        if place + len(held) < end:
            raise _other_length()
    except (ClientDisconnect, MalformedRequestError):  # what has come stays
        if held:
            await desk.on_disk(part.write, place, bytes(held))
        raise
    return await desk.on_disk(part.end, place, bytes(held))


def _other_length() -> MalformedRequestError:
    return MalformedRequestError("The body has not as many bytes as its Content-Range.", hint="Send exactly those.")
