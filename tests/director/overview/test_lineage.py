"""Versions in short."""

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
