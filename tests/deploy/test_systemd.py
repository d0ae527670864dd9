"""The units of systemd: sound, hardened, and with all that the programs in them need."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from simulation.consortium import write_consortium
from tests.deploy.programs import BIN, is_one_of_ours
from tests.deploy.units import FOLDER, ROOT, SERVICES, UNITS, Unit, require_systemd
from tests.faults.tracing import require_strace
from tests.real_processes import RealDirector, clean_environment

OURS = [path for path in SERVICES if "alert" not in path.name]
MOST_EXPOSED = 20
"""In tenths of what ``systemd-analyze security`` calls the exposure; a plain service has 96."""
OF_ROOT = "fchown("
"""SQLite gives its files to the owner of the database where root runs it, and only there."""


@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units in a folder, with the programs where they lie on this machine."""
    folder = tmp_path_factory.mktemp("units")
    for path in UNITS:
        text = path.read_text().replace("/opt/fl/bin", str(BIN)).replace("/usr/local/bin", str(ROOT / "deploy" / "bin"))
        (folder / path.name).write_text(text.replace("=/etc/fl-alert %i", "=/bin/true %i"))
    return folder


def analyzed(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:"}
    return subprocess.run(["systemd-analyze", *arguments], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("unit", [path.name for path in UNITS])
def test_systemd_finds_nothing_wrong_in_a_unit(placed: Path, unit: str) -> None:
    require_systemd()
    said = analyzed(placed, "verify", str(placed / unit.replace("@.", "@fl-director.service.")))
    assert (said.returncode, [line for line in said.stderr.splitlines() if "fl-" in line]) == (0, [])


def test_it_would_find_an_option_that_there_is_none(placed: Path, tmp_path: Path) -> None:
    require_systemd()
    text = (placed / "fl-director.service").read_text().replace("ProtectSystem=strict", "ProtectSystem=wholly")
    (tmp_path / "fl-wrong.service").write_text(text)
    assert "fl-wrong.service" in analyzed(placed, "verify", str(tmp_path / "fl-wrong.service")).stderr


@pytest.mark.parametrize("unit", [path.name for path in OURS])
def test_a_service_is_hardened(placed: Path, unit: str) -> None:
    require_systemd()
    said = analyzed(placed, "security", "--offline=true", f"--threshold={MOST_EXPOSED}", str(placed / unit))
    assert said.returncode == 0, said.stdout


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_a_service_runs_a_command_that_there_is_as_its_own_user(path: Path) -> None:
    unit = Unit(path)
    if unit.command[0] == "/usr/local/bin/fl-director-backup":
        assert os.access(ROOT / "deploy" / "bin" / "fl-director-backup", os.X_OK)
    else:
        assert is_one_of_ours(unit.command)
    assert unit.one("User") == unit.one("Group") == "-".join(path.stem.split("-")[:2])


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.timer")), ids=lambda path: path.name)
def test_a_timer_begins_a_service_that_ends_at_a_time_that_comes(path: Path) -> None:
    require_systemd()
    assert Unit(path.with_suffix(".service")).one("Type") == "oneshot"
    assert "Next elapse: " in analyzed(FOLDER, "calendar", Unit(path).one("OnCalendar")).stdout


class ConfinedDirector(RealDirector):
    """A director as its unit starts it: with its variables, and its system calls noted that it would not be allowed."""

    unit = Unit(FOLDER / "fl-director.service")

    @property
    def trace(self) -> Path:
        return self.folder.with_name("director.trace")

    def begun(self) -> "subprocess.Popen[bytes]":
        command = [*self.unit.watching(self.trace), str(BIN / "fl-director"), *self.serve]
        environment = {**self.unit.environment, **self.surroundings}
        return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


@pytest.fixture(scope="module")
def confined(tmp_path_factory: pytest.TempPathFactory) -> ConfinedDirector:
    """A director of two workers that had a hospital, an aggregate, a question, a backup, a pruning, and was stopped."""
    require_systemd()
    require_strace()
    folder = tmp_path_factory.mktemp("confined")
    director = ConfinedDirector(folder / "director", options=("--workers", "2"))
    director.start()
    try:
        (tables,) = write_consortium(folder / "tables", hospitals=1, patients=200, seed=1)
        envoy = director.enrol("KUTRRH", tables, folder / "home")
        assert (
            _run(director, "fl-envoy-train", BIN / "fl-envoy", "train", ENVOY_HOME=envoy.home, ENVOY_DATA=tables) == 0
        )
        director.run("aggregate")
        question = {"inputs": {"diagnosis_count": 3}}
        answer = requests.post(f"{director.url}/infer_global", headers=director.admin, json=question, timeout=30)
        assert answer.status_code == 200, answer.text
        path = f"{BIN}:{os.environ['PATH']}"
        script = ROOT / "deploy" / "bin" / "fl-director-backup"
        backup = (folder / "backups", "2")
        assert _run(director, "fl-director-backup", script, *backup, DIRECTOR_DATA_DIR=director.folder, PATH=path) == 0
        prune = (BIN / "fl-director", "prune")
        assert _run(director, "fl-director-prune", *prune, DIRECTOR_DATA_DIR=director.folder) == 0
    finally:
        director.stop()
    return director


def _run(director: ConfinedDirector, unit: str, *command: object, **environment: object) -> int:
    """Run a command as its unit would, to its end; gives its exit code."""
    watching = Unit(FOLDER / f"{unit}.service").watching(director.folder.with_name(f"{unit}.trace"))
    variables = {**clean_environment(), **{name: str(value) for name, value in environment.items()}}
    return subprocess.run([*watching, *map(str, command)], env=variables, check=False).returncode


@pytest.mark.parametrize("name", ["fl-director", "fl-envoy-train", "fl-director-backup", "fl-director-prune"])
def test_a_program_asks_for_no_system_call_that_its_unit_refuses(confined: ConfinedDirector, name: str) -> None:
    trace = confined.trace if name == "fl-director" else confined.folder.with_name(f"{name}.trace")
    assert trace.stat().st_size > 1000  # it was followed: memory was asked for
    refused = Unit(FOLDER / f"{name}.service").refused(trace)
    assert [call for call in refused if os.geteuid() != 0 or not call.startswith(OF_ROOT)] == []


def test_a_call_that_a_unit_refuses_would_be_seen(tmp_path: Path) -> None:
    require_systemd()
    require_strace()
    unit = Unit(FOLDER / "fl-director.service")
    bad = "import mmap, os; mmap.mmap(-1, 4096, prot=7)\ntry: os.chroot('/nowhere')\nexcept OSError: pass"
    subprocess.run([*unit.watching(tmp_path / "trace"), sys.executable, "-c", bad], check=True)
    assert {call.partition("(")[0] for call in unit.refused(tmp_path / "trace")} == {"mmap", "chroot"}
    envoys = Unit(FOLDER / "fl-envoy.service")
    assert {call.partition("(")[0] for call in envoys.refused(tmp_path / "trace")} == {"chroot"}


def test_the_two_envoys_services_differ_in_what_they_run_alone() -> None:
    assert Unit(FOLDER / "fl-envoy.service").command[1:] == ["participate"]
    for key in ("SystemCallFilter", "ProtectSystem", "StateDirectory", "CapabilityBoundingSet", "Environment"):
        assert Unit(FOLDER / "fl-envoy.service").all(key) == Unit(FOLDER / "fl-envoy-train.service").all(key)


def test_a_pruning_waits_for_the_backup_that_is_being_made_and_comes_after_it_at_night() -> None:
    prune, backup = (Unit(FOLDER / f"fl-director-{name}.service") for name in ("prune", "backup"))
    assert prune.one("After") == backup.path.name  # a service that starts once is waited for until it has ended
    assert not backup.all(
        "After"
    )  # or they would wait in a circle; one that begins later waits by the program's own lock
    nights = [Unit(FOLDER / f"fl-director-{name}.timer").one("OnCalendar") for name in ("backup", "prune")]
    assert nights == sorted(nights)
    for key in ("User", "WorkingDirectory", "SystemCallFilter", "ProtectSystem", "CapabilityBoundingSet"):
        assert prune.all(key) == backup.all(key)
    assert prune.environment["DIRECTOR_DATA_DIR"] == backup.environment["DIRECTOR_DATA_DIR"]
