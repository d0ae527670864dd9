"""The release before, unpacked once."""

import pytest

from tests.compatibility.previous import PreviousRelease


@pytest.fixture(scope="session")
def previous(tmp_path_factory: pytest.TempPathFactory) -> PreviousRelease:
    return PreviousRelease.unpacked(tmp_path_factory.mktemp("previous"))
