"""The disk: full, read-only, damaged. Refused in one clear line, served on where that can be, mended by a person."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from contract.names import Digest
from tests.faults.house import House, found_house
from tests.faults.scale import record
from tests.real_processes import ForkedDirector

MOUNTED_MIB = 8


@contextmanager
def mounted(folder: Path) -> Iterator[Path]:
    """Mount a small disk of its own, where that is permitted."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={MOUNTED_MIB}m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk is not permitted here: tests of a full and of a read-only disk are left out")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Fill a disk to the brim."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (2**16, 2**10, 1):
            try:
                while file.write(b"\0" * size):
                    pass
            except OSError:
                continue
    return filler


def test_a_full_disk_refuses_uploads_and_serves_inferences(tmp_path: Path):
    with mounted(tmp_path / "disk|can't be written") as disk:
        house = found_house(ForkedDirector(disk / "director"), ("KNH",))
        sender, acts = house.senders[0], 0
        sender.upload()  # for an aggregate to have something new
        filler = fill(disk)
        try:
            model = sender.train()
            writes = (lambda: sender.send(model), sender.send_statistics, house.aggregate, lambda: house.publish(1))
            for write in (*writes[:3], *writes[:3]):
                refused = write()
                assert (refused.status_code, refused.json()["code"]) == (507, "storage_full"), refused.text
                assert int(refused.headers["Retry-After"]) > 0
                assert sender.infer().json()["model"]["version"] == 2
                acts += 1
            ready = requests.get(f"{house.director.url}/health/ready", timeout=10)
            assert (ready.status_code, ready.json()["status"]) == (503, "failing")
            filler.unlink()
            for write in writes:
                assert write().ok
            assert requests.get(f"{house.director.url}/health/ready", timeout=10).status_code == 200
            assert sender.infer().json()["model"]["version"] == 3
            house.director.stop()
            house.start()
            house.assert_whole()
        finally:
            house.director.stop()
    record(
        "full disk",
        bar="507 with Retry-After, inference serves, works again when there is space",
        reached=f"{acts} of {acts} acts 507, inference 200 after each, all acts 2xx without a restart afterwards",
    )


def test_a_full_disk_at_the_start_is_one_clear_line(tmp_path: Path):
    with mounted(tmp_path / "disk|can't be written") as disk:
        house = found_house(ForkedDirector(disk / "director"), ("KNH",))
        house.director.stop()
        filler = fill(disk)
        tried = serve_and_stop(house)
        filler.unlink()
        assert_one_clear_line(tried, "disk|can't be written")
        house.start()
        house.assert_whole()
        house.director.stop()


def test_a_read_only_folder_is_refused_in_one_clear_line_and_left_as_it_is(tmp_path: Path):
    with mounted(tmp_path / "disk|can't be written") as disk:
        house = found_house(ForkedDirector(disk / "director"), ("KNH",))
        house.director.stop()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        tried = serve_and_stop(house)
        looked = house.director.run("fsck", check=False)
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        assert_one_clear_line(tried, "disk|can't be written")
        assert_one_clear_line(looked, "disk|can't be written")
        house.start()
        house.assert_whole()
        house.director.stop()
    record("read-only folder", bar="refuses to start with one clear line", reached=error_of(house, tried))


@pytest.mark.parametrize("damage", ["other bytes", "cut in the middle", "empty", "a page of zeros"])
def test_a_damaged_database_is_refused_and_never_made_anew(house: House, damage: str):
    house.director.stop()
    file = house.director.folder / "director.db"
    whole = file.read_bytes()
    spoilt = {
        "other bytes": b"not a database at all\n" * 999,
        "cut in the middle": whole[: len(whole) // 2],
        "empty": b"",
        "a page of zeros": b"\0" * 4096 + whole[4096:],
    }[damage]
    file.write_bytes(spoilt)
    tried = serve_and_stop(house)
    made_anew = house.director.run("init", check=False) if damage == "empty" else tried
    assert file.read_bytes()[:100] == spoilt[:100]
    file.write_bytes(whole)
    for each in (tried, made_anew):
        assert_one_clear_line(each, "database")
    house.start()
    house.assert_whole()
    record(
        f"database damaged: {damage}",
        bar="refuses to start with one clear line; never recreated in silence",
        reached=error_of(house, tried),
    )


def test_a_damaged_version_is_refused_and_never_served(house: House):
    sender, folder = house.senders[2], house.director.folder
    sender.upload()
    model = Digest(sender.kept()[max(sender.kept())])
    path = folder / "blobs" / model[:2] / model
    whole = path.read_bytes()
    for spoilt in (bytes([whole[0]]) + bytes([whole[1] ^ 1]) + whole[2:], whole[:-1], None):
        house.director.stop()
        path.unlink() if spoilt is None else path.write_bytes(spoilt)
        house.start()
        refused = sender.infer()
        assert (refused.status_code, refused.json()["code"]) == (503, "artifact_damaged")
        assert house.aggregate().json()["code"] == "artifact_damaged"
        assert house.senders[0].infer().status_code == 200
        assert [defect for defect in house.defects() if model[:12] in defect]
        path.write_bytes(whole)
    house.director.stop()
    house.start()
    assert sender.infer().status_code == 200
    house.assert_whole()
    record(
        "stored file flipped, cut, deleted",
        bar="the damaged version is refused, never served",
        reached="3 of 3: 503 artifact_damaged for this hospital and for an aggregate, the others served, fsck names it",
    )


def serve_and_stop(house: House) -> subprocess.CompletedProcess[str]:
    """Try to serve; it shall end by itself."""
    return house.director.run("serve", "--port", str(house.director.port), check=False)


def error_of(house: House, tried: subprocess.CompletedProcess[str]) -> str:
    """Give the error that a command ended with, whatever folder this run is in."""
    (error,) = [line for line in tried.stderr.splitlines() if line.startswith("error: ")]
    return error.replace(str(house.director.folder), "…")


def assert_one_clear_line(tried: subprocess.CompletedProcess[str], about: str) -> None:
    """An error, what to do, an exit code, and nothing else but which folder it is about."""
    assert tried.returncode == 5, tried
    error, hint = [line for line in tried.stderr.strip().splitlines() if not line.startswith("in /")]
    assert error.startswith("error: ")
    assert re.search(about, error)
    assert hint.startswith("  ")
