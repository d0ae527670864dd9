"""A file that lies nowhere but in a test."""

import io
from dataclasses import dataclass

from envoy.table_sources import Signature


@dataclass(frozen=True)
class Lying:
    name: str
    data: bytes

    @property
    def signature(self) -> Signature | None:
        return (self.name,)

    def open(self) -> io.BufferedReader:
        return io.BufferedReader(io.BytesIO(self.data))
