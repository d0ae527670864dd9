"""Putting tracking together."""

import pytest

from director.assembly import Director
from director.errors import NotInitialisedError, UsageError
from director.settings import DirectorSettings
from director.tracking.service import new_follower
from tests.federation_simulator import FederationSimulator


def test_a_federation_without_a_record_is_none_to_track(tmp_path):
    director = Director(DirectorSettings(data_dir=tmp_path))
    tmp_path.mkdir(exist_ok=True)
    director.database.migrate()
    with pytest.raises(NotInitialisedError):
        new_follower(director.database, director.catalogue, director.models, uri="http://x", name=None, with_files=True)


@pytest.mark.parametrize("more", ["", "?timeout=5"])
def test_the_directors_own_database_is_no_mlflow(federation: FederationSimulator, more: str):
    director, before = federation.director, (federation.folder / "director.db").read_bytes()
    uri = f"sqlite:///{federation.folder / 'director.db'}{more}"
    with pytest.raises(UsageError, match="own database"):
        new_follower(director.database, director.catalogue, director.models, uri=uri, name=None, with_files=True)
    assert (federation.folder / "director.db").read_bytes() == before
