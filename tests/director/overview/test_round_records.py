"""A run's rounds with each hospital's part."""

import pytest

from director.overview import round_records
from tests.director.api.pages import every_item
from tests.director.overview.conftest import Asking
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_a_round_is_told_with_each_part_and_to_a_hospital_with_its_own_alone(
    federation: FederationSimulator, ask: Asking, opened: list[SimulatedHospital]
):
    opened[1].take_part()
    federation.director.rounds.advance()
    _, first = ask("/runs/1/rounds")["items"]
    assert (first["number"], first["state"], first["global_version"]) == (1, "published", 1)
    assert [each["envoy_name"] for each in first["parts"]] == ["KNH", "KUTRRH"]
    assert first["parts"][0]["metrics"] == {"accuracy": 0.5}
    assert sum(each["weight"] for each in first["parts"]) == pytest.approx(1)
    assert first["bytes"] == sum(each["bytes"] for each in first["parts"]) > 0
    assert not any(each["is_late"] for each in first["parts"])
    _, own = ask("/runs/1/rounds", opened[0].headers)["items"]
    assert own["parts"] == first["parts"][:1]
    assert (own["mean"], own["worst"]) == (first["mean"], first["worst"])
    assert first["mean"] == {"accuracy": 0.5}


def test_who_came_too_late_is_named_to_the_admin_and_to_itself(
    federation: FederationSimulator, ask: Asking, opened: list[SimulatedHospital]
):
    late = opened[1].update(opened[1].work()["assignment"])
    federation.clock.pass_by(seconds=61)
    federation.director.rounds.advance()
    assert opened[1].upload(late).status_code == 409
    assert [each["refused"] for each in ask("/runs/1/rounds")["items"]] == [[], ["KUTRRH"]]
    assert ask("/runs/1/rounds", opened[1].headers)["items"][1]["refused"] == ["KUTRRH"]
    assert ask("/runs/1/rounds", opened[0].headers)["items"][1]["refused"] == []


def test_the_open_round_says_whom_it_waits_for(ask: Asking, opened: list[SimulatedHospital]):
    (only,) = ask("/runs/1/rounds")["items"]
    assert (only["awaited"], only["closed_at"]) == (["KUTRRH"], None)


def test_a_page_holds_a_bounded_number_of_parts(
    federation: FederationSimulator, opened: list[SimulatedHospital], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(round_records, "PARTS_AT_ONCE", 4)
    opened[1].take_part()
    federation.director.rounds.advance()
    page = federation.http.get("/runs/1/rounds", headers=federation.admin).json()
    assert [each["number"] for each in page["items"]] == [2]
    assert [each["number"] for each in every_item(federation.http, "/runs/1/rounds", federation.admin, limit=9)] == [
        2,
        1,
    ]
