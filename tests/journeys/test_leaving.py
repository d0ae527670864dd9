"""docs/leaving.md, block by block as it stands there: a real hospital leaves, the others go on without it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.real_processes import ForkedDirector, RealEnvoy, clean_environment, participating
from tests.snippets.blocks import blocks_of, page_text
from tests.warm_programs import warm_programs

PAGE = "docs/leaving.md"
NAMES = ("KUTRRH", "MTRH", "KNH")


@pytest.fixture
def director(tmp_path: Path) -> Iterator[ForkedDirector]:
    director = ForkedDirector(tmp_path / "director")
    director.start()
    yield director
    director.stop()


@pytest.fixture
def hospitals(director: ForkedDirector, tables: dict[str, Path], tmp_path: Path) -> dict[str, RealEnvoy]:
    """Three hospitals that have made two versions together."""
    hospitals = {name: director.enrol(name, tables[name], tmp_path / "homes" / name) for name in NAMES}
    for command in ("statistics", "train", "train"):
        for each in hospitals.values():
            each.run(command)
        if command == "train":
            director.run("aggregate")
    return hospitals


@pytest.mark.timeout(240)
def test_a_hospital_leaves_and_the_others_have_a_version_without_it(
    director: ForkedDirector, hospitals: dict[str, RealEnvoy], tmp_path: Path
) -> None:
    (tmp_path / "programs").mkdir()
    received = director.folder / "received_results"
    with warm_programs(tmp_path / "programs") as programs:
        ours = {
            "PATH": f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "DIRECTOR_DATA_DIR": str(director.folder),
            "COLUMNS": "200",
        }

        def run(text: str) -> str:
            ran = subprocess.run(
                ["bash", "-c", f"set -euo pipefail\n{text}"],
                env={**clean_environment(), **ours},
                capture_output=True,
                text=True,
                check=False,
            )
            assert ran.returncode == 0, f"{text}\n{ran.stdout}\n{ran.stderr}"
            return ran.stdout

        before, withdraw, anew, without, more = [block.text for block in blocks_of(PAGE, page_text(PAGE))]
        assert "KNH would leave" in run(before)
        assert (received / "KNH" / "model.pt").is_file()
        said = run(withdraw)
        assert "global models 1, 2 learned from it" in said
        assert not (received / "KNH").exists()
        assert hospitals["KNH"].run("status", check=False).returncode == 4
        assert hospitals["KNH"].run("train", check=False).returncode == 4
        run(anew)
        run(without)
        hospitals["MTRH"].run("status")
        run(more)
        with ExitStack() as stack:
            taking_part = [stack.enter_context(participating(hospitals[name], "--once")) for name in ("KUTRRH", "MTRH")]
            assert [each.wait(120) for each in taking_part] == [0, 0]
    versions = {each["version"]: each for each in director.json("model", "list")}
    marked = {number: each.get("withdrawn", []) for number, each in versions.items()}
    assert marked == {1: ["KNH"], 2: ["KNH"], 3: [], 4: [], 5: []}
    assert all(re.search("KNH", str(versions[number]["notes"])) for number in (1, 2))
    assert [sorted(each["envoy_name"] for each in versions[number]["inputs"]) for number in (3, 5)] == [
        ["KUTRRH", "MTRH"]
    ] * 2
    assert (versions[3]["parent"], versions[5]["published"]) == (None, True)
    assert director.run("fsck").stdout.strip() == "clean"
    assert director.run("audit", "verify").returncode == 0
