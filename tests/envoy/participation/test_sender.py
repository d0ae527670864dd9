"""Sending updates."""

import pytest

from contract.parts import Parcel
from envoy.errors import NetworkError, RefusedError
from envoy.outbox import Outbox
from envoy.participation.bulletin import Bulletin
from envoy.participation.sender import Sender
from tests.envoy.participation.rounds_played import KNH, PlayedRounds, Taking
from tests.envoy.test_outbox import PARCEL


@pytest.fixture
def sender(taking: Taking) -> Sender:
    return Sender(taking.client, KNH, Outbox(taking.home, taking.url), Bulletin(taking.home, taking.told.append))


def problem(code: str, status: int) -> tuple[int, dict[str, str]]:
    return status, {"code": code, "detail": "No."}


@pytest.mark.parametrize(
    ("answer", "error", "kept"),
    [
        (problem("busy", 503), NetworkError, [3]),
        (problem("unauthenticated", 401), RefusedError, [3]),
        (problem("round_closed", 409), RefusedError, []),
        (problem("artifact_invalid", 422), RefusedError, []),
        ((413, {}), NetworkError, [3]),
        ((403, {}), NetworkError, [3]),
        ((302, {}), RefusedError, [3]),
    ],
)
def test_an_update_is_kept_until_the_director_has_said_what_becomes_of_it(
    director: PlayedRounds, taking: Taking, sender: Sender, answer, error: type[Exception], kept: list[int]
) -> None:
    director.said["/upload/KNH"] = answer
    with pytest.raises(error):
        sender.send(3, PARCEL)
    assert Outbox(taking.home, taking.url).rounds() == kept


def test_what_was_kept_is_sent_byte_for_byte_and_forgotten(
    director: PlayedRounds, taking: Taking, sender: Sender
) -> None:
    sender.keep(3, PARCEL)
    sender.send_what_waits()
    assert all(data in director.only("/upload/KNH").body for data in PARCEL.parts.values())
    assert Outbox(taking.home, taking.url).rounds() == []
    assert taking.events == ["outbox.sending", "update.returned"]


def test_what_is_damaged_is_said_and_keeps_nothing_else_waiting(
    director: PlayedRounds, taking: Taking, sender: Sender
) -> None:
    (Outbox(taking.home, taking.url).keep(2, PARCEL) / "model.pt").unlink()
    sender.keep(3, Parcel(PARCEL.parts))
    sender.send_what_waits()
    assert taking.events == ["outbox.damaged", "outbox.sending", "update.returned"]
    assert list(director.returned) == [3]
