"""The kit: on a machine without an index and without a link, its page leads from the zip to a parcel."""

import html
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from contract.parts import PARTS
from release.kit import PAGE, Machine, _require_cpu, make_kit
from release.locked import ROOT, TORCH, locked_in
from release.packages import DASHBOARD, NotReleasableError, version_here
from simulation.consortium import write_consortium
from tests.real_processes import clean_environment

WINDOWS = Machine(("win_amd64",), "3.12")
MAC = Machine(("macosx_14_0_arm64",), "3.13")


def on_page(page: str, name: str) -> str:
    """Give the lines of a block of the page, as they are copied from it."""
    (found,) = re.findall(rf'<pre class="{name}">(.*?)</pre>', page, re.DOTALL)
    return html.unescape(found)


def cut_off(script: str, folder: Path) -> None:
    """Run lines where no index is known and, if this machine lets us say so, no network is there."""
    has_namespaces = subprocess.run(["unshare", "--net", "true"], check=False, capture_output=True).returncode == 0
    surroundings = {name: value for name, value in clean_environment().items() if not name.startswith(("PIP_", "UV_"))}
    ended = subprocess.run(
        [*(["unshare", "--net"] if has_namespaces else []), "bash", "-euc", script],
        env={**surroundings, "PIP_CONFIG_FILE": "/dev/null", "HOME": str(folder), "PYTHONPATH": ""},
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, f"{script}\n{ended.stdout}\n{ended.stderr}"


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.skipif(not (ROOT / DASHBOARD).is_file(), reason="no dashboard was built here: make dashboard")
def test_a_hospital_without_an_index_installs_and_trains_into_a_parcel(tmp_path: Path):
    made = make_kit(tmp_path, Machine(), ["--requirement", str(TORCH)], 1_700_000_000)
    with zipfile.ZipFile(made) as archive:
        archive.extractall(tmp_path)
    made.unlink()
    kit = tmp_path / made.stem
    (tables,) = write_consortium(tmp_path / "hospitals", hospitals=1, patients=120, seed=1)
    shutil.move(tables, kit / "tables")
    page = (kit / "README.html").read_text()

    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=kit, check=True)
    cut_off(on_page(page, "install"), kit)
    cut_off(on_page(page, "train"), kit)

    found = {path.name for path in (kit / "parcel").iterdir()}
    assert {part.file_name for part in PARTS} <= found
    software = json.loads((kit / "parcel" / "metadata.json").read_text())["software"]
    (torch,) = locked_in(TORCH)
    assert (software["fl-director"], software["torch"].partition("+")[0]) == (version_here(), torch.version)
    shutil.rmtree(kit)  # more than a gigabyte


def test_what_a_kit_holds_is_decided_for_its_machine_and_not_for_this_one():
    assert WINDOWS.takes("sys_platform == 'win32'")
    assert WINDOWS.takes("python_full_version >= '3.12' and os_name == 'nt' and platform_machine == 'AMD64'")
    assert not WINDOWS.takes("sys_platform == 'linux'")
    assert MAC.takes("sys_platform == 'darwin' and platform_machine == 'arm64'")
    assert not MAC.takes("sys_platform == 'win32' or python_full_version < '3.12'")


def test_a_machine_that_nobody_knows_is_named_with_those_that_are():
    with pytest.raises(NotReleasableError, match="amiga_68k is no machine of a hospital: win, macosx, manylinux"):
        Machine(("amiga_68k",)).takes("sys_platform == 'win32'")


def test_pip_is_told_of_another_machine_and_of_this_one_nothing():
    assert Machine().options == []
    assert WINDOWS.options == ["--platform", "win_amd64", "--python-version", "3.12", "--implementation", "cp"]
    assert (WINDOWS.name, WINDOWS.is_windows, MAC.is_windows) == ("win_amd64-python3.12", True, False)


@pytest.mark.parametrize(
    ("wheel", "is_refused"),
    [
        ("torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl", True),
        ("torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl", False),
        ("torch-2.13.0-cp312-cp312-win_amd64.whl", False),
        ("torch-2.13.0-cp312-cp312-macosx_14_0_arm64.whl", False),
    ],
)
def test_a_torch_that_needs_cuda_is_in_no_kit(tmp_path: Path, wheel: str, is_refused: bool):
    (tmp_path / wheel).touch()
    if is_refused:
        with pytest.raises(NotReleasableError, match="make kit CPU=1"):
            _require_cpu(tmp_path)
    else:
        _require_cpu(tmp_path)


def test_the_page_needs_no_network():
    assert re.findall(r"<(?:script|link|img)|src=|href=", PAGE.read_text()) == []
