"""docs/upgrade.md, walked through: a folder of the release before, this release on it, and the way back."""

import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from simulation.consortium import write_consortium
from tests.compatibility.previous import VERSION, PreviousEnvoy, PreviousRelease
from tests.real_processes import RealDirector, clean_environment
from tests.snippets.blocks import ROOT, blocks_of, page_text

PAGE = "docs/upgrade.md"
MIGRATIONS = Path("director", "records", "migrations", "versions")

INSTALLING = re.compile(r"^pip install .*fl_director-(?P<version>[0-9.]+)-py3-none-any\.whl$")
BESIDE = re.compile(r"^pip install --require-hashes .*$")
"""What needs an index; tests/release holds the locks, tests/journeys what an installed wheel does."""


@dataclass
class Centre:
    """A centre whose admin follows the page, with the program that is installed now."""

    folder: Path
    previous: PreviousRelease
    installed: str = VERSION

    @property
    def director(self) -> RealDirector:
        if self.installed == VERSION:
            return self.previous.director(self.folder)
        return RealDirector(self.folder, environment={"PYTHONPATH": str(ROOT)}, program=("-P", "-m", "director"))

    def follow(self, block: str) -> str:
        """Do what a block of the page says, line by line; gives what was said."""
        said = []
        for line in block.replace("/backup/", f"{self.folder.parent}/backup-").splitlines():
            installing = INSTALLING.match(line)
            if installing is not None:
                self.installed = installing["version"]
            elif BESIDE.match(line) is None:
                said.append(self.run(line))
        return "".join(said)

    def run(self, line: str) -> str:
        program = f'fl-director() {{ {sys.executable} -P -m director "$@"; }}\n'
        environment = {**clean_environment(), **self.director.surroundings}
        ended = subprocess.run(
            ["bash", "-ec", program + line], env=environment, cwd=self.folder.parent, capture_output=True, text=True
        )
        assert ended.returncode == 0, f"{line}: {ended.stderr}"
        return ended.stdout

    def answers(self, envoy: PreviousEnvoy) -> tuple[Any, ...]:
        """Serve once, on the port that the hospital knows; gives what is answered then."""
        director = self.director
        director.port = int(envoy_port(envoy))
        director.start()
        try:
            infer = {"inputs": {"diagnosis_count": 9}, "probabilities": True}
            asked = requests.post(f"{director.url}/infer_global", json=infer, headers=director.admin, timeout=10)
            models = [(each["version"], each["sha256"]) for each in director.json("model", "list")]
            said = {name: value for name, value in asked.json().items() if name != "request_id"}
            return asked.status_code, said, models, envoy.json("status")["envoy"]["current"]
        finally:
            director.stop()


def envoy_port(envoy: PreviousEnvoy) -> str:
    found = re.search(r'"director": ?"http://127\.0\.0\.1:(\d+)', (envoy.home / "token.json").read_text())
    assert found is not None
    return found[1]


@pytest.fixture
def centre_and_hospital(previous: PreviousRelease, tmp_path: Path) -> tuple[Centre, PreviousEnvoy]:
    """A centre of the release before that has published a version, and its hospital."""
    (tables,) = write_consortium(tmp_path / "tables", hospitals=1, patients=120, seed=1)
    centre = Centre(tmp_path / "centre", previous)
    envoy, director = previous.envoy(tmp_path / "home", tables), centre.director
    director.start()
    try:
        envoy.run("join", "--director", director.url, "--code", director.json("envoy", "add", tables.name)["code"])
        envoy.run("statistics")
        envoy.run("train")
        director.run("aggregate")
    finally:
        director.stop()
    return centre, envoy


def schema_of(folder: Path) -> str:
    with closing(sqlite3.connect(folder / "director.db")) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def newest(folder: Path) -> str:
    return max(path.name for path in (folder / MIGRATIONS).glob("[0-9]*.py"))[:4]


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_the_page_leads_to_this_release_and_back(centre_and_hospital: tuple[Centre, PreviousEnvoy]):
    centre, hospital = centre_and_hospital
    backing_up, installing, looking, returning, _ = [block.text for block in blocks_of(PAGE, page_text(PAGE))]
    before = centre.answers(hospital)
    assert before[0] == 200

    centre.follow(backing_up)
    centre.follow(installing)
    said = centre.follow(looking)
    assert centre.installed != VERSION
    assert f'version = "{centre.installed}"' in (ROOT / "pyproject.toml").read_text(), "the page is of another release"
    assert re.search(r"^clean$", said, re.MULTILINE)
    assert re.search(r"^whole", said, re.MULTILINE)
    assert schema_of(centre.folder) == newest(ROOT)
    assert centre.answers(hospital) == before

    if newest(ROOT) != newest(centre.previous.code):  # else the release before can read the folder as it is
        refused = centre.previous.director(centre.folder).run("fsck", check=False)
        assert (refused.returncode, "later version" in refused.stderr) == (5, True)
    said = centre.follow(returning)
    assert centre.installed == VERSION
    assert re.search(r"^clean$", said, re.MULTILINE)
    assert schema_of(centre.folder) == newest(centre.previous.code)
    assert centre.answers(hospital) == before
