"""What differs between Windows and the others lies in one room; and what of it can be tried on any system."""

import ast
import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from envoy.operating_system import (
    keep_private,
    make_names_last,
    open_private,
    private_folder,
    put_in_place,
    rights_of,
    when_told_to_stop,
)

ROOT = Path(__file__).resolve().parents[2]
THE_ROOM = "envoy/operating_system.py"
DIFFERS = {
    "os": {
        "open",
        "fsync",
        "name",
        "kill",
        "chmod",
        "getuid",
        "geteuid",
        "fork",
        "rename",
        "replace",
        "link",
        "symlink",
    },
    "sys": {"platform"},
    "signal": {"signal", "SIGTERM", "SIGKILL", "SIGBREAK", "SIGHUP", "alarm"},
}
"""What Windows does otherwise, or does not have."""
ALLOWED = {
    ("contract/file_lock.py", "sys.platform"): "the lock, which the director needs too",
    ("contract/plain_files.py", "os.open"): "reads; it opens for bytes",
    ("envoy/kept_files.py", "os.fsync"): "of a file, which every system knows",
    ("envoy/ledger.py", "os.fsync"): "of a file, which every system knows",
    ("envoy/room.py", "os.fsync"): "of a file, which every system knows",
}
"""(module, call) → why it may stand there."""


def calls(module: Path) -> Iterator[str]:
    """Name what a module uses of that which differs."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.attr in DIFFERS.get(node.value.id, ()):
                yield f"{node.value.id}.{node.attr}"
        elif isinstance(node, ast.Attribute) and node.attr in {"chmod", "symlink_to", "hardlink_to"}:
            yield f"Path.{node.attr}"


def test_what_differs_stands_in_one_room() -> None:
    modules = [path for package in ("contract", "envoy", "analyst") for path in (ROOT / package).rglob("*.py")]
    found = {(path.relative_to(ROOT).as_posix(), each) for path in modules for each in calls(path)}
    assert {(name, each) for name, each in found if name != THE_ROOM} == set(ALLOWED)


def test_a_file_is_its_owners_alone_from_its_first_byte_on(tmp_path: Path) -> None:
    private_folder(tmp_path / "home" / "outbox")
    os.close(open_private(tmp_path / "home" / "outbox" / "a", os.O_WRONLY | os.O_CREAT))
    assert stat.S_IMODE((tmp_path / "home" / "outbox" / "a").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "home" / "outbox").stat().st_mode) == 0o700


def test_bytes_are_written_as_they_are_where_lines_end_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows opens a descriptor for text unless it is told."""
    asked: list[int] = []
    monkeypatch.setattr("envoy.operating_system._AS_BYTES", 0x8000)
    monkeypatch.setattr(os, "open", lambda path, flags, mode: asked.append(flags))
    open_private(tmp_path / "a", os.O_WRONLY)
    assert asked == [os.O_WRONLY | 0x8000]


def test_a_file_from_elsewhere_is_made_its_owners_alone(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"secret")
    (tmp_path / "key").chmod(0o644)
    keep_private(tmp_path / "key")
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_a_folders_names_are_made_to_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_to_last: list[os.stat_result] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: made_to_last.append(os.fstat(descriptor)))
    make_names_last(tmp_path)
    assert [each.st_ino for each in made_to_last] == [tmp_path.stat().st_ino]


class Scanned(type(Path())):  # type: ignore[misc]  # the class of this system's paths is known only here
    """A file that a virus scanner holds open for its first two replacements, as Windows then answers."""

    held = 2

    def replace(self, target: object) -> Self:
        if Scanned.held:
            Scanned.held -= 1
            raise PermissionError(13, "The process cannot access the file because it is being used by another process")
        return super().replace(target)


@pytest.mark.parametrize(("tries", "arrives"), [(2, False), (3, True)])
def test_what_somebody_holds_open_is_replaced_a_little_later(tmp_path: Path, tries: int, arrives: bool) -> None:
    Scanned.held = 2
    arriving, place = Scanned(tmp_path / "a.new"), tmp_path / "a"
    arriving.write_bytes(b"new")
    place.write_bytes(b"old")
    if arrives:
        put_in_place(arriving, place, tries=tries)
    else:
        with pytest.raises(PermissionError, match="being used by another process"):
            put_in_place(arriving, place, tries=tries)
    assert place.read_bytes() == (b"new" if arrives else b"old")


def test_a_service_manager_s_end_is_heard() -> None:
    heard: list[int] = []
    before = signal.getsignal(signal.SIGTERM)
    try:
        when_told_to_stop(lambda number, frame: heard.append(number))
        signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert heard == [signal.SIGTERM]


def test_who_may_do_what_is_told_by_mode_and_owner(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "file").chmod(0o640)
    rights = rights_of(tmp_path / "file")
    assert rights is not None
    assert (stat.S_IMODE(rights.mode), rights.owner) == (0o640, (tmp_path / "file").owner())
    with pytest.raises(FileNotFoundError):
        rights_of(tmp_path / "gone")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another account")
def test_an_account_without_a_name_is_its_number(tmp_path: Path) -> None:
    os.chown(tmp_path, 4_000_001, -1)
    rights = rights_of(tmp_path)
    assert rights is not None
    assert rights.owner == "4000001"
