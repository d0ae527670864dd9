"""What many tests stand on."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.federation_simulator import FederationSimulator, SimulatedHospital
from tests.real_processes import ForkedDirector, RealDirector
from tests.s3_server import S3Server, s3_server
from tests.shared_statements import share_compiled_statements

# Under a full machine an example may take long, which says nothing of what it shows.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

STANDARD_NAMES = ("KUTRRH", "MTRH", "KNH", "Embu", "Mbagathi")

share_compiled_statements()

gc.disable()  # until all is collected: eleven thousand tests are made, and nothing of it becomes garbage


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where workers share the tests, let files with long ones come first: at the end nobody waits for one of them."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        long = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: item.path not in long)


def pytest_collection_finish() -> None:
    """Let the collector look no more at what stays to the end: the tests, the house and its libraries."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A test's name says nothing of bytes: a time may stand in them, and every worker must collect the same names."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture
def federation(tmp_path: Path) -> Iterator[FederationSimulator]:
    with FederationSimulator(tmp_path / "director") as simulator:
        yield simulator


@pytest.fixture
def director(tmp_path: Path) -> Iterator[RealDirector]:
    """A director that serves, as a process of its own."""
    director = ForkedDirector(tmp_path / "director")
    director.start()
    yield director
    director.stop()


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
def liar(five_hospitals: list[SimulatedHospital]) -> SimulatedHospital:
    """KNH: every hospital has an honest model, KNH has since sent one that moved ten times too far."""
    for each in five_hospitals:
        each.train_and_upload()
    knh = five_hospitals[2]
    assert knh.upload(knh.gone_too_far(10)).json()["version"] == 2
    return knh


@pytest.fixture
def mimic_iv_demo() -> Path:
    folder = os.environ.get("MIMIC_IV_DIR", "")
    if not folder or folder == "synthetic":
        pytest.skip("MIMIC_IV_DIR is not set to the MIMIC-IV demo: tests on real data are left out")
    return Path(folder)


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """A real S3 server; each test makes buckets of its own."""
    with s3_server() as server:
        yield server
