"""Whether the audit was whole when somebody last looked is remembered, whoever looked."""

import pytest

from director.errors import StorageFullError
from director.upkeep.verification import last_verification
from tests.federation_simulator import FederationSimulator


def last(federation: FederationSimulator) -> tuple[object, int, str | None] | None:
    with federation.director.database.read() as session:
        found = last_verification(session)
        return None if found is None else (found.at, found.records, found.defect)


def test_the_newest_is_remembered_and_no_other(federation: FederationSimulator) -> None:
    assert last(federation) is None
    federation.token("analyst")
    federation.director.upkeep.verify_audit()
    records = federation.http.get("/system", headers=federation.admin).json()["records"] - 1  # the admin's token
    assert last(federation) == (federation.clock.now, records, None)
    federation.clock.pass_by(hours=1)
    with federation.director.database.write() as session:
        session.connection().exec_driver_sql("UPDATE audit SET actor = 'nobody' WHERE seq = 1")
    assert not federation.http.get("/audit/verify", headers=federation.admin).json()["is_whole"]
    at, _, defect = last(federation) or (None, 0, None)
    assert (at, defect is not None and defect.startswith("Record 1 ")) == (federation.clock.now, True)
    with federation.director.database.read() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM verifications").scalar() == 1


def test_a_disk_that_takes_nothing_keeps_nobody_from_knowing(
    federation: FederationSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageFullError("The disk is full.", hint="Make room.")

    federation.token("analyst")
    monkeypatch.setattr("director.upkeep.service.note_verified", full)
    assert federation.director.upkeep.verify_audit().is_whole
    assert last(federation) is None
