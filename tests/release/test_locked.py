"""The locks: whole, without an index's address, and what ``make`` installs."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker, default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from release.locked import ALL, ROOT, TORCH, Locked, LockError, locked_in

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
LOCKS = {
    # atheris is built on the machine that attacks; Flower excludes what the director serves with
    "all": [extra for extra in EXTRAS if extra not in ("fuzz", "flower", "flower-dev")],
    "flower": ["envoy", "plots", "flower", "flower-dev"],
    "envoy": ["envoy"],
    "director": ["director"],
}
PLACES = [
    {"sys_platform": system, "platform_system": name, "os_name": family, "platform_machine": machine}
    for system, name, family, machine in (
        ("linux", "Linux", "posix", "x86_64"),
        ("linux", "Linux", "posix", "aarch64"),
        ("darwin", "Darwin", "posix", "arm64"),
        ("win32", "Windows", "nt", "AMD64"),
    )
]


def lock(name: str) -> list[Locked]:
    return locked_in(ROOT / "requirements" / f"{name}.txt")


def there(found: list[Locked], python: str, place: dict[str, str]) -> dict[str, str]:
    """Give what is installed with a Python on a kind of machine, as name → version."""
    here = {name: str(value) for name, value in default_environment().items()}
    at = {**here, **place, "python_version": python, "python_full_version": f"{python}.0"}
    kept = [each for each in found if not each.marker or Marker(each.marker).evaluate(at)]
    names = [each.name for each in kept]
    assert len(names) == len(set(names)), "two versions of one package at one place"
    return {canonicalize_name(each.name): each.version for each in kept}


@pytest.mark.parametrize("name", LOCKS)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place['sys_platform']}-{place['platform_machine']}")
def test_a_lock_has_all_that_is_asked_for_on_every_kind_of_machine(name: str, place: dict[str, str]):
    asked = [Requirement(line) for extra in LOCKS[name] for line in EXTRAS[extra]]
    asked += [Requirement(line) for line in PROJECT["dependencies"]]
    for python in ("3.11", "3.12", "3.13", "3.14"):
        found = {**there(lock(name), python, place), **there(locked_in(TORCH), python, place)}
        for each in asked:
            assert each.specifier.contains(found[canonicalize_name(each.name)]), f"{each} on {python}: make lock KEEP=1"


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_of_a_lock_is_held_to_its_digests_and_none_is_torch_or_of_cuda(name: str):
    assert [each.name for each in lock(name) if not each.digests] == []
    assert [each.name for each in lock(name) if re.match(r"torch$|nvidia|cuda|triton", each.name)] == []


def test_torch_alone_is_pinned_by_its_version_only():
    (torch,) = locked_in(TORCH)
    assert (torch.name, torch.digests) == ("torch", ())
    assert [file.name for file in TORCH.parent.glob("*.txt") if "torch==" in file.read_text()] == ["torch.txt"]


@pytest.mark.parametrize("file", sorted(TORCH.parent.glob("*.txt")), ids=lambda file: file.name)
def test_no_lock_names_an_index(file: Path):
    assert re.findall(r"https?://|index-url|find-links|trusted-host", file.read_text()) == []


@pytest.mark.parametrize("name", ["envoy", "director"])
def test_the_lock_of_a_role_is_a_part_of_the_whole_one(name: str):
    whole = {(each.name, each.version, each.digests) for each in lock("all")}
    assert {(each.name, each.version, each.digests) for each in lock(name)} <= whole


def test_a_line_that_pins_nothing_is_refused(tmp_path: Path):
    (tmp_path / "all.txt").write_text("numpy>=2\n")
    with pytest.raises(LockError, match="numpy>=2"):
        locked_in(tmp_path / "all.txt")


def commands_of(target: str, *variables: str) -> str:
    """Give what make would run for a target, as from a fresh clone."""
    command = ["make", "--always-make", "--dry-run", *variables, target]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_what_make_installs_is_the_lock_then_torch_then_the_project_alone():
    lines = [line for line in commands_of("setup", "UV=").splitlines() if "pip install" in line]
    assert [re.sub(r".*--quiet | *#.*", "", line) for line in lines] == [
        f"--require-hashes --no-deps -r {ALL.relative_to(ROOT)}",
        "-r requirements/torch.txt",
        "--no-deps --no-build-isolation --editable .",
    ]


def test_uv_installs_where_there_is_one_but_never_torch():
    lines = [line for line in commands_of("setup", "UV=/bin/uv").splitlines() if "pip install" in line]
    assert [line.startswith("/bin/uv pip install --python .venv/bin/python") for line in lines] == [True, False, True]


def test_only_who_says_so_installs_from_pytorchs_own_index():
    address = "https://download.pytorch.org/whl/cpu"
    assert f"-r requirements/torch.txt --index-url {address}" in commands_of("demo", "CPU=1")
    assert "pytorch.org" not in commands_of("ready") + commands_of("test") + commands_of("check")
    assert not re.search(r"pytorch\.org|CPU=", (ROOT / ".ci" / "run").read_text())
