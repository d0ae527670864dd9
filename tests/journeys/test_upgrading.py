"""A data folder and a backup that the version before made go on working."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from director.assembly import Director
from director.members.access import LOCAL_ADMIN
from director.records.database import Database
from director.records.ledger import Ledger
from director.settings import DirectorSettings
from director.upkeep.backup import make_backup
from tests.federation_simulator import FederationSimulator, SimulatedHospital
from tests.real_processes import RealDirector

BEFORE = "0003"


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
