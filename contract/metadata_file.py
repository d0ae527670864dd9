"""``metadata.json``: what an upload says of itself, read in one way by whoever reads it.

The director, an envoy that sends a folder, and the admin's script take and refuse the same texts with the same
sentence; which fields each asks for is its own. Knows no task: what numbers that takes is asked elsewhere.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from contract.errors import ArtifactError
from contract.json_names import name_twice
from contract.messages.uploads import UploadMetadata
from contract.written_text import read_text

MAX_METADATA_BYTES = 64 * 1024

_HINT = "It needs task, num_examples and base, as the task's start gave it."
_OURS = "Value error, "
_Form = TypeVar("_Form", bound=BaseModel)


def read_metadata_file(data: bytes) -> UploadMetadata:
    """Read all that an upload says of itself; raises as ``read_claims``."""
    return read_claims(data, UploadMetadata)


def read_claims(data: bytes, form: type[_Form]) -> _Form:
    """Read what a form asks for; other keys are left out.

    Args:
        data: The text, as any editor saves it.
        form: The fields.

    Raises:
        ArtifactError: It is too long, no text, no JSON object, has a key twice, or a field is missing or wrong; its
            fact ``field`` names that.
    """
    if len(data) > MAX_METADATA_BYTES:
        raise ArtifactError(
            f"metadata has {len(data):,} bytes, more than {MAX_METADATA_BYTES:,}.", hint="Send the known fields alone."
        )
    text = read_text(data, "metadata")
    try:
        found = form.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise _refusal([str(part) for part in first["loc"]], first["msg"].removeprefix(_OURS)) from None
    _parsed(text)
    return found


def as_written(data: bytes) -> Mapping[str, object]:
    """Give the whole object of a text that ``read_claims`` took, with the keys that nobody here knows."""
    return _parsed(read_text(data, "metadata"))


def _parsed(text: str) -> dict[str, object]:
    """Parse what the form's reader took, so that it is JSON, and not deep; refuse a key that comes twice.

    Of those some readers take the first, some the last.
    """
    parsed: dict[str, object] = json.loads(text, object_pairs_hook=_once)
    return parsed


def _once(members: Sequence[tuple[str, object]]) -> dict[str, object]:
    twice = name_twice(members)
    if twice is not None:
        raise _refusal([ascii(twice[:40])[1:-1]], "the key is there twice")
    return dict(members)


def _refusal(where: Sequence[str], problem: str) -> ArtifactError:
    field = ".".join(where)
    said = f"{field}: {problem[:200]}" if field else problem[:200]
    return ArtifactError(f"metadata: {said}.", hint=_HINT, field=field or "metadata")
