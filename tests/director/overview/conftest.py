"""What the tests of the overview stand on."""

from typing import Any

import pytest

from tests.federation_simulator import FederationSimulator, SimulatedHospital


class Asking:
    """Asks the federation over HTTP; answers are whole or the test fails."""

    def __init__(self, federation: FederationSimulator) -> None:
        self.federation = federation

    def __call__(self, path: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        self.federation.director.members.note_use()
        answer = self.federation.http.get(path, headers=headers or self.federation.admin)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def tiles(self, headers: dict[str, str] | None = None) -> dict[str, dict[str, Any]]:
        return {each["envoy_name"]: each for each in self("/overview", headers)["hospitals"]}

    def kinds(self, headers: dict[str, str] | None = None) -> list[str]:
        return [each["kind"] for each in self("/overview", headers)["matters"]]

    def rungs(self, n: int, headers: dict[str, str] | None = None) -> dict[str, dict[str, Any]]:
        return {each["envoy_name"]: each for each in self(f"/rounds/{n}/ladder", headers)["rungs"]}


@pytest.fixture
def ask(federation: FederationSimulator) -> Asking:
    return Asking(federation)


@pytest.fixture
def three(federation: FederationSimulator) -> list[SimulatedHospital]:
    """Three hospitals, joined, their statistics sent."""
    hospitals = [federation.enrol(name, patients=50 + place) for place, name in enumerate(("KNH", "KUTRRH", "MTRH"))]
    for each in hospitals:
        each.send_statistics()
    return hospitals


@pytest.fixture
def opened(federation: FederationSimulator, three: list[SimulatedHospital]) -> list[SimulatedHospital]:
    """Round 1 is open: KNH has returned, KUTRRH trains, MTRH refused."""
    federation.open_run(rounds=2, deadline_seconds=60, quorum=1)
    three[0].answer_run(1)
    three[1].answer_run(1)
    three[2].answer_run(1, "refuse", reason="The ward moves")
    federation.director.rounds.advance()
    answer = three[0].upload(three[0].update(three[0].work()["assignment"], metrics={"accuracy": 0.5}))
    assert answer.status_code == 201
    return three
