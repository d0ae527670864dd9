"""Whether the data folder lies on a disk that does: room, names for files, and a file system that SQLite can trust."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from contract.findings import Finding, bad, ok, warn
from contract.machine_findings import room_finding

LEAST_FREE_BYTES = 256 << 20
"""With less the next backup, migration or log may end in the middle."""
_SAFE_BYTES = 2 << 30
_USUAL_UPLOAD_BYTES = 1 << 20
"""What an upload is taken for where none was kept yet."""
_LEAST_FILES = 1000
_OF_A_NETWORK = (
    *("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "lustre", "gpfs", "beegfs", "glusterfs", "davfs"),
    *("ocfs2", "gfs2", "fuse.sshfs", "fuse.s3fs", "fuse.glusterfs", "fuse.rclone", "fuse.gcsfuse", "fuse.ceph"),
)
_OF_MEMORY = ("tmpfs", "ramfs")
_OF_A_CONTAINER = ("overlay", "aufs")
_OCTAL = re.compile(r"\\([0-7]{3})")
_MOVE = "Move the data folder to a disk of this machine: stop the director, move it, set DIRECTOR_DATA_DIR."


@dataclass(frozen=True)
class Mount:
    """What a folder lies on.

    Args:
        kind: The file system's name.
        point: Where it is mounted.
        is_read_only: Whether nothing can be written.
    """

    kind: str
    point: str
    is_read_only: bool


def mount_of(folder: PurePosixPath, mountinfo: str) -> Mount | None:
    """Find what a folder lies on; None: it can't be known.

    Args:
        folder: Its path, resolved.
        mountinfo: As Linux gives it (proc_pid_mountinfo(5)); of two with one place the later one covers the other.
    """
    best: Mount | None = None
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        fields, behind = before.split(), after.split()
        if len(fields) < 6 or len(behind) < 3:
            continue
        point = _OCTAL.sub(lambda found: chr(int(found[1], 8)), fields[4])
        is_above = folder.is_relative_to(point)
        if is_above and (best is None or len(point) >= len(best.point)):
            best = Mount(behind[0], point, "ro" in (*fields[5].split(","), *behind[2].split(",")))
    return best


def mount_finding(about: str, folder: str, mount: Mount) -> Finding:
    """Judge what a folder lies on."""
    where = f"{folder} lies on {mount.kind} at {mount.point}"
    if mount.is_read_only:
        return bad(about, f"{where}, which can only be read.", "Mount it for writing; look at the disk's health.")
    if mount.kind in _OF_A_NETWORK:
        return bad(about, f"{where}: over a network SQLite's locks and syncs can't be trusted.", _MOVE)
    if mount.kind in _OF_MEMORY:
        return warn(about, f"{where}, in memory: all of it is gone at the next restart.", _MOVE)
    if mount.kind in _OF_A_CONTAINER:
        return warn(
            about,
            f"{where}, a container's own layer: it goes with the container.",
            "Mount a volume there, and put the data folder on it.",
        )
    return ok(about, f"{where}.")


@dataclass(frozen=True)
class Room:
    """What is left on a disk.

    Args:
        free_bytes: What this account may still write.
        free_files: How many files it may still make; None: the file system does not count them.
    """

    free_bytes: int
    free_files: int | None = None


def room_findings(
    about: str, folder: str, room: Room, *, uploads_at_once: int, kept: tuple[int, int]
) -> Iterator[Finding]:
    """Judge the room for what may arrive.

    Args:
        about: What it is called.
        folder: The data folder.
        room: What is left there.
        uploads_at_once: How many may arrive together, in all workers.
        kept: How many artifacts there are, and their bytes: what an upload usually is.
    """
    number, size = kept
    usual = size // number if number else _USUAL_UPLOAD_BYTES
    yield room_finding(
        about,
        folder,
        room.free_bytes,
        bad_below=LEAST_FREE_BYTES,
        warn_below=max(_SAFE_BYTES, uploads_at_once * usual),
        use=f"{uploads_at_once:,} uploads may arrive at once; old backups and logs can go elsewhere",
    )
    if room.free_files is not None and room.free_files < _LEAST_FILES:
        yield bad(
            about,
            f"{folder} takes only {room.free_files:,} more files (inodes).",
            "Remove small files on that disk, or make it anew with more inodes: df -i",
        )
