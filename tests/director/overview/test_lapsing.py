"""What a person must do in time."""

from datetime import timedelta

import pytest

from director.members.access import LOCAL_ADMIN
from tests.director.overview.conftest import Asking
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_a_hospital_that_had_its_time_to_join_is_a_matter(federation: FederationSimulator, ask: Asking):
    federation.http.post("/envoys", json={"envoy_name": "KNH"}, headers=federation.admin)
    assert ask.kinds() == []
    federation.clock.pass_by(hours=72)
    (matter,) = ask("/overview")["matters"]
    assert (matter["kind"], matter["subject"]) == ("hospital_not_joined", "KNH")
    assert matter["reason"] == "Its one-time code holds no more."


@pytest.mark.parametrize(("days_before", "is_told"), [(15, False), (13, True)])
def test_a_token_in_use_that_ends_soon_is_a_matter(
    federation: FederationSimulator, ask: Asking, hospital: SimulatedHospital, days_before: int, is_told: bool
):
    federation.clock.pass_by(days=90 - days_before)
    hospital.work()
    kinds = ask.kinds(hospital.headers)
    assert kinds == (["token_ends"] if is_told else [])


def test_a_token_that_nobody_uses_may_end_unseen(federation: FederationSimulator, ask: Asking):
    federation.token("analyst", holds=timedelta(days=1))
    assert "token_ends" not in ask.kinds()


def test_the_backups_age_counts_from_the_first_record_where_there_is_none(federation: FederationSimulator, ask: Asking):
    assert federation.token("admin")
    federation.clock.pass_by(days=7)
    assert ask.kinds() == []
    federation.clock.pass_by(seconds=1)
    (matter,) = ask("/overview")["matters"]
    assert (matter["kind"], matter["reason"]) == ("backup_old", "No backup was ever made.")
    federation.director.upkeep.back_up(LOCAL_ADMIN, federation.folder.parent / "copy")
    assert ask.kinds() == []
