"""A federation that asks for two admins, and two of them with their names."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx
import pytest

from tests.federation_simulator import FederationSimulator

REASON = {"reason": "The hospital confirmed it"}


@dataclass(frozen=True)
class Two:
    """A federation with two admins who are two persons."""

    federation: FederationSimulator
    amina: dict[str, str]
    baraka: dict[str, str]

    def ask(self, who: dict[str, str], method: str, path: str, body: object = None) -> httpx.Response:
        return self.federation.http.request(method, path, json=body, headers=who)

    def post(self, who: dict[str, str], path: str, body: object = None) -> httpx.Response:
        return self.ask(who, "POST", path, body)

    def approve(self, who: dict[str, str], number: int) -> httpx.Response:
        return self.post(who, f"/proposals/{number}/approve")

    def decline(self, who: dict[str, str], number: int) -> httpx.Response:
        return self.post(who, f"/proposals/{number}/decline", REASON)

    def acts(self, *names: str) -> list[tuple[str, str]]:
        """Give who did what, of these acts, in order."""
        return [(line["event"], line["actor"]) for line in self.federation.log_lines() if line["event"] in names]


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    with FederationSimulator(tmp_path / "director", two_admins=("publish", "release", "disable")) as federation:
        for name in ("KNH", "MTRH", "Embu"):
            federation.enrol(name)
        for each in federation.hospitals.values():
            each.send_statistics()
        for each in federation.hospitals.values():
            each.train_and_upload()
        yield Two(federation, federation.admin_called("Amina Otieno"), federation.admin_called("Baraka Mwangi"))


@pytest.fixture
def published(two: Two) -> Two:
    """The same with a global model, which both let through."""
    assert two.post(two.amina, "/aggregations", {}).status_code == 201
    proposal = two.post(two.amina, "/global_models/1/publish", REASON).json()["id"]
    assert two.approve(two.baraka, proposal).status_code == 200
    return two
