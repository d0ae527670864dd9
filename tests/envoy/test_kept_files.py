"""Files of the home, written whole or not at all."""

import os
import re
import stat
from pathlib import Path

import pytest

from envoy.kept_files import write_whole


def test_a_file_takes_the_place_of_the_one_before_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "home" / "a.json"
    write_whole(path, b"one")
    write_whole(path, b"two", lasting=False)
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["a.json"]


def test_one_that_could_not_be_written_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    write_whole(path, b"one")

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"two")
    assert path.read_bytes() == b"one"


ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"^_\w*(?:FILE|FOLDER)(?:, _\w+)* = (.+)$|home / (\"[^\"]+\")", re.MULTILINE)
"""How the envoy's modules name what they keep in the home."""


def test_of_every_file_of_the_home_the_hospitals_page_says_how_long_it_is_kept() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "envoy").rglob("*.py")]
    said = [" ".join(found.groups("")) for source in sources for found in NAMED.finditer(source)]
    there = {name for each in said for name in re.findall(r'"([a-z_]+(?:\.[a-z]+)?)"', each)}
    assert {"starts", "outbox", "ledger.jsonl", "participate.lock", "cohort.key"} <= there
    section = (
        (ROOT / "docs" / "hospital.md").read_text(encoding="utf-8").partition("### What is kept here, how long\n")[2]
    )
    rows = [line.split("|")[1] for line in section.partition("\n## ")[0].splitlines() if line.startswith("| `")]
    named = {name.rstrip("/") for row in rows for name in re.findall(r"`([^`]+)`", row)}
    assert there - named == set(), "a line in docs/hospital.md, What is kept here, how long"
    assert named - there == set(), "docs/hospital.md names a file that there is none"
