"""Where the federation stands: B, what it came from, whom that line has counted, what a rollback withdrew."""

import dataclasses

import pytest

from contract.tasks import DIAGNOSIS_COUNT
from director.models.line import SHARED_START, Line, line_of
from director.records.schema import GlobalModelRow
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def line(federation: FederationSimulator, task=DIAGNOSIS_COUNT) -> Line:
    with federation.director.database.read() as session:
        return line_of(session, task)


def publish(federation: FederationSimulator, version: int) -> None:
    answer = federation.http.post(f"/global_models/{version}/publish", headers=federation.admin)
    assert answer.status_code == 200, answer.text


@pytest.fixture
def rolled_back(federation: FederationSimulator) -> list[dict[str, str]]:
    """Versions 1 and 2 of two hospitals; then back to 1, and 3 of one hospital from there. Gives upload ids."""
    receipts = []
    for name in ("KNH", "MTRH"):
        federation.enrol(name)
    for nudge in (1, 2):
        receipts.append({name: each.train_and_upload(nudge)["id"] for name, each in federation.hospitals.items()})
        assert federation.aggregate().status_code == 201
    publish(federation, 1)
    receipts.append({"KNH": federation.hospitals["KNH"].train_and_upload(3)["id"]})
    made = federation.aggregate()
    assert (made.status_code, made.json()["parent"]) == (201, 1)
    return receipts


def test_before_there_is_a_version_the_shared_start_is_b(federation: FederationSimulator, hospital: SimulatedHospital):
    upload = hospital.train_and_upload()["id"]
    found = line(federation)
    assert (found.current, found.here, found.parent) == (None, SHARED_START, None)
    assert (found.versions, found.ages, found.trained_from) == ([], {SHARED_START: 0}, {upload: SHARED_START})
    assert (found.counted, found.counted_from, found.withdrawn) == ({}, {}, {})


def test_each_version_came_from_the_one_that_was_current_when_it_was_made(
    federation: FederationSimulator, rolled_back: list[dict[str, str]]
):
    found = line(federation)
    assert (found.here, found.parent) == (3, 3)
    assert {row.version: row.parent for row in found.versions} == {1: None, 2: 1, 3: 1}
    assert found.ages == {3: 0, 1: 1, SHARED_START: 2}


def test_every_upload_is_known_by_the_version_that_it_was_trained_from(
    federation: FederationSimulator, rolled_back: list[dict[str, str]]
):
    first, second, third = rolled_back
    expected = {**dict.fromkeys(first.values(), SHARED_START), **dict.fromkeys([*second.values(), *third.values()], 1)}
    assert line(federation).trained_from == expected
    knh = federation.hospitals["KNH"]
    knh.send_statistics()
    federation.merge_statistics()  # the same version behind another scaler
    newest = knh.train_and_upload(4)["id"]
    assert line(federation).trained_from[newest] == 3


def test_what_bs_line_counted_is_told_from_what_was_withdrawn(
    federation: FederationSimulator, rolled_back: list[dict[str, str]]
):
    first, second, third = rolled_back
    found = line(federation)
    assert found.counted == {first["KNH"]: 1, first["MTRH"]: 1, third["KNH"]: 3}
    assert found.withdrawn == {second["KNH"]: 2, second["MTRH"]: 2}
    envoys = {"KNH": 1, "MTRH": 2}
    assert found.counted_from == {
        (envoys["KNH"], SHARED_START): 1, (envoys["MTRH"], SHARED_START): 1, (envoys["KNH"], 1): 3,
    }  # fmt: skip


def test_publishing_the_withdrawn_version_again_makes_its_line_the_one_that_holds(
    federation: FederationSimulator, rolled_back: list[dict[str, str]]
):
    publish(federation, 2)
    first, second, third = rolled_back
    found = line(federation)
    assert found.ages == {2: 0, 1: 1, SHARED_START: 2}
    assert found.counted == {first["KNH"]: 1, first["MTRH"]: 1, second["KNH"]: 2, second["MTRH"]: 2}
    assert found.withdrawn == {third["KNH"]: 3}


def test_what_was_never_published_withdrew_nothing(tmp_path):
    with FederationSimulator(tmp_path / "director", publish="confirmed") as federation:
        hospital = federation.enrol("KNH")
        hospital.train_and_upload()
        assert federation.aggregate().status_code == 201
        found = line(federation)
        assert [row.version for row in found.versions] == [1]
        assert (found.current, found.counted, found.withdrawn) == (None, {}, {})


def test_of_another_definition_of_the_task_nothing_is_in_the_line(
    federation: FederationSimulator, rolled_back: list[dict[str, str]]
):
    found = line(federation, dataclasses.replace(DIAGNOSIS_COUNT, cut_points=(4.0, 12.0)))
    assert (found.current, found.versions, found.ages) == (None, [], {SHARED_START: 0})
    assert (found.counted, found.withdrawn) == ({}, {})


def test_a_parent_that_is_no_longer_there_ends_the_line(
    federation: FederationSimulator, rolled_back: list[dict[str, str]]
):
    with federation.director.database.write() as session:
        session.query(GlobalModelRow).filter_by(version=3).one().parent = 99
    assert line(federation).ages == {3: 0, SHARED_START: 1}
