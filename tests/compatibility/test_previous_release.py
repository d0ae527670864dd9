"""The release before works with this one: its envoys with this director, its director with these envoys."""

from pathlib import Path

import pytest
import requests

from contract.compatibility import OLDEST_DIRECTOR, OLDEST_ENVOY, is_before
from release.locked import ROOT
from simulation.consortium import write_consortium
from tests.compatibility.previous import VERSION, PreviousRelease
from tests.real_processes import RealDirector, RealEnvoy, participating

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The tables of two hospitals with 120 patients each."""
    folders = write_consortium(tmp_path_factory.mktemp("tables"), hospitals=2, patients=120, seed=1)
    return {folder.name: folder for folder in folders}


def version_of(director: RealDirector) -> dict[str, str]:
    return dict(requests.get(f"{director.url}/health/live", timeout=10).json())


def test_the_recorded_wheel_is_a_release_that_both_ends_take(previous: PreviousRelease, tmp_path: Path):
    assert previous.director(tmp_path / "centre").run("--version").stdout.startswith(f"fl-director {VERSION} ")
    assert previous.envoy(tmp_path / "home", tmp_path).run("--version").startswith(f"fl-envoy {VERSION} ")
    assert not is_before(VERSION, OLDEST_ENVOY)
    assert not is_before(VERSION, OLDEST_DIRECTOR)
    assert f'version = "{VERSION}"' not in (ROOT / "pyproject.toml").read_text(), "it is the release before this one"


def test_an_envoy_of_the_previous_release_does_its_day_with_this_director(
    previous: PreviousRelease, director: RealDirector, tables: dict[str, Path], tmp_path: Path
):
    (one, its_tables), (other, others_tables) = tables.items()
    old = previous.envoy(tmp_path / one, its_tables)
    old.run("join", "--director", director.url, "--code", director.json("envoy", "add", one)["code"])
    old.run("statistics")
    assert old.json("train")["submission"]["verdict"] == "admitted"
    new = director.enrol(other, others_tables, tmp_path / other)
    new.run("statistics")

    with old.participating("--once") as first, participating(new, "--once") as second:
        director.run("run", "open", "--rounds", "2", "--deadline", "2m")
        assert (first.wait(120), second.wait(120)) == (0, 0)
    (point,) = director.json("run", "list")
    assert point["state"] == "finished"
    assert director.json("model", "list")[0]["version"] == 2
    newest = old.json("status")
    assert {each["verdict"] for each in newest["submissions"]} == {"admitted"}
    old.run("evaluate")
    assert director.run("fsck").stdout.strip() == "clean"


def test_an_envoy_of_this_release_does_its_day_with_the_previous_director(
    previous: PreviousRelease, tables: dict[str, Path], tmp_path: Path
):
    (name, its_tables), *_ = tables.items()
    director = previous.director(tmp_path / "director")
    director.start()
    try:
        assert version_of(director)["version"] == VERSION
        envoy = RealEnvoy(tmp_path / name, its_tables)
        code = director.json("envoy", "add", name)["code"]
        said = envoy.run("join", "--director", director.url, "--code", code).stdout
        assert f"The director is {VERSION}; this envoy is " in said
        envoy.run("statistics")
        assert envoy.json("train")["submission"]["verdict"] == "admitted"
        with participating(envoy, "--once") as process:
            director.run("run", "open", "--rounds", "2", "--deadline", "2m")
            assert process.wait(120) == 0
        status = envoy.run("status")
        assert "too old" not in status.stdout + status.stderr
        envoy.run("evaluate")
        envoy.run("rotate")
        assert director.json("model", "list")[0]["version"] == 2
        assert director.run("fsck").stdout.strip() == "clean"
    finally:
        director.stop()
