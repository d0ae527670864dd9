"""A source of tables that lie in memory, plain or compressed."""

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BufferedReader, BytesIO

from envoy.table_sources import Signature
from tests.envoy.conftest import CLEAN


@dataclass(frozen=True)
class TableInMemory:
    name: str
    data: bytes

    @property
    def signature(self) -> Signature | None:
        return self.name, self.data.decode("latin-1")

    def open(self) -> BufferedReader:
        return BufferedReader(BytesIO(self.data))


@dataclass(frozen=True)
class TablesInMemory:
    """Texts of tables by name; lone surrogates stand for bytes that are no UTF-8."""

    texts: dict[str, str] = field(default_factory=lambda: dict(CLEAN))
    is_compressed: bool = False

    def copies(self, table: str) -> Iterator[TableInMemory]:
        if table not in self.texts:
            return
        data = self.texts[table].encode("utf-8", "surrogateescape")
        if self.is_compressed:
            yield TableInMemory(f"hosp/{table}.csv.gz", gzip.compress(data, 1))
        else:
            yield TableInMemory(f"hosp/{table}.csv", data)

    def lying(self, names: Iterable[str]) -> Iterator[TableInMemory]:
        """No file lies beside them."""
        return iter(())

    @property
    def absence(self) -> None:
        """They are there."""

    @property
    def folder(self) -> None:
        """They lie in none."""

    def with_text(self, table: str, text: str) -> "TablesInMemory":
        return TablesInMemory({**self.texts, table: text}, self.is_compressed)

    def __str__(self) -> str:
        return "MEMORY"
