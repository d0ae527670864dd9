"""What happens to uploads."""

import logging
from collections.abc import Mapping
from typing import Any, Self

from contract.names import Digest, EnvoyName, TaskName
from contract.parts import PARTS, FileRole
from director.records.events import Event


class UploadEvent(Event):
    """Something was done to an upload."""

    about = ("envoy",)

    envoy: EnvoyName
    submission: str


class VersionEvent(UploadEvent):
    """Something was done to a version of a hospital's model: which one counts may have changed."""

    task: TaskName
    version: int


class UploadAdmitted(VersionEvent, act="upload.admit"):
    """An upload passed the checks on arrival and became a version."""

    files: Mapping[FileRole, Digest]

    @property
    def facts(self) -> dict[str, Any]:
        """Each file's digest stands under its role."""
        facts = super().facts
        files = facts.pop("files")
        return {**facts, **files}

    @classmethod
    def from_record(cls, subject: str, facts: Mapping[str, Any]) -> Self:
        """Gather the digests again."""
        files = {part.role: facts[part.role] for part in PARTS if part.role in facts}
        return super().from_record(subject, {**facts, "files": files})


class UploadRejected(UploadEvent, act="upload.reject"):
    """An upload was refused on arrival."""

    level = logging.WARNING

    code: str


class UploadQuarantined(VersionEvent, act="upload.quarantine"):
    """The gate holds a version back."""

    level = logging.WARNING

    failed: tuple[str, ...]


class UploadReleased(VersionEvent, act="upload.release"):
    """A person let a version count."""

    reason: str


class UploadWithdrawn(VersionEvent, act="upload.withdraw"):
    """A person took a version out."""

    reason: str
