"""Putting tracking together."""

import pytest

from director.assembly import Director
from director.errors import NotInitialisedError
from director.settings import DirectorSettings
from director.tracking.service import new_follower


def test_a_federation_without_a_record_is_none_to_track(tmp_path):
    director = Director(DirectorSettings(data_dir=tmp_path))
    tmp_path.mkdir(exist_ok=True)
    director.database.migrate()
    with pytest.raises(NotInitialisedError):
        new_follower(director.database, director.catalogue, director.models, uri="http://x", name=None, with_files=True)
