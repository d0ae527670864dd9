"""The composition root: it puts together, opens nothing until it is asked, and lets go."""

import stat
import threading
from pathlib import Path

import pytest

from contract.tasks import BUILT_IN_TASKS
from director.assembly import Director
from director.errors import NotInitialisedError, UnauthenticatedError
from director.members.access import ALL, LOCAL_ADMIN, Permission
from director.settings import DirectorSettings
from tests.federation_simulator import FederationSimulator


def content_of(folder: Path) -> dict[Path, tuple[bytes, int]]:
    return {path: (path.read_bytes() if path.is_file() else b"", path.stat().st_mtime_ns) for path in folder.rglob("*")}


def admits(director: Director, secret: str) -> bool:
    try:
        return director.access.admit(f"Bearer {secret}", Permission(ALL), "192.0.2.1") is not None
    except UnauthenticatedError:
        return False


def test_assembling_touches_no_file(tmp_path: Path):
    Director(DirectorSettings(data_dir=tmp_path / "director"))
    assert list(tmp_path.iterdir()) == []


def test_assembling_on_a_federation_touches_none_either_and_starts_nothing(federation: FederationSimulator):
    federation.stop()
    before, threads = content_of(federation.folder), threading.active_count()
    Director(federation.settings, federation.clock)
    assert content_of(federation.folder) == before
    assert threading.active_count() == threads
    federation._start()


def test_what_is_not_there_is_not_opened_and_leaves_nothing(tmp_path: Path):
    with pytest.raises(NotInitialisedError):
        Director(DirectorSettings(data_dir=tmp_path)).open()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_made_for_its_owner_alone_and_every_task_has_a_start(tmp_path: Path):
    director = Director(DirectorSettings(data_dir=tmp_path / "director"))
    director.initialise()
    assert (tmp_path / "director").stat().st_mode & 0o077 == 0
    beside = {each.name: each.stat().st_mode & 0o077 for each in (tmp_path / "director").glob("director.db*")}
    assert beside == {"director.db": 0, "director.db-shm": 0, "director.db-wal": 0}  # while it is open
    assert {director.tasks.start(name).global_version for name in director.catalogue} == {None}


def test_an_empty_folder_that_is_there_becomes_its_owners_alone_and_one_with_other_things_stays_as_it_is(
    tmp_path: Path,
):
    empty, full = tmp_path / "empty", tmp_path / "full"
    for folder in (empty, full):
        folder.mkdir(mode=0o755)
    (full / "letter.txt").touch()
    for folder in (empty, full):
        Director(DirectorSettings(data_dir=folder)).initialise()
    assert stat.S_IMODE(empty.stat().st_mode) == 0o700
    assert stat.S_IMODE(full.stat().st_mode) == 0o755


def test_an_opened_director_holds_what_is_on_record_and_learns_its_own_acts_at_once(tmp_path: Path):
    director = Director(DirectorSettings(data_dir=tmp_path))
    director.initialise()
    before = director.members.issue_token(LOCAL_ADMIN, "analyst").token
    assert not admits(director, before)  # nothing is learned before it is opened
    director.open()
    director._follower.stop()  # what follows is learned without it
    try:
        assert admits(director, before)
        assert admits(director, director.members.issue_token(LOCAL_ADMIN, "analyst").token)
    finally:
        director.close()


def test_closing_writes_down_what_is_left_to_write(tmp_path: Path):
    director = Director(DirectorSettings(data_dir=tmp_path))
    director.initialise()
    director.open()
    secret = director.members.issue_token(LOCAL_ADMIN, "analyst").token
    assert admits(director, secret)
    director.close()
    again = Director(DirectorSettings(data_dir=tmp_path))
    (token,) = again.members.list_tokens(LOCAL_ADMIN, role=None, envoy_name=None, limit=10, cursor=None).items
    assert token.last_used_at is not None
    assert (tmp_path / "audit.head").exists()
    assert not director._follower._thread.is_alive()
    again.database.close()


def test_the_consortiums_cut_points_are_the_tasks(tmp_path: Path):
    moved = {"diagnosis_count": {"cut_points": (4, 12)}}
    director = Director(DirectorSettings(data_dir=tmp_path, tasks=moved))
    found = {task.name: task.cut_points for task in director.catalogue.values()}
    assert found == {name: task.cut_points for name, task in BUILT_IN_TASKS.items()} | {"diagnosis_count": (4.0, 12.0)}


def test_artifacts_without_a_database_are_not_made_anew_in_silence(federation: FederationSimulator):
    federation.stop()
    for path in federation.folder.glob("director.db*"):
        path.unlink()
    with pytest.raises(NotInitialisedError, match="artifacts but no database"):
        Director(federation.settings).initialise()
    federation.director = Director(federation.settings)
