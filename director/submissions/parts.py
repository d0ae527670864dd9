"""Parts that come by themselves: who may send and ask for them, and how an upload that names them becomes whole.

A part is not judged here: it is so many bytes with a digest until an upload brings it before the gate. A hospital finds
its own parts alone, and of what was kept its own files: whatever another one has sent is not there.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.messages.uploads import PartReceived, UploadMetadata
from contract.names import Digest, EnvoyName
from contract.parts import PARTS, FileRole, Parcel
from contract.ranges import Stretch
from director.errors import (
    DamagedArtifactError,
    DigestMismatchError,
    MalformedRequestError,
    PartMissingError,
    TooLargeError,
)
from director.members.access import Principal
from director.members.envoys import envoy_named
from director.records.blobs import BlobStore
from director.records.ledger import Ledger
from director.records.schema import SubmissionFileRow, SubmissionRow
from director.submissions.arrival import read_metadata
from director.submissions.part_files import PartFiles, not_the_next

_REQUIRED = ", ".join(part.role for part in PARTS if part.is_required)


@dataclass(frozen=True)
class ArrivingPart:
    """A stretch of a part that a hospital may send now.

    Args:
        parts: Where it comes in.
        envoy: Whose it is.
        digest: Which part.
        stretch: Which of its bytes.
    """

    parts: "Parts"
    envoy: EnvoyName
    digest: Digest
    stretch: Stretch

    def write(self, place: int, data: bytes) -> None:
        """Keep bytes as they come; raises as ``PartFiles.write``."""
        self.parts.files.write(self.envoy, self.digest, place, data, self.parts.ledger.clock())

    def end(self, place: int, data: bytes) -> PartReceived:
        """Keep the last bytes, and make what came last; a part that is whole now is digested.

        Raises:
            DigestMismatchError: It is whole, and another than its name says: it is forgotten.
            ConflictError, StorageError: As ``PartFiles.write``.
        """
        if data:
            self.write(place, data)
        received = self.parts.files.keep(self.envoy, self.digest)
        if received >= self.stretch.total and not self.parts.files.is_whole(self.envoy, self.digest):
            self.parts.files.discard(self.envoy, self.digest)
            raise DigestMismatchError(
                "The part that arrived is not the one that its address digests.", hint="Send it again."
            )
        return PartReceived(received=received)


@dataclass(frozen=True)
class Parts:
    """Takes parts, and completes the uploads that name them.

    Args:
        ledger: The rows.
        blobs: What was kept of uploads.
        files: What has come.
        max_upload_bytes: How large an upload may be, all parts together.
    """

    ledger: Ledger
    blobs: BlobStore
    files: PartFiles
    max_upload_bytes: int

    def received(self, caller: Principal, envoy_name: EnvoyName, digest: Digest) -> PartReceived:
        """Say how much of a part is here.

        Raises:
            ForbiddenError: The caller is another hospital.
            UnknownEnvoyError: No such hospital.
        """
        caller.require_envoy(envoy_name)
        with self.ledger.read() as session:
            return PartReceived(received=self._received(session, envoy_name, digest))

    def expect(self, caller: Principal, envoy_name: EnvoyName, digest: Digest, content_range: str) -> ArrivingPart:
        """Let a hospital send the next bytes of a part.

        Raises:
            ForbiddenError, UnauthenticatedError: The caller is another hospital, or its token holds no more.
            UnknownEnvoyError: No such hospital.
            MalformedRequestError: The range is none.
            TooLargeError: The part is larger than an upload may be.
            ConflictError: These bytes are not the next ones; its fact ``received`` says where those begin.
        """
        caller.require_envoy(envoy_name)
        stretch = Stretch.read(content_range)
        if stretch is None:
            raise MalformedRequestError(
                "Content-Range names no bytes of a part.", hint="Write it as: bytes FIRST-LAST/TOTAL"
            )
        if stretch.total > self.max_upload_bytes:
            raise _too_large(self.max_upload_bytes)
        now = self.ledger.clock()
        with self.ledger.read() as session:
            caller.actor.require_right(session, now)
            received = self._received(session, envoy_name, digest)
        if stretch.start != received:
            raise not_the_next(received)
        self.files.make_room(envoy_name, digest, stretch.total, now)
        return ArrivingPart(self, envoy_name, digest, stretch)

    def completed(self, caller: Principal, envoy_name: EnvoyName, parcel: Parcel) -> Parcel:
        """Fill in what an upload names by its digest and leaves out; what it needs and lacks is refused by its name.

        Raises:
            ForbiddenError: The caller is another hospital.
            UnknownEnvoyError: No such hospital.
            MalformedRequestError: The metadata can't be read, or a part is neither there nor named.
            PartMissingError: A part is named, and it is not here, or not whole.
            TooLargeError: All parts together are larger than an upload may be.
        """
        caller.require_envoy(envoy_name)
        absent = [part for part in PARTS if part.role not in parcel.parts]
        if not absent:
            return parcel
        metadata = read_metadata(parcel["metadata"])
        found = self._found(envoy_name, _named(metadata, [part.role for part in absent]), beside=parcel)
        for part in absent:
            if part.is_required and part.role not in found:
                raise _missing(part.role, metadata)
        return Parcel({**parcel.parts, **found})

    def forget(self, envoy_name: EnvoyName, parcel: Parcel) -> None:
        """Forget the parts of an upload that was judged: what passed is kept elsewhere."""
        for digest in parcel.digests.values():
            self.files.discard(envoy_name, digest)

    def _found(self, envoy_name: EnvoyName, named: Mapping[FileRole, Digest], beside: Parcel) -> dict[FileRole, bytes]:
        """Read what is here of these parts, unless it is too much together with what stands beside it."""
        with self.ledger.read() as session:
            sizes = {role: self._received(session, envoy_name, digest) for role, digest in named.items()}
        if sum(sizes.values()) + sum(map(len, beside.parts.values())) > self.max_upload_bytes:
            raise _too_large(self.max_upload_bytes)
        read = {role: self._read(envoy_name, digest) for role, digest in named.items() if sizes[role]}
        return {role: data for role, data in read.items() if data is not None}

    def _read(self, envoy_name: EnvoyName, digest: Digest) -> bytes | None:
        data = self.files.read(envoy_name, digest)
        with self.ledger.read() as session:
            is_kept = data is None and self._kept_bytes(session, envoy_name, digest)
        if is_kept:
            with suppress(DamagedArtifactError):  # as if it were not here: it comes in the form then
                data = self.blobs.read(digest)
        return data

    def _received(self, session: Session, envoy_name: EnvoyName, digest: Digest) -> int:
        return self.files.received(envoy_name, digest) or self._kept_bytes(session, envoy_name, digest)

    def _kept_bytes(self, session: Session, envoy_name: EnvoyName, digest: Digest) -> int:
        """Give the size of a file that an upload of this hospital brought; 0: none did."""
        envoy = envoy_named(session, envoy_name)
        of_its_own = select(SubmissionFileRow.bytes).join(
            SubmissionRow, SubmissionRow.id == SubmissionFileRow.submission_id
        )
        size = session.scalar(
            of_its_own.where(SubmissionRow.envoy_id == envoy.id, SubmissionFileRow.sha256 == digest).limit(1)
        )
        return size if size is not None and self.blobs.has(digest) else 0


def _named(metadata: UploadMetadata, roles: Sequence[FileRole]) -> dict[FileRole, Digest]:
    """Give what the metadata digests of these parts."""
    digests: dict[FileRole, Digest | None] = {role: getattr(metadata, f"{role}_sha256", None) for role in roles}
    return {role: digest for role, digest in digests.items() if digest is not None}


def _too_large(limit: int) -> TooLargeError:
    return TooLargeError(
        f"An upload has at most {limit:,} bytes, all parts together.", hint="Send smaller ones.", limit_bytes=limit
    )


def _missing(role: FileRole, metadata: UploadMetadata) -> MalformedRequestError | PartMissingError:
    if getattr(metadata, f"{role}_sha256", None) is None:
        return MalformedRequestError(
            f"The form lacks the part {role}.", hint=f"Send each of {_REQUIRED}, or name it by its digest.", part=role
        )
    return PartMissingError(
        f"The {role} that the metadata digests is neither in the form nor here.",
        hint="Send it in the form, or before the form (GET /docs).",
        part=role,
    )
