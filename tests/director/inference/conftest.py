"""A federation that the tests of this folder only ask."""

from collections.abc import Iterator

import pytest
from federation_simulator import FederationSimulator


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FederationSimulator]:
    """A federation with a model at every hospital and a global one; the tests of this folder only ask it."""
    with FederationSimulator(tmp_path_factory.mktemp("director")) as federation:
        for name in ("KUTRRH", "MTRH", "KNH", "Embu", "Mbagathi"):
            federation.enrol(name).send_statistics()
        for each in federation.hospitals.values():
            each.train_and_upload()
        assert federation.aggregate().status_code == 201
        yield federation
