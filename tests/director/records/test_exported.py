"""An export is read as it was printed, also where a Windows shell took it."""

import codecs
from pathlib import Path

import pytest

from director.records.chain import follow
from director.records.exported import exported_links
from tests.federation_simulator import FederationSimulator


@pytest.mark.parametrize(
    ("mark", "encoding", "newline"),
    [
        (b"", "utf-8", "\n"),
        (codecs.BOM_UTF8, "utf-8", "\r\n"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "\r\n"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "\n"),
    ],
)
def test_the_chain_is_followed_however_the_export_was_saved(
    federation: FederationSimulator, tmp_path: Path, mark: bytes, encoding: str, newline: str
) -> None:
    text = b"".join(federation.director.upkeep.export_audit()).decode()
    (tmp_path / "audit.jsonl").write_bytes(mark + text.replace("\n", newline).encode(encoding))
    with (tmp_path / "audit.jsonl").open("rb") as file:
        walk = follow(exported_links(file))
    assert (walk.first_bad, walk.last) == (None, federation.director.upkeep.checkpoint().digest)
