"""What a hospital may take of the disk is bounded, said, and given back where files go."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from director.records.schema import EnvoyRow, SubmissionRow
from director.submissions.quota import miscounted
from tests.federation_simulator import FederationSimulator, SimulatedHospital


@pytest.fixture
def bounded(tmp_path: Path) -> Iterator[FederationSimulator]:
    with FederationSimulator(
        tmp_path / "bounded", max_versions_per_hospital=3, max_refused_per_hospital=2, keep_versions=2
    ) as federation:
        yield federation


def kept(federation: FederationSimulator, name: str) -> tuple[int, int]:
    with federation.director.ledger.read() as session:
        row = session.scalars(select(EnvoyRow).where(EnvoyRow.name == name)).one()
        assert list(miscounted(session)) == []
        return row.kept_versions, row.kept_bytes


def test_one_version_more_than_a_hospital_may_keep_is_refused_and_leaves_nothing(bounded: FederationSimulator):
    hospital, other = bounded.enrol("KNH"), bounded.enrol("MTRH")
    for number in range(3):
        assert hospital.upload(hospital.parcel(number)).status_code == 201
    before = kept(bounded, "KNH"), set(bounded.director.blobs.digests())
    refused = hospital.upload(hospital.parcel(7))
    assert (refused.status_code, refused.json()["code"]) == (409, "quota_reached")
    assert "3 versions of KNH are kept, and no more may be" in refused.json()["detail"]
    assert "fl-director prune" in refused.json()["hint"]
    assert (kept(bounded, "KNH"), set(bounded.director.blobs.digests())) == before
    assert hospital.upload(hospital.parcel(1)).status_code == 200  # what is here already comes again
    assert other.upload(other.parcel()).status_code == 201  # another hospital's room is its own
    assert bounded.director.upkeep.defects() == []


def test_bytes_are_bounded_as_versions_are(tmp_path: Path):
    with FederationSimulator(tmp_path / "bounded", max_bytes_per_hospital=2**20) as federation:
        hospital = federation.enrol("KNH")
        assert hospital.upload(hospital.parcel(1)).status_code == 201
        with federation.director.ledger.act("director") as act:
            act.session.scalars(select(EnvoyRow)).one().kept_bytes = 2**20 - 100
        refused = hospital.upload(hospital.parcel(2))
        assert refused.json()["code"] == "quota_reached"
        assert "KNH's files take 1,048,476 bytes" in refused.json()["detail"]
        (defect,) = federation.director.upkeep.defects()  # what we wrote by hand is seen
        assert defect.startswith("quota: KNH is counted with 1 versions of 1048476 bytes, and 1 of ")


def test_of_refused_uploads_the_oldest_rows_go_and_the_audit_names_each(bounded: FederationSimulator):
    hospital = bounded.enrol("KNH")
    sound = hospital.parcel()
    for number in range(4):
        bounded.clock.pass_by(seconds=1)
        sound.metadata["num_examples"] = number + 1
        assert hospital.upload(sound).status_code in (409, 422)
    with bounded.director.ledger.read() as session:
        rows = session.scalars(select(SubmissionRow).where(SubmissionRow.verdict == "rejected")).unique().all()
    assert sorted(row.num_examples for row in rows) == [3, 4]
    refused = bounded.http.get("/audit?act=upload.reject", headers=bounded.admin).json()["items"]
    assert len(refused) == 4


def test_a_federation_that_was_there_before_counts_what_it_has(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    hospital.train_and_upload()
    hospital.train_and_upload(1)
    versions, size = kept(federation, hospital.name)
    assert (versions, size > 0) == (2, True)
