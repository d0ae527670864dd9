"""A federation appears whole, or not at all; and never with somebody in it whom nobody let in."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from director.assembly import Director
from director.errors import NotInitialisedError
from director.members.access import LOCAL_ADMIN
from director.settings import DirectorSettings
from tests.federation_simulator import FederationSimulator, SimulatedHospital


@pytest.fixture
def copy(federation: FederationSimulator, hospital: SimulatedHospital, tmp_path: Path) -> Path:
    hospital.train_and_upload()
    federation.director.upkeep.back_up(LOCAL_ADMIN, tmp_path / "copy")
    return tmp_path / "copy"


def test_the_database_is_one_file_that_nobody_else_reads(copy: Path, tmp_path: Path) -> None:
    director = Director(DirectorSettings(data_dir=tmp_path / "elsewhere"))
    director.restore(copy)
    director.close()
    assert [path.name for path in (tmp_path / "elsewhere").glob("*director.db*")] == ["director.db"]
    assert (tmp_path / "elsewhere" / "director.db").stat().st_mode & 0o777 == 0o600


def test_a_restore_that_is_cut_off_leaves_no_federation_that_lets_anybody_in(copy: Path, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    cut = subprocess.run(
        [sys.executable, "-m", "director", "restore", str(copy)],
        env={**os.environ, "DIRECTOR_DATA_DIR": str(folder), "DIRECTOR_FAILPOINT": "file.written"},
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert cut.returncode == -signal.SIGKILL
    with pytest.raises(NotInitialisedError):
        Director(DirectorSettings(data_dir=folder)).database.check_ready()
    (left,) = folder.glob(".director.db*.arriving")
    with closing(sqlite3.connect(left)) as rows:
        assert rows.execute("SELECT count(*) FROM tokens WHERE revoked_at IS NULL").fetchone() == (0,)


def test_where_the_restore_came_from_is_on_record(copy: Path, tmp_path: Path) -> None:
    director = Director(DirectorSettings(data_dir=tmp_path / "elsewhere"))
    made = director.restore(copy)
    (record,) = director.upkeep.list_audit(act="backup.restore", actor=None, subject=None, limit=9, cursor=None).items
    assert record.facts == {"seq": made.checkpoint.seq, "digest": made.checkpoint.digest}
    director.close()
