"""What many tests stand on."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from federation_simulator import FederationSimulator, SimulatedHospital

STANDARD_NAMES = ("KUTRRH", "MTRH", "KNH", "Embu", "Mbagathi")


@pytest.fixture
def federation(tmp_path: Path) -> Iterator[FederationSimulator]:
    with FederationSimulator(tmp_path / "director") as simulator:
        yield simulator


@pytest.fixture
def hospital(federation: FederationSimulator) -> SimulatedHospital:
    """One hospital that has joined."""
    return federation.enrol("KUTRRH")


@pytest.fixture
def five_hospitals(federation: FederationSimulator) -> list[SimulatedHospital]:
    """The standard five, joined, their statistics sent."""
    hospitals = [federation.enrol(name, patients=40 + 10 * place) for place, name in enumerate(STANDARD_NAMES)]
    for each in hospitals:
        assert each.send_statistics().status_code == 201
    return hospitals


@pytest.fixture
def mimic_iv_demo() -> Path:
    folder = os.environ.get("MIMIC_IV_DIR", "")
    if not folder or folder == "synthetic":
        pytest.skip("MIMIC_IV_DIR is not set to the MIMIC-IV demo: tests on real data are left out")
    return Path(folder)
