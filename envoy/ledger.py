"""The ledger of what left this hospital: when, to whom, what, and what became of it. Append-only, in the envoy's home.

A line is on the disk before the first byte leaves, and another says the outcome; where the second is missing, what was
sent may have arrived. Digests and sizes stand here, never a patient's value and never a token.
"""

import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from contract.names import Digest
from contract.parts import FileRole
from envoy.operating_system import make_names_last, open_private, private_folder

_FILE = "ledger.jsonl"
UNKNOWN = "no answer: it may have arrived"
_JUDGED: tuple[FileRole, ...] = ("model", "scaler")
REFUSED = "refused"
"""How the outcome begins of what was not taken."""


class Sending(BaseModel):
    """What left, or was about to.

    Args:
        id: Joins the two lines.
        at: When, UTC.
        to: The director's address.
        kind: join, statistics, upload, or answer with the word and the version.
        sha256: Digest of the body; of an upload the parcel's key, which is the digest of its parts' digests; null of a
            join, whose body is a secret.
        bytes: Size of the body; of an upload the sum of its parts.
        parts: Of an upload: role → digest.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    at: datetime
    to: str
    kind: str
    sha256: Digest | None
    bytes: int
    parts: Mapping[str, Digest] = {}


class _Outcome(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    answered_at: datetime
    outcome: str


class Entry(Sending):
    """A sending with what became of it."""

    answered_at: datetime | None = None
    outcome: str = UNKNOWN


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Ledger:
    """The file in the envoy's home.

    Args:
        home: The envoy's home.
        clock: Gives the time, UTC.
    """

    home: Path
    clock: Callable[[], datetime] = _now

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.home / _FILE

    def leaving(
        self, *, to: str, kind: str, sha256: Digest | None, size: int, parts: Mapping[str, Digest] | None = None
    ) -> str:
        """Write that something is about to leave; it is on the disk when this returns.

        Returns:
            What the outcome is told under.

        Raises:
            OSError: It can't be written, so nothing may leave.
        """
        line = Sending(
            id=secrets.token_hex(8), at=self.clock(), to=to, kind=kind, sha256=sha256, bytes=size, parts=parts or {}
        )
        self._append(line.model_dump_json())
        return line.id

    def became(self, sending: str, outcome: str) -> None:
        """Write what became of it; it outlasts a power cut once the next line does."""
        told = _Outcome(id=sending, answered_at=self.clock(), outcome=outcome)
        self._append(told.model_dump_json(), lasting=False)

    def entries(self) -> list[Entry]:
        """Read all, oldest first; a line that a power cut tore is left out."""
        try:
            lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        sent: dict[str, Entry] = {}
        for line in lines:
            try:
                found = json.loads(line)
                if "outcome" in found:
                    outcome = _Outcome.model_validate(found)
                    if outcome.id in sent:
                        told = {"answered_at": outcome.answered_at, "outcome": outcome.outcome}
                        sent[outcome.id] = sent[outcome.id].model_copy(update=told)
                else:
                    entry = Entry.model_validate(found)
                    sent[entry.id] = entry
            except (ValueError, TypeError, ValidationError):
                continue
        return list(sent.values())

    def has_taken(self, digests: Mapping[FileRole, Digest], to: str | None = None) -> bool:
        """Tell whether a director has taken a parcel with this model and scaler, as far as its answer came here.

        Args:
            digests: Role → digest of the parcel's parts.
            to: Which director; None: any.
        """
        return any(
            each.kind == "upload"
            and to in (None, each.to)
            and all(each.parts.get(role) == digests.get(role) for role in _JUDGED)
            and each.outcome != UNKNOWN
            and not each.outcome.startswith(REFUSED)
            for each in self.entries()
        )

    def _append(self, line: str, *, lasting: bool = True) -> None:
        """Append one line in a single write, so that two commands at once don't mix theirs."""
        private_folder(self.home)
        is_new = not self.path.exists()
        descriptor = open_private(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
        try:
            size = os.fstat(descriptor).st_size
            os.lseek(descriptor, max(size - 1, 0), os.SEEK_SET)
            torn = os.read(descriptor, 1) not in (b"", b"\n")  # a power cut ended the last line
            os.write(descriptor, f"{chr(10) if torn else ''}{line}\n".encode())
            if lasting:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            make_names_last(self.home)
