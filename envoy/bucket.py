"""Tables in a part of a bucket, as if they lay in a folder: found by the same names, read from the same first byte.

No table lies in memory whole, or on the disk at all; one that changes while it is read is a defect, not a mixture.
"""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoy.bucket_access import BucketAccess
from envoy.bucket_address import BucketAddress
from envoy.bucket_link import BucketLink, ChangedObjectError, FoundObject
from envoy.table_files import TableFileError
from envoy.table_sources import Signature, names_of

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class Bucket:
    """The tables in a part of a bucket.

    Args:
        address: Which part of which bucket.
        access: How it is reached.

    Raises:
        SettingsError: As ``BucketLink``.
    """

    def __init__(self, address: BucketAddress, access: BucketAccess) -> None:
        self._address = address
        self._link = BucketLink(address.bucket, access)

    def copies(self, table: str) -> "Iterator[BucketTable]":
        """Give every object of a table, as they are asked for.

        Raises:
            EnvoyError: As ``BucketLink.look``.
        """
        return self.lying(names_of(table))

    def lying(self, names: Iterable[str]) -> "Iterator[BucketTable]":
        """Give those of some files that are there, as they are asked for; raises as ``copies``.

        Keys are asked for as they are written: capitals count there.
        """
        for name in names:
            found = self._link.look(self._address.key(name))
            if found is not None:
                yield BucketTable(name, self._address, found, self._link)

    @property
    def absence(self) -> None:
        """None: whether there is such a bucket shows with its tables."""

    @property
    def folder(self) -> None:
        """None: nothing is listed there."""

    def __str__(self) -> str:
        return str(self._address)


@dataclass(frozen=True)
class BucketTable:
    """A table in a bucket, as it was found: what is opened later is the same bytes, or an error."""

    name: str
    address: BucketAddress
    found: FoundObject
    link: BucketLink

    @property
    def signature(self) -> Signature:
        """Its key, its ETag and its size."""
        return self.found.key, self.found.tag, self.found.size

    def open(self) -> io.BufferedReader:
        """Open it; bytes are asked for as they are read."""
        return io.BufferedReader(ObjectReader(self.link.read(self.found)))

    def __str__(self) -> str:
        return f"s3://{self.address.bucket}/{self.found.key}"


class ObjectReader(io.RawIOBase):
    """A file of bytes that come in chunks; holds one chunk at a time.

    Args:
        chunks: The bytes, none of them empty. A ``ChangedObjectError`` of theirs leaves as a ``TableFileError``.
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Whether bytes can be read from it: yes."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill a buffer as far as the chunk at hand goes; 0 at the end."""
        room = memoryview(buffer)
        if not self._rest:
            try:
                self._rest = memoryview(next(self._chunks, b""))
            except ChangedObjectError:
                raise TableFileError(
                    "changed_table",
                    "The table was replaced or removed in its bucket while it was being read.",
                    hint="Run it again when nobody writes there.",
                ) from None
        size = min(len(room), len(self._rest))
        room[:size], self._rest = self._rest[:size], self._rest[size:]
        return size
