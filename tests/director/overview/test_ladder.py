"""How far each hospital is in a round."""

from contract.names import Digest, EnvoyName
from tests.director.overview.conftest import Asking
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def steps(ask: Asking, n: int = 1, headers: dict[str, str] | None = None) -> dict[str, str]:
    return {name: each["step"] for name, each in ask.rungs(n, headers).items()}


def test_each_hospital_has_its_step_with_all_that_there_is_to_know(ask: Asking, opened: list[SimulatedHospital]):
    assert steps(ask) == {"KNH": "judged", "KUTRRH": "training", "MTRH": "refused"}
    rungs = ask.rungs(1)
    assert (rungs["KNH"]["verdict"], rungs["MTRH"]["reason"]) == ("admitted", "The ward moves")
    assert rungs["KNH"]["submission_id"] is not None


def test_of_others_a_hospital_learns_the_step_that_a_round_tells(ask: Asking, opened: list[SimulatedHospital]):
    rungs = ask.rungs(1, opened[0].headers)
    assert {name: each["step"] for name, each in rungs.items()} == {
        "KNH": "judged", "KUTRRH": "training", "MTRH": "refused",
    }  # fmt: skip
    assert rungs["KNH"] == ask.rungs(1)["KNH"]
    for name in ("KUTRRH", "MTRH"):
        hidden = ("since", "last_seen_at", "submission_id", "verdict", "reason")
        assert {rungs[name][each] for each in hidden} == {None}


def test_parts_that_came_since_the_round_opened_are_an_upload_on_its_way(
    federation: FederationSimulator, ask: Asking, opened: list[SimulatedHospital]
):
    digest = Digest.of(b"12")
    files = federation.director.submissions._parts.files
    files.make_room(EnvoyName("KUTRRH"), digest, 2, federation.clock.now)
    assert steps(ask)["KUTRRH"] == "sent"
    assert steps(ask, headers=opened[0].headers)["KUTRRH"] == "training"
    federation.clock.pass_by(seconds=-1)
    files.discard(EnvoyName("KUTRRH"), digest)
    files.make_room(EnvoyName("KUTRRH"), digest, 2, federation.clock.now)
    assert steps(ask)["KUTRRH"] == "training"


def test_once_it_is_closed_who_is_not_there_was_missed_and_who_is_was_counted(
    federation: FederationSimulator, ask: Asking, opened: list[SimulatedHospital]
):
    federation.clock.pass_by(seconds=61)
    federation.director.rounds.advance()
    federation.director.rounds.advance()
    assert steps(ask) == {"KNH": "counted", "KUTRRH": "missed", "MTRH": "refused"}
    assert steps(ask, headers=opened[0].headers) == {"KNH": "counted", "KUTRRH": "missed", "MTRH": "missed"}


def test_what_was_held_back_is_left_out_with_its_reason(
    federation: FederationSimulator, ask: Asking, opened: list[SimulatedHospital]
):
    submission = ask.rungs(1)["KNH"]["submission_id"]
    federation.decide("reject", submission)
    assert steps(ask)["KNH"] == "left_out"
