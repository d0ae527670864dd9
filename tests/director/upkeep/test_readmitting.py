"""Who comes in to a federation made from a copy: by what somebody kept of the time after it, or by a new code."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from contract.names import EnvoyName
from director.app import create_app
from director.assembly import Director
from director.members.access import LOCAL_ADMIN
from director.settings import DirectorSettings
from director.upkeep.later_acts import NOTHING_KNOWN, Evidence
from director.upkeep.restoring import Restored
from tests.federation_simulator import NO_DASHBOARD, FederationSimulator, SimulatedHospital


@pytest.fixture
def hospitals(federation: FederationSimulator) -> dict[str, SimulatedHospital]:
    for name in ("KNH", "KUTRRH", "MTRH"):
        federation.enrol(name)
        federation.hospitals[name].train_and_upload()
    return federation.hospitals


@pytest.fixture
def copy(federation: FederationSimulator, hospitals: dict[str, SimulatedHospital], tmp_path: Path) -> Path:
    federation.director.upkeep.back_up(LOCAL_ADMIN, tmp_path / "copy")
    return tmp_path / "copy"


@contextmanager
def restored(
    federation: FederationSimulator, copy: Path, evidence: Evidence = NOTHING_KNOWN
) -> Iterator[tuple[TestClient, Restored]]:
    """Serve what was made from a copy; gives what restoring said too."""
    director = Director(DirectorSettings(data_dir=copy.parent / "elsewhere"), federation.clock)
    made = director.restore(copy, evidence)
    assert director.upkeep.defects() == []
    with TestClient(create_app(director, NO_DASHBOARD)) as http:
        yield http, made


def export(federation: FederationSimulator, folder: Path) -> Evidence:
    (folder / "audit.jsonl").write_bytes(b"".join(federation.director.upkeep.export_audit()))
    return Evidence(folder / "audit.jsonl")


def status(http: TestClient, token: str) -> int:
    return http.get("/tasks", headers={"Authorization": f"Bearer {token}"}).status_code


def test_no_token_and_no_code_of_a_copy_holds_on_its_own_word(
    federation: FederationSimulator, hospitals: dict[str, SimulatedHospital], tmp_path: Path
) -> None:
    tokens = [federation.token("admin"), federation.token("analyst"), *(each.token for each in hospitals.values())]
    code = federation.director.members.add(LOCAL_ADMIN, EnvoyName("Nyeri")).code
    federation.director.upkeep.back_up(LOCAL_ADMIN, tmp_path / "copy")
    with restored(federation, tmp_path / "copy") as (http, made):
        assert [status(http, token) for token in tokens] == [401] * 5
        assert http.post("/join", json={"code": code}).status_code == 401
        assert (made.known_until, made.readmission.tokens_held, made.readmission.tokens_revoked) == (None, 0, 6)
        assert [each.envoy_name for each in made.readmission.codes] == ["KNH", "KUTRRH", "MTRH", "Nyeri"]


def test_a_hospital_that_joins_anew_goes_on_where_it_was(federation: FederationSimulator, copy: Path) -> None:
    with restored(federation, copy) as (http, made):
        (code,) = [each.code for each in made.readmission.codes if each.envoy_name == "KNH"]
        knh = federation.hospitals["KNH"]
        knh.http, knh.token = http, http.post("/join", json={"code": code}).json()["token"]
        assert knh.train_and_upload(nudge=2)["version"] == 2


def test_what_an_export_says_was_revoked_stays_revoked_and_the_rest_holds(
    federation: FederationSimulator, hospitals: dict[str, SimulatedHospital], tmp_path: Path
) -> None:
    members = federation.director.members
    kept, revoked, rotated, renewed = (
        members.issue_token(LOCAL_ADMIN, "analyst", key=key) for key in ("kept", "revoked", "rotated", "renewed")
    )
    federation.director.upkeep.back_up(LOCAL_ADMIN, tmp_path / "copy")
    members.revoke_token(LOCAL_ADMIN, revoked.id)
    members.rotate_token(LOCAL_ADMIN, rotated.id)
    again = members.issue_token(LOCAL_ADMIN, "analyst", key="renewed")
    federation.director.submissions.disable_hospital(LOCAL_ADMIN, EnvoyName("KNH"))
    members.revoke_tokens_of(LOCAL_ADMIN, EnvoyName("MTRH"))
    federation.enrol("Nyeri")
    with restored(federation, tmp_path / "copy", export(federation, tmp_path)) as (http, made):
        assert again.id == renewed.id
        held = [status(http, each.token) for each in (kept, revoked, rotated, renewed, again)]
        assert held == [200, 401, 401, 401, 401]
        assert [status(http, hospitals[name].token) for name in ("KUTRRH", "KNH", "MTRH")] == [200, 401, 401]
        found = made.readmission
        assert [each.envoy_name for each in found.codes] == ["MTRH"]
        assert (found.disabled, found.unknown, found.tokens_revoked) == (("KNH",), ("Nyeri",), 4)


def test_who_was_enabled_again_after_the_copy_is_let_in_by_the_admin_alone(
    federation: FederationSimulator, hospitals: dict[str, SimulatedHospital], tmp_path: Path
) -> None:
    submissions = federation.director.submissions
    submissions.disable_hospital(LOCAL_ADMIN, EnvoyName("KNH"))
    federation.director.upkeep.back_up(LOCAL_ADMIN, tmp_path / "copy")
    submissions.enable_hospital(LOCAL_ADMIN, EnvoyName("KNH"))
    with restored(federation, tmp_path / "copy", export(federation, tmp_path)) as (http, made):
        assert status(http, hospitals["KNH"].token) == 401
        assert [each.envoy_name for each in made.readmission.codes] == []


def test_what_was_done_about_tokens_is_on_record(federation: FederationSimulator, copy: Path) -> None:
    with restored(federation, copy) as (_, made):
        pass
    elsewhere = Director(DirectorSettings(data_dir=copy.parent / "elsewhere"), federation.clock)
    acts = {
        act: len(elsewhere.upkeep.list_audit(act=act, actor="admin:cli", subject=None, limit=200, cursor=None).items)
        for act in ("token.revoke", "backup.restore")
    }
    assert acts == {"token.revoke": made.readmission.tokens_revoked, "backup.restore": 1}


def test_who_left_after_the_copy_is_named_for_the_copy_has_brought_its_files_back(
    federation: FederationSimulator, hospitals: dict[str, SimulatedHospital], tmp_path: Path
) -> None:
    hospitals["KNH"].train_and_upload()
    federation.director.upkeep.back_up(LOCAL_ADMIN, tmp_path / "copy")
    federation.director.upkeep.withdraw(LOCAL_ADMIN, EnvoyName("KNH"), "its board")
    with restored(federation, tmp_path / "copy", export(federation, tmp_path)) as (http, made):
        assert (made.readmission.withdrawn, made.readmission.disabled) == (("KNH",), ("KNH",))
        assert status(http, hospitals["KNH"].token) == 401
