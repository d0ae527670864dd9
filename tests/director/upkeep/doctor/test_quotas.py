"""How near a hospital is to its bounds."""

import pytest

from director.records.database import Database, url_of
from director.upkeep.doctor.quotas import Kept, kept_of_each, quota_findings
from tests.federation_simulator import FederationSimulator, SimulatedHospital


@pytest.mark.parametrize(
    ("versions", "size", "state"),
    [(79, 799, "ok"), (80, 0, "warn"), (0, 800, "warn"), (99, 999, "warn"), (100, 0, "bad"), (0, 1000, "bad")],
)
def test_the_nearer_bound_counts(versions: int, size: int, state: str) -> None:
    (found,) = quota_findings([Kept("KNH", versions, size)], 100, 1000)
    assert (found.state, "fl-director prune" in found.hint) == (state, state != "ok"), found


def test_each_that_is_near_is_named_and_where_there_is_none_all_is_well() -> None:
    found = list(quota_findings([Kept("KNH", 99, 0), Kept("Embu", 1, 0), Kept("MTRH", 100, 0)], 100, 1000))
    assert [(each.state, each.sentence.split(" of ")[-1].split()[0]) for each in found] == [
        ("warn", "KNH"),
        ("bad", "MTRH"),
    ]
    assert [each.state for each in quota_findings([], 100, 1000)] == ["ok"]


def test_what_is_kept_of_a_hospital_is_what_it_sent_and_of_a_disabled_one_nothing_is_asked(
    federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    federation.enrol("Embu")
    parcel = hospital.parcel()
    assert hospital.upload(parcel).status_code == 201
    assert federation.http.post("/envoys/Embu/disable", headers=federation.admin).status_code == 200
    (kept,) = kept_of_each(Database(url_of(federation.file("director.db"))))
    assert (kept.hospital, kept.versions) == (hospital.name, 1)
    assert kept.bytes > len(parcel.scaler)
