"""A release's files: the same twice, whole, and with a bill of all that is in them."""

import hashlib
import json
import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from release.__main__ import make_release
from release.locked import ALL, ROOT, TORCH, locked_in
from release.packages import DASHBOARD, NotReleasableError, build_packages, require_committed, version_here

MOMENT = 1_700_000_000
needs_dashboard = pytest.mark.skipif(
    not (ROOT / DASHBOARD).is_file(), reason="no dashboard was built here: make dashboard"
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    make_release(folder, MOMENT)
    return folder


def bill_in(folder: Path) -> dict[str, Any]:
    (file,) = folder.glob("*.cdx.json")
    return dict(json.loads(file.read_text()))


@needs_dashboard
@pytest.mark.slow
def test_two_builds_of_one_commit_are_the_same_bytes(made: Path, tmp_path: Path):
    again = build_packages(tmp_path, MOMENT)
    for each in again:
        assert hashlib.sha256(each.read_bytes()).digest() == hashlib.sha256((made / each.name).read_bytes()).digest()


@needs_dashboard
def test_the_wheel_and_the_source_hold_the_dashboard_and_no_packages_of_npm(made: Path):
    (wheel,), (source,) = made.glob("*.whl"), made.glob("*.tar.gz")
    built = {path.relative_to(ROOT).as_posix() for path in (ROOT / DASHBOARD.parent).rglob("*") if path.is_file()}
    in_wheel = set(zipfile.ZipFile(wheel).namelist())
    with tarfile.open(source) as archive:
        in_source = {name.partition("/")[2] for name in archive.getnames()}
    assert len(built) > 1
    assert built <= in_wheel
    assert built <= in_source
    assert not [name for name in in_wheel | in_source if "node_modules" in name]


@needs_dashboard
def test_the_sums_hold_for_every_file(made: Path):
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=made, check=True)
    named = {line.split("  ")[1] for line in (made / "SHA256SUMS").read_text().splitlines()}
    there = {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}
    assert named == there - {"SHA256SUMS"}


@needs_dashboard
def test_the_bill_names_every_locked_package_and_the_wheel_itself(made: Path):
    bill = bill_in(made)
    named = {(each["name"], each["version"]) for each in bill["components"] if each["purl"].startswith("pkg:pypi/")}
    assert named == {(each.name, each.version) for each in [*locked_in(ALL), *locked_in(TORCH)]}
    product = bill["metadata"]["component"]
    (wheel,) = made.glob("*.whl")
    assert (product["version"], product["hashes"][0]["content"]) == (
        version_here(),
        hashlib.sha256(wheel.read_bytes()).hexdigest(),
    )


@needs_dashboard
def test_the_bill_names_what_the_dashboard_is_built_of(made: Path):
    wanted = json.loads((ROOT / "dashboard" / "package.json").read_text())
    named = {each["name"] for each in bill_in(made)["components"] if each["purl"].startswith("pkg:npm/")}
    assert set(wanted["dependencies"]) <= named
    assert not named & set(wanted["devDependencies"])


@needs_dashboard
def test_no_two_entries_of_the_bill_have_one_name(made: Path):
    bill = bill_in(made)
    refs = [each["bom-ref"] for each in bill["components"]]
    assert len(refs) == len(set(refs))
    assert bill["dependencies"][0]["dependsOn"] == refs


def test_what_differs_from_its_commit_is_no_release(tmp_path: Path):
    person = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for command in (["init", "--quiet"], [*person, "commit", "--quiet", "--allow-empty", "--message", "begin"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    require_committed(tmp_path)
    (tmp_path / "stray.txt").write_text("not committed")
    with pytest.raises(NotReleasableError, match=r"first in stray\.txt: nobody could build it again"):
        require_committed(tmp_path)
