"""Whether a folder will take what is to be kept there."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from envoy.errors import SettingsError
from envoy.room import require_room


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let no file of this process become larger; to a writer that is a disk without room."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_look_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    for folder in ("there", "new", "new/and/deep"):
        require_room(tmp_path / folder, "ENVOY_HOME")
    assert [each.name for each in tmp_path.rglob("*")] == ["there"]


@pytest.mark.parametrize("folder", ["file", "file/below"])
def test_a_file_in_the_place_of_a_folder_is_named(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=f"ENVOY_HOME names {tmp_path / folder}, but {tmp_path}/file is a file"):
        require_room(tmp_path / folder, "ENVOY_HOME")
    assert (tmp_path / "file").is_file()


def test_a_folder_that_can_not_be_made_is_named_with_the_reason() -> None:
    with pytest.raises(SettingsError, match="names /proc/envoy, where nothing can be kept: No such file"):
        require_room(Path("/proc/envoy"), "--offline")


def test_a_disk_without_room_for_what_comes_is_named(tmp_path: Path) -> None:
    with files_of_at_most(5000):
        require_room(tmp_path / "home", "ENVOY_HOME", 5000)
        with pytest.raises(SettingsError, match="where nothing can be kept"):
            require_room(tmp_path / "home", "ENVOY_HOME", 5001)
    assert list(tmp_path.iterdir()) == []
