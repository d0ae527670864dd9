"""How the federation stands, as figures."""

import threading
from typing import Any

import pytest
from sqlalchemy import event

from director.members.access import LOCAL_ADMIN
from director.records.database import REVISION
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def figures(federation: FederationSimulator) -> dict[Any, Any]:
    """Give figure, or figure and its labels → value."""
    samples = federation.director.standing.samples()
    return {(each.figure, *each.labels) if each.labels else each.figure: each.value for each in samples}


def test_a_cycle_is_seen_in_the_figures(federation: FederationSimulator, hospital: SimulatedHospital):
    before = figures(federation)
    assert before["uploads_total", "admitted"] == before["acts_total", "model.publish"] == 0
    assert ("global_version", "diagnosis_count") not in before
    hospital.train_and_upload()
    federation.aggregate()
    after = figures(federation)
    assert (after["uploads_total", "admitted"], after["acts_total", "upload.admit"]) == (1, 1)
    assert (after["global_version", "diagnosis_count"], after["acts_total", "model.publish"]) == (1, 1)
    assert after["blobs"] == before["blobs"]  # counted every five minutes at most
    federation.clock.pass_by(minutes=5)
    assert figures(federation)["blobs"] > before["blobs"]
    assert figures(federation)["blob_bytes"] > 0
    assert after["disk_free_bytes"] > 0 < after["database_bytes"]


def test_hospitals_tokens_and_matters_are_counted(federation: FederationSimulator, hospital: SimulatedHospital):
    federation.http.post("/envoys", json={"envoy_name": "MTRH"}, headers=federation.admin)
    hospital.start()
    federation.director.members.note_use()
    seen_at = federation.clock.now.timestamp()
    found = figures(federation)
    assert (found["hospitals", "in_touch"], found["hospitals", "enrolled"], found["hospitals", "silent"]) == (1, 1, 0)
    assert found["hospital_last_contact_timestamp_seconds", "KUTRRH"] == seen_at
    assert ("hospital_last_contact_timestamp_seconds", "MTRH") not in found
    assert (found["tokens", "hospital"], found["tokens", "admin"], found["tokens", "staff"]) == (1, 1, 0)
    federation.clock.pass_by(days=8)
    found = figures(federation)
    assert (found["hospitals", "silent"], found["matters", "backup_old"], found["matters", "hospital_not_joined"]) == (
        1, 1, 1,
    )  # fmt: skip
    federation.http.post("/envoys/KUTRRH/disable", headers=federation.admin)
    found = figures(federation)
    assert found["hospitals", "disabled"] == 1
    assert ("hospital_last_contact_timestamp_seconds", "KUTRRH") not in found


def test_rounds_are_seen_while_they_are_open_and_when_they_ended(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    run = federation.open_run(rounds=1)
    assert figures(federation)["runs_open", "inviting"] == 1
    federation.play()
    found = figures(federation)
    assert (found["runs_open", "running"], found["rounds_open", "diagnosis_count"]) == (1, 1)
    assert found["round_awaited", "diagnosis_count"] == 1
    closes_at = found["round_closes_timestamp_seconds", "diagnosis_count"]
    assert closes_at > federation.clock.now.timestamp()
    federation.play()
    found = figures(federation)
    assert federation.run(run["id"])["state"] == "finished"
    assert (found["runs_total", "finished"], found["rounds_total", "published"]) == (1, 1)
    assert found["rounds_open", "diagnosis_count"] == found["runs_open", "running"] == 0
    assert ("round_closes_timestamp_seconds", "diagnosis_count") not in found


def test_the_rest_says_how_old_the_backup_is_and_which_program_this_is(federation: FederationSimulator, tmp_path):
    assert "backup_timestamp_seconds" not in figures(federation)
    federation.director.upkeep.back_up(LOCAL_ADMIN, tmp_path / "copy")
    federation.director.rounds.quiesce(LOCAL_ADMIN)
    found = figures(federation)
    assert found["backup_timestamp_seconds"] == federation.clock.now.timestamp()
    assert found["is_quiet"] == 1
    assert [key[3] for key in found if key[0] == "build_info"] == [REVISION]


@pytest.mark.parametrize("hospitals", [1, 12])
def test_it_is_one_read_whose_questions_do_not_grow_with_the_hospitals(federation: FederationSimulator, hospitals: int):
    for number in range(hospitals):
        federation.enrol(f"H{number}")
    figures(federation)  # what is counted once is counted
    asked: list[str] = []
    own = threading.get_ident()  # the follower reads too

    def note(*given: Any) -> None:
        if threading.get_ident() == own:
            asked.append(given[2])

    event.listen(federation.director.database._engine, "before_cursor_execute", note)
    federation.director.standing.samples()
    assert asked.count("BEGIN") == 1
    assert len(asked) < 30
