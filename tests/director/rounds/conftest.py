"""What the tests of rounds stand on."""

import pytest

from tests.federation_simulator import FederationSimulator, SimulatedHospital


@pytest.fixture
def three(federation: FederationSimulator) -> list[SimulatedHospital]:
    """Three hospitals, joined, their statistics sent."""
    hospitals = [federation.enrol(name, patients=50 + place) for place, name in enumerate(("KNH", "KUTRRH", "MTRH"))]
    for each in hospitals:
        assert each.send_statistics().status_code == 201
    return hospitals
