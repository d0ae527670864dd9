"""What the tests of global models stand on."""

import pytest

from tests.federation_simulator import SimulatedHospital


@pytest.fixture
def uploaded(five_hospitals: list[SimulatedHospital]) -> list[SimulatedHospital]:
    """Each of the five has a model behind its own scaler."""
    for each in five_hospitals:
        assert each.upload(each.parcel(own_scaler=True)).status_code == 201
    return five_hospitals
