"""docs/leaving.md, block by block as it stands there: a real hospital leaves, the others go on without it."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.journeys.reader import Reader
from tests.real_processes import RealDirector, RealEnvoy, participating
from tests.snippets.blocks import blocks_of, page_text

PAGE = "docs/leaving.md"
NAMES = ("KUTRRH", "MTRH", "KNH")


@pytest.fixture
def hospitals(director: RealDirector, tables: dict[str, Path], tmp_path: Path) -> dict[str, RealEnvoy]:
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
    director: RealDirector, hospitals: dict[str, RealEnvoy], reader: Reader
) -> None:
    received = director.folder / "received_results"
    before, withdraw, anew, without, more = [block.text for block in blocks_of(PAGE, page_text(PAGE))]
    assert "KNH would leave" in reader.run(before)
    assert (received / "KNH" / "model.pt").is_file()
    said = reader.run(withdraw)
    assert "global models 1, 2 learned from it" in said
    assert not (received / "KNH").exists()
    assert hospitals["KNH"].run("status", check=False).returncode == 4
    assert hospitals["KNH"].run("train", check=False).returncode == 4
    reader.run(anew)
    reader.run(without)
    hospitals["MTRH"].run("status")
    reader.run(more)
    with ExitStack() as stack:
        taking_part = [stack.enter_context(participating(hospitals[name], "--once")) for name in ("KUTRRH", "MTRH")]
        assert [each.wait(120) for each in taking_part] == [0, 0]
    versions = {each["version"]: each for each in director.json("model", "list")}
    marked = {number: each.get("withdrawn", []) for number, each in versions.items()}
    assert marked == {1: ["KNH"], 2: ["KNH"], 3: [], 4: [], 5: []}
    assert all("learned from KNH" in str(versions[number]["notes"]) for number in (1, 2))
    assert [sorted(each["envoy_name"] for each in versions[number]["inputs"]) for number in (3, 5)] == [
        ["KUTRRH", "MTRH"]
    ] * 2
    assert (versions[3]["parent"], versions[5]["published"]) == (None, True)
    assert director.run("fsck").stdout.strip() == "clean"
    assert director.run("audit", "verify").returncode == 0
