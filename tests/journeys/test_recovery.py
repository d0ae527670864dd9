"""The drill of docs/recovery.md, block by block as it stands there: real hospitals, a lost server, and what follows."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.reader import Reader
from tests.keys import needs_age
from tests.real_processes import RealDirector, RealEnvoy
from tests.snippets.blocks import blocks_of, page_text

PAGE = "docs/recovery.md"
NAMES = ("KUTRRH", "MTRH", "KNH")


@pytest.fixture
def hospitals(director: RealDirector, tables: dict[str, Path], tmp_path: Path) -> dict[str, RealEnvoy]:
    """Three hospitals that have made a version together."""
    hospitals = {name: director.enrol(name, tables[name], tmp_path / "homes" / name) for name in NAMES}
    for command in ("statistics", "train"):
        for each in hospitals.values():
            each.run(command)
    director.run("aggregate")
    return hospitals


def drill() -> Iterator[tuple[str, str]]:
    """Give the page's blocks, each with the section that it stands in."""
    text = page_text(PAGE)
    for block in blocks_of(PAGE, text):
        above = "\n".join(text.split("\n")[: block.line])
        yield re.findall(r"^## (.+)$", above, re.MULTILINE)[-1], block.text


@needs_age
@pytest.mark.timeout(240)
def test_a_lost_server_is_restored_and_its_hospitals_go_on(
    director: RealDirector, hospitals: dict[str, RealEnvoy], reader: Reader, tmp_path: Path
) -> None:
    codes: dict[str, str] = {}
    for section, block in drill():
        if section == "The server is lost" and director.folder.exists():
            director.run("token", "revoke", "--envoy", "KNH", "--yes")
            director.kill()
            shutil.rmtree(director.folder)
        if section == "A planned move":
            reader.run(f"export DIRECTOR_DATA_DIR={tmp_path}/centre/srv/new")
        if block.startswith("fl-envoy join"):
            for name, envoy in hospitals.items():
                assert envoy.run("status", check=False).returncode == 4, "its token was not revoked"
                theirs = f"export ENVOY_HOME={envoy.home} ENVOY_DATA={envoy.data}\n{block}"
                reader.run(theirs.replace("CODE", codes[name]).replace("https://fl.example.org", director.url))
            continue
        said = reader.run(block)
        if "restore" in block and not codes:
            codes = dict(re.findall(r"^(\w+): (join_\S+)", said, re.MULTILINE))
            assert sorted(codes) == sorted(NAMES)
        if block.startswith("fl-director aggregate"):
            versions = reader.json("fl-director model list")
            assert isinstance(versions, list)
            assert [(each["version"], each["published"]) for each in versions] == [(2, True), (1, False)]
            submissions = reader.json("fl-director submission list")
            assert isinstance(submissions, list)
            assert sorted((each["envoy_name"], each["version"]) for each in submissions) == sorted(
                (name, version) for name in NAMES for version in (1, 2)
            )
        if "--audit-export" in block:
            assert "join_" not in said
        if section == "A planned move":
            assert re.search(r"^tokens: 0 revoked now, [1-9]", said, re.MULTILINE)
