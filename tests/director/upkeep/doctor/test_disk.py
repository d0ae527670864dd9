"""On what a folder lies, and what room is left there."""

from pathlib import Path, PurePosixPath

import pytest

from contract.findings import Finding
from director.upkeep.doctor.disk import LEAST_FREE_BYTES, Mount, Room, mount_finding, mount_of, room_findings

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:25 / /srv rw,relatime shared:2 - nfs4 store:/srv rw,vers=4.2
31 30 8:2 / /srv/own\\040disk rw,relatime - xfs /dev/sdb rw
32 22 8:3 / /over rw - ext4 /dev/sdc rw
33 22 0:26 / /over rw master:7 - tmpfs none rw
34 22 8:4 / /read ro,relatime - ext4 /dev/sdd rw
35 22 8:5 / /failed rw,relatime - ext4 /dev/sde ro,errors=remount-ro
nonsense
"""
GIB = 1 << 30


@pytest.mark.parametrize(
    ("folder", "mount"),
    [
        ("/var/lib/fl", Mount("ext4", "/", False)),
        ("/srv/fl", Mount("nfs4", "/srv", False)),
        ("/srvother/fl", Mount("ext4", "/", False)),
        ("/srv/own disk/fl", Mount("xfs", "/srv/own disk", False)),
        ("/over", Mount("tmpfs", "/over", False)),
        ("/read/fl", Mount("ext4", "/read", True)),
        ("/failed", Mount("ext4", "/failed", True)),
    ],
)
def test_the_nearest_mount_that_was_made_last_is_what_it_lies_on(folder: str, mount: Mount) -> None:
    assert mount_of(PurePosixPath(folder), MOUNTS) == mount


def test_of_no_mounts_nothing_is_known_and_those_of_this_machine_are_read() -> None:
    assert mount_of(PurePosixPath("/srv"), "") is None
    assert mount_of(PurePosixPath("/proc/self"), Path("/proc/self/mountinfo").read_text()) is not None


@pytest.mark.parametrize(
    ("kind", "state", "says"),
    [
        ("ext4", "ok", "/srv/fl lies on ext4 at /srv."),
        ("btrfs", "ok", ""),
        ("nfs4", "bad", "locks and syncs can't be trusted"),
        ("cifs", "bad", ""),
        ("9p", "bad", ""),
        ("fuse.sshfs", "bad", ""),
        ("tmpfs", "warn", "gone at the next restart"),
        ("overlay", "warn", "goes with the container"),
    ],
)
def test_file_systems_that_lose_what_sqlite_wrote_are_named(kind: str, state: str, says: str) -> None:
    found = mount_finding("file system", "/srv/fl", Mount(kind, "/srv", False))
    assert (found.state, says in found.sentence, bool(found.hint)) == (state, True, state != "ok"), found


def test_one_that_can_only_be_read_is_bad_whatever_it_is() -> None:
    assert mount_finding("file system", "/srv/fl", Mount("ext4", "/srv", True)).state == "bad"


def said(room: Room, uploads: int = 256, kept: tuple[int, int] = (0, 0)) -> list[Finding]:
    return list(room_findings("room", "/srv", room, uploads_at_once=uploads, kept=kept))


@pytest.mark.parametrize(
    ("room", "uploads", "kept", "state"),
    [
        (Room(LEAST_FREE_BYTES - 1), 1, (0, 0), "bad"),
        (Room(LEAST_FREE_BYTES), 1, (0, 0), "warn"),
        (Room(2 * GIB), 256, (0, 0), "ok"),
        (Room(2 * GIB), 4096, (0, 0), "warn"),
        (Room(2 * GIB), 256, (10, 10 * 40 << 20), "warn"),
        (Room(10 * GIB), 256, (10, 10 * 40 << 20), "ok"),
    ],
)
def test_room_is_measured_by_what_may_arrive_at_once(room, uploads, kept, state) -> None:
    (found,) = said(room, uploads, kept)
    assert found.state == state, found


def test_a_disk_may_be_out_of_names_for_files() -> None:
    assert [each.state for each in said(Room(100 * GIB, 999))] == ["ok", "bad"]
    assert [each.state for each in said(Room(100 * GIB, 1000))] == ["ok"]
