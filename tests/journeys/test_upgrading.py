"""A data folder and a backup that the version before made go on working."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
import requests
from alembic import command
from alembic.config import Config

from director.assembly import Director
from director.members.access import LOCAL_ADMIN
from director.records.database import Database
from director.records.ledger import Ledger
from director.settings import DirectorSettings
from director.upkeep.backup import make_backup
from tests.faults.tracing import require_strace
from tests.federation_simulator import FederationSimulator, SimulatedHospital, eventually
from tests.real_processes import RealDirector, clean_environment

BEFORE = "0003"
LAST = "0007"
"""The schema of the version that had rounds and no people."""


def take_back_to(revision: str, database: Database) -> None:
    """Give a database the schema that an earlier version made, its rows as they were there."""
    config = Config()
    config.set_main_option("script_location", "director.records:migrations")
    with database._writing.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        connection.commit()


@pytest.fixture
def older(federation: FederationSimulator, five_hospitals: list[SimulatedHospital]) -> FederationSimulator:
    """A federation with two global versions, stopped, in the hands of the version before."""
    for nudge in (1, 2):
        for each in five_hospitals:
            each.train_and_upload(nudge)
        assert federation.aggregate().status_code == 201
    federation.stop()
    take_back_to(BEFORE, federation.director.database)
    federation.director.database.close()
    federation.stop = lambda: None  # type: ignore[method-assign]  # it is stopped
    return federation


def test_serve_migrates_an_older_folder_and_answers_as_before(older: FederationSimulator):
    view = {path: path.read_bytes() for path in older.folder.glob("received_results/**/*") if path.is_file()}
    lines = len(older.file("logs", "director.log").read_text().splitlines())
    director = RealDirector(older.folder)
    refused = director.run("fsck", check=False)
    assert (refused.returncode, "fl-director init" in refused.stderr) == (5, True)
    director.start()
    try:
        listed = director.json("model", "list")
        assert [each["version"] for each in listed] == [2, 1]
        assert listed[0]["published"]
        assert [(each["aliases"], each["note"]) for each in listed] == [(["champion"], None), ([], None)]
        assert [each["parent"] for each in listed] == [1, None]
        assert director.run("fsck").stdout.strip() == "clean"
        assert director.run("audit", "verify").stdout.startswith("whole")
        assert {path: path.read_bytes() for path in view} == view
        acts = older.file("logs", "director.log").read_text().splitlines()[lines:]
        assert not [line for line in acts if "upload.admit" in line], "what is in the log already is not told again"
        director.run("model", "publish", "1")
        assert "model.publish" in older.file("logs", "director.log").read_text().splitlines()[-2:][0]
    finally:
        director.stop()


def test_a_backup_of_an_older_federation_is_restored(older: FederationSimulator, tmp_path: Path):
    make_backup(Ledger(older.director.database, older.clock), older.director.blobs, tmp_path / "copy", actor="director")
    elsewhere = Director(DirectorSettings(data_dir=tmp_path / "elsewhere"))
    elsewhere.restore(tmp_path / "copy")
    assert elsewhere.upkeep.defects() == []
    versions = elsewhere.models.list(LOCAL_ADMIN, None, limit=10, cursor=None).items
    assert [(each.version, each.published) for each in versions] == [(2, True), (1, False)]
    elsewhere.database.close()


@pytest.fixture
def amid_a_round(tmp_path: Path) -> FederationSimulator:
    """A federation in the hands of the last version, stopped amid a round that waits for two of three hospitals."""
    federation = FederationSimulator(tmp_path / "director")
    federation.clock.now = datetime.now(UTC)  # the process that goes on has its own clock
    for name in ("KUTRRH", "MTRH", "KNH"):
        federation.enrol(name).send_statistics()
    federation.open_run(rounds=1)
    federation.play()  # all take part
    federation.play("KUTRRH", nudge=1)
    federation.stop()
    take_back_to(LAST, federation.director.database)
    federation.director.database.close()
    return federation


def let_return(federation: FederationSimulator, director: RealDirector, name: str) -> dict[str, Any]:
    """Let a hospital that joined the old director return its update to the one that stands at its place."""
    hospital = federation.hospitals[name]
    with httpx.Client(base_url=director.url) as http:
        hospital.http = http
        answer = hospital.take_part(2)
    assert answer is not None
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_a_round_that_was_open_goes_on_and_what_was_kept_before_is_shown(amid_a_round: FederationSimulator):
    director = RealDirector(amid_a_round.folder)
    director.start()
    try:
        asked = requests.Session()
        asked.headers.update(amid_a_round.admin)  # a token of the version before
        shown = asked.get(f"{director.url}/overview").json()["rounds"]
        assert [(each["returned"], each["awaited"]) for each in shown] == [(["KUTRRH"], ["KNH", "MTRH"])]
        for name in ("MTRH", "KNH"):
            let_return(amid_a_round, director, name)
        eventually(lambda: asked.get(f"{director.url}/runs/1").json()["state"] == "finished")
        (row,) = asked.get(f"{director.url}/runs/1/rounds").json()["items"]
        assert (row["state"], row["global_version"], len(row["parts"])) == ("published", 1, 3)
        (point,) = asked.get(f"{director.url}/envoys/KUTRRH/course").json()["points"]
        assert (point["round"], point["start"]) == (1, {})  # its log has no line of epoch 0
        (received, _) = asked.get(f"{director.url}/envoys/KUTRRH/received").json()["items"]
        log = asked.get(f"{director.url}/submissions/{received['submission_id']}/log").json()
        assert [line["epoch"] for line in log["lines"]] == [1]
        assert director.run("audit", "verify").stdout.startswith("whole")
        assert director.run("fsck").stdout.strip() == "clean"
    finally:
        director.stop()


def schema_in(folder: Path) -> str:
    with closing(sqlite3.connect(folder / "director.db")) as connection:
        (found,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(found)


@pytest.mark.parametrize(("call", "found"), [("pwrite64:when=10", LAST), ("fdatasync:when=3", "0008")])
def test_killed_within_the_migrations_it_goes_on_from_there(
    amid_a_round: FederationSimulator, call: str, found: str
) -> None:
    require_strace()
    subprocess.run(
        [
            *("strace", "-f", "-o", "/dev/null", "-e", f"trace={call.partition(':')[0]}"),
            *("-e", f"inject={call.replace(':', ':signal=KILL:')}", sys.executable, "-m", "director", "init"),
        ],
        env={**clean_environment(), "DIRECTOR_DATA_DIR": str(amid_a_round.folder)},
        cwd=amid_a_round.folder.parent,
        capture_output=True,
        check=False,
    )
    assert schema_in(amid_a_round.folder) == found, "it was killed elsewhere: count its calls anew"
    director = RealDirector(amid_a_round.folder)
    director.start()
    try:
        assert director.json("run", "show", "1")["current"]["returned"] == ["KUTRRH"]
        assert director.run("fsck").stdout.strip() == "clean"
    finally:
        director.stop()
