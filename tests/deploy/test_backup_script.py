"""``deploy/bin/fl-director-backup``: named by its moment, the newest kept, nothing removed where it fails."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.deploy.programs import BIN
from tests.deploy.units import ROOT
from tests.real_processes import RealDirector

SCRIPT = ROOT / "deploy" / "bin" / "fl-director-backup"


@pytest.fixture
def centre(tmp_path: Path) -> RealDirector:
    director = RealDirector(tmp_path / "director")
    director.run("init")
    return director


def run(director: RealDirector, *arguments: object) -> subprocess.CompletedProcess[str]:
    path = f"{BIN}:{os.environ['PATH']}"
    return subprocess.run(
        ["sh", str(SCRIPT), *map(str, arguments)],
        env={**director.surroundings, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_newest_are_kept_and_what_has_another_name_is_left_alone(centre: RealDirector, tmp_path: Path) -> None:
    backups = tmp_path / "back ups"
    older = ["2026-01-01T013000Z", "2026-01-02T013000Z", "2026-01-03T013000Z"]
    others = ["before-the-upgrade", "2026-01-01", ".2026-01-01T013000Z.0a1b2c3d.arriving"]
    for name in (*older, *others):
        (backups / name).mkdir(parents=True)
    ran = run(centre, backups, 2)
    assert ran.returncode == 0, ran.stderr
    left = {each.name for each in backups.iterdir()}
    (made,) = left - set(older) - set(others)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d{6}Z", made)
    assert left == {made, older[-1], *others}
    assert (backups / made / "director.db").is_file()


def test_a_backup_that_fails_fails_the_script_and_removes_nothing(centre: RealDirector, tmp_path: Path) -> None:
    for day in (1, 2, 3):
        (tmp_path / "backups" / f"2026-01-0{day}T013000Z").mkdir(parents=True)
    centre.environment = {"DIRECTOR_PORT": "none"}
    assert run(centre, tmp_path / "backups", 1).returncode == 2
    assert len(list((tmp_path / "backups").iterdir())) == 3


@pytest.mark.parametrize("arguments", [(), ("folder",), ("folder", "none"), ("folder", "0"), ("folder", "-1")])
def test_what_it_can_not_mean_it_refuses(centre: RealDirector, arguments: tuple[str, ...]) -> None:
    refused = run(centre, *arguments)
    assert (refused.returncode, refused.stderr[:6]) == (2, "usage:")
