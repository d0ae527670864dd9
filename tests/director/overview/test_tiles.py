"""Hospitals in one look."""

from tests.director.overview.conftest import Asking
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_a_tile_says_state_version_and_the_rounds_that_wait(ask: Asking, opened: list[SimulatedHospital]):
    tiles = ask.tiles()
    assert {name: (each["version"], each["awaited_in"]) for name, each in tiles.items()} == {
        "KNH": (1, []), "KUTRRH": (None, [1]), "MTRH": (None, []),
    }  # fmt: skip
    assert {each["state"] for each in tiles.values()} == {"in_touch"}


def test_a_hospital_sees_its_own_tile_alone_and_an_analyst_no_states(
    federation: FederationSimulator, ask: Asking, opened: list[SimulatedHospital]
):
    assert list(ask.tiles(opened[1].headers)) == ["KUTRRH"]
    seen = ask.tiles(federation.analyst)
    assert len(seen) == 3
    assert {(each["state"], each["last_seen_at"], str(each["awaited_in"])) for each in seen.values()} == {
        (None, None, "[]")
    }
