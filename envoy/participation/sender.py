"""Sends updates, and keeps those that can't be sent until the director has said what becomes of them."""

from contract.errors import FederationError
from contract.names import EnvoyName
from contract.parts import Parcel
from envoy.director_client import DirectorClient
from envoy.errors import NetworkError, RefusedError
from envoy.outbox import Outbox, is_settled
from envoy.participation.bulletin import Bulletin


class Sender:
    """Sends a hospital's updates.

    Args:
        client: The director.
        envoy: The hospital.
        outbox: Where they are kept.
        bulletin: Where it is told.
    """

    def __init__(self, client: DirectorClient, envoy: EnvoyName, outbox: Outbox, bulletin: Bulletin) -> None:
        self._client, self._envoy, self._outbox, self._bulletin = client, envoy, outbox, bulletin

    def keep(self, number: int, parcel: Parcel) -> None:
        """Keep a round's update on the disk until it was sent."""
        self._outbox.keep(number, parcel)

    def send_what_waits(self) -> None:
        """Send what is kept, oldest first; raises as ``send``."""
        for number in self._outbox.rounds():
            try:
                parcel = self._outbox.read(number)
            except FederationError as error:
                self._outbox.take_out(number)
                self._bulletin.say("outbox.damaged", f"The kept update for round {number} is lost: {error.sentence}")
                continue
            self._bulletin.say("outbox.sending", f"Sends the update for round {number} that was kept.", round=number)
            self.send(number, parcel)

    def send(self, number: int, parcel: Parcel) -> None:
        """Send a round's update.

        Raises:
            NetworkError: It could not be sent, and is kept.
            RefusedError: It was not taken; it is kept unless that is the director's word on it (``is_settled``).
        """
        self._bulletin.enter("uploading", round=number)
        try:
            receipt = self._client.upload(self._envoy, parcel)
        except (NetworkError, KeyboardInterrupt):
            self._outbox.keep(number, parcel)
            raise
        except RefusedError as error:
            if not is_settled(error):
                self._outbox.keep(number, parcel)
                raise
            self._outbox.take_out(number)
            what = "came too late" if error.director_code == "round_closed" else "was refused"
            self._bulletin.say("update.refused", f"The update for round {number} {what}.", round=number)
            raise
        self._outbox.take_out(number)
        self._bulletin.heard()
        self._bulletin.say(
            "update.returned",
            f"Round {number}: the update is with the director, {receipt.verdict}.",
            round=number,
            verdict=receipt.verdict,
            model_sha256=parcel.digests["model"],
        )
