"""Where a command is at work, and what is said where it can't be."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from director.assembly import Director
from director.cli.failures import EXIT_DATA, EXIT_USAGE
from director.cli.placing import is_untouched, make_folder, place_line, require_folder, require_touched
from director.errors import NotInitialisedError, StorageError, UsageError
from director.settings import read_settings
from tests.director.cli.conftest import Run
from tests.migrated import put_empty_database

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder; no setting says anything."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DIRECTOR_DATA_DIR", raising=False)
    return tmp_path


def test_the_folder_is_named_and_that_nobody_named_it(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert place_line(read_settings()) == f"in {here} (the working folder, for DIRECTOR_DATA_DIR is not set)"
    monkeypatch.setenv("DIRECTOR_DATA_DIR", "")
    assert place_line(read_settings()) == f"in {here} (the working folder, for DIRECTOR_DATA_DIR is empty)"
    (here / "director.toml").write_text('data_dir = "centre"\n')
    assert place_line(read_settings()) == f"in {here / 'centre'}"
    monkeypatch.setenv("DIRECTOR_DATA_DIR", "other")
    monkeypatch.setenv("DIRECTOR_DATABASE_URL", f"sqlite:///{here}/apart.db")
    assert place_line(read_settings()) == f"in {here / 'other'}, database {here / 'apart.db'}"


def test_a_folder_without_a_federation_is_named_with_who_led_there(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusal() -> str:
        with pytest.raises(NotInitialisedError) as refused:
            require_touched(Director(read_settings()))
        assert "DIRECTOR_DATA_DIR" in refused.value.hint
        assert "fl-director init" in refused.value.hint
        return refused.value.sentence

    assert refusal() == (f"There is no federation in {here} (the working folder, for DIRECTOR_DATA_DIR is not set).")
    (here / "director.toml").write_text('data_dir = "centre"\n')
    assert refusal() == f"There is no federation in {here / 'centre'}, which is not there (as director.toml says)."
    monkeypatch.setenv("DIRECTOR_DATA_DIR", "~/fl")
    monkeypatch.setenv("HOME", str(here))
    assert refusal().startswith(f"There is no federation in {here / 'fl'}, which is not there (as DIRECTOR_DATA_DIR ")
    assert not (here / "fl").exists()


def test_a_file_in_the_folders_place_is_wrong_usage(here: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "centre").touch()
    monkeypatch.setenv("DIRECTOR_DATA_DIR", "centre")
    with pytest.raises(UsageError, match=r"centre \(as .*\) is a file, not a folder"):
        require_folder(read_settings())
    for command in (["init"], ["serve"], ["serve", "--new"], ["status"], ["restore", "x"]):
        assert run(*command).exit_code == EXIT_USAGE


def test_a_folder_that_can_not_be_made_is_named(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "file").touch()
    monkeypatch.setenv("DIRECTOR_DATA_DIR", "file/centre")
    with pytest.raises(StorageError, match=r"centre .*can't be made: Not a directory"):
        make_folder(read_settings())


@pytest.mark.parametrize("command", [["init"], ["serve", "--new"], ["envoy", "list"], ["backup", "copy"]])
def test_a_folder_that_this_user_may_not_write_is_one_sentence(command: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "centre"
    put_empty_database(folder / "director.db")
    folder.chmod(0o555)
    if os.getuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("to root nothing is forbidden, and there is no setpriv to take that away")
    bound = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.getuid() == 0 else []
    ended = subprocess.run(
        [*bound, sys.executable, "-m", "director", *command, "--data-dir", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    folder.chmod(0o755)
    error, hint = ended.stderr.splitlines()
    assert ended.returncode == EXIT_DATA
    assert f"error: The data folder {folder} (as " in error
    assert "can't be written by this user" in error
    assert "rights" in hint


def test_a_database_that_an_earlier_version_put_beside_its_folder_is_pointed_at(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIRECTOR_DATA_DIR", "what?now")
    (here / "what?now" / "blobs").mkdir(parents=True)
    (here / "what").write_bytes(b"SQLite format 3\0")
    director = Director(read_settings())
    assert not is_untouched(director)
    with pytest.raises(NotInitialisedError) as refused:
        require_touched(director)
    assert refused.value.sentence.endswith(f"put it at {here / 'what'}.")
    assert str(here / "what?now" / "director.db") in refused.value.hint
