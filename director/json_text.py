"""JSON as it comes over HTTP: whatever an editor put before it, and nothing in it named twice.

Of two equal names one reader takes the first and another the last: what was asked is not certain, so it is refused.
"""

import json
from collections.abc import Sequence
from typing import Any

from contract.json_names import name_twice
from director.errors import InvalidRequestError, MalformedRequestError

_SHOWN = 60


def plain_json(data: bytes) -> bytes:
    """Give JSON as UTF-8 without a byte order mark; UTF-16 and UTF-32 are turned into it.

    Raises:
        MalformedRequestError: It begins like text of an encoding, and is none.
    """
    encoding = json.detect_encoding(data)
    if encoding == "utf-8":
        return data
    try:
        return data.decode(encoding).encode()
    except UnicodeDecodeError:
        raise MalformedRequestError(
            f"The body begins like text in {encoding.removesuffix('-sig').upper()}, and is none.",
            hint="Send JSON in UTF-8.",
        ) from None


def read_json(data: bytes) -> Any:
    """Read JSON in which each object names each member once.

    Raises:
        InvalidRequestError: A name stands twice in one object.
        ValueError, RecursionError: This is no JSON, or lies too deep.
    """
    return json.loads(data, object_pairs_hook=_once_each)


def require_names_once(data: bytes, names: int) -> None:
    """Refuse JSON that names something twice in one object, at the cost of counting its colons.

    Args:
        data: JSON that was read already.
        names: How many names its reader found in all its objects. Each has a colon, so where there are no more colons,
            none was dropped. -1: it did not count.

    Raises:
        InvalidRequestError: A name stands twice in one object.
    """
    if data.count(b":") != names:
        json.loads(data, object_pairs_hook=_once_each, parse_int=str)  # more digits than Python reads are no matter


def _once_each(members: Sequence[tuple[str, object]]) -> dict[str, object]:
    twice = name_twice(members)
    if twice is not None:
        shown = twice[:_SHOWN]
        raise InvalidRequestError(f"{shown} is named twice in one object.", hint="Name it once.", field=shown)
    return dict(members)
