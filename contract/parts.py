"""The parts of an upload, once: what each is called in the form, as a file and in the records, and which must be there.

A further part is a line here, its digest in ``UploadMetadata``, and the check that looks at it where uploads arrive
(``director.submissions.arrival``; an ``ArtifactError`` refuses it).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from contract.names import Digest

FileRole = Literal["metadata", "model", "scaler", "log"]
"""What a file is to the upload that it belongs to."""

GlobalFileRole = Literal["model", "scaler", "card", "momentum", "variance"]
"""What a file is to the global version that it belongs to; the last two are what a strategy remembers."""

OCTETS = "application/octet-stream"


@dataclass(frozen=True)
class Part:
    """One part of an upload.

    Args:
        role: Its name in the form, in the records and in a receipt.
        file_name: Its name as a file, at the hospital and in the director's view.
        media_type: What a sender calls its content.
        is_required: Whether an upload without it is refused.
    """

    role: FileRole
    file_name: str
    media_type: str
    is_required: bool = True

    @property
    def is_text(self) -> bool:
        """Whether people can read it as it is."""
        return self.media_type != OCTETS


PARTS = (
    Part("metadata", "metadata.json", "application/json"),
    Part("model", "model.pt", OCTETS),
    Part("scaler", "scaler.pkl", OCTETS),
    Part("log", "training.log", "text/plain", is_required=False),
)
GLOBAL_FILES: Mapping[GlobalFileRole, str] = {"model": "model.pt", "scaler": "scaler.pkl", "card": "card.json"}
"""Role → name as a file, of what is given out of a global version."""

PART_OF: Mapping[str, Part] = {part.role: part for part in PARTS}


@dataclass(frozen=True)
class Parcel:
    """The parts of one upload as bytes; those that were left out are not in it.

    Args:
        parts: Role → bytes.
    """

    parts: Mapping[FileRole, bytes]

    def __getitem__(self, role: FileRole) -> bytes:
        """Give a part that is there."""
        return self.parts[role]

    def get(self, role: FileRole) -> bytes | None:
        """Give a part, or None."""
        return self.parts.get(role)

    @cached_property
    def digests(self) -> Mapping[FileRole, Digest]:
        """Digest of each part that is there, in the order of ``PARTS``."""
        return {part.role: Digest.of(self.parts[part.role]) for part in PARTS if part.role in self.parts}

    @property
    def key(self) -> Digest:
        """What a repeated upload of the same parcel is known by."""
        return Digest.of("".join(self.digests.values()).encode())
