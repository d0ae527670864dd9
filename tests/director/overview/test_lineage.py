"""Versions in short."""

from contract.names import EnvoyName
from contract.tasks import DIAGNOSIS_COUNT
from director.members.access import LOCAL_ADMIN
from tests.director.api.pages import every_item
from tests.director.overview.conftest import Asking
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_versions_come_in_short_and_the_current_one_is_named(
    federation: FederationSimulator, ask: Asking, three: list[SimulatedHospital]
):
    for nudge in (1, 2):
        federation.train_and_upload(nudge)
        assert federation.aggregate().status_code == 201
    found = ask("/overview")
    assert [(each["version"], each["published"], each["parent"]) for each in found["versions"]] == [
        (1, False, None), (2, True, 1),
    ]  # fmt: skip
    assert found["current"] == found["versions"][1]
    assert found["current"]["hospitals"] == ["KNH", "KUTRRH", "MTRH"]
    assert found["current"]["aliases"] == ["champion"]
    federation.http.post("/global_models/1/publish", headers=federation.admin)
    assert [each["aliases"] for each in ask("/overview")["versions"]] == [["champion"], ["challenger"]]
    assert ask("/overview")["current"]["version"] == 1


def test_the_list_is_the_same_page_by_page_newest_first(
    federation: FederationSimulator, ask: Asking, three: list[SimulatedHospital]
):
    for nudge in (1, 2, 3):
        federation.train_and_upload(nudge)
        federation.aggregate()
    listed = every_item(federation.http, "/lineage", federation.analyst, limit=1)
    assert listed == ask("/overview")["versions"][::-1]


def test_where_a_task_begins_anew_none_is_the_current_one_and_who_left_is_named(
    federation: FederationSimulator, ask: Asking, three: list[SimulatedHospital]
):
    federation.train_and_upload(1)
    federation.aggregate()
    federation.director.upkeep.withdraw(LOCAL_ADMIN, EnvoyName("KNH"), "its board")
    federation.director.models.begin_anew(LOCAL_ADMIN, DIAGNOSIS_COUNT.name, "without KNH")
    found = ask("/overview")
    assert found["current"] is None
    assert [(each["published"], each["waiting"], each["withdrawn"]) for each in found["versions"]] == [
        (False, False, ["KNH"])
    ]
    assert {each["envoy_name"]: each["state"] for each in found["hospitals"]}["KNH"] == "withdrawn"
