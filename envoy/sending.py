"""Sending a hospital's own models: kept until the director has said what becomes of them, and told apart from known."""

from dataclasses import dataclass

from contract.messages.uploads import Submission
from contract.names import EnvoyName, TaskName
from contract.parts import Parcel
from envoy.director_client import DirectorClient
from envoy.errors import RefusedError
from envoy.ledger import Ledger
from envoy.outbox import Key, Outbox, is_settled
from envoy.parcel import label_of


@dataclass(frozen=True)
class Sent:
    """What the director said of a parcel.

    Args:
        receipt: Its answer.
        was_known: Whether it had this model already: nothing changed.
        current: Which version of the hospital's is the current one now; None: the director does not tell, or none is.
    """

    receipt: Submission
    was_known: bool
    current: int | None


class Sending:
    """Sends parcels to one director.

    Args:
        client: The director.
        director: Its address, as the ledger knows it.
        envoy: The hospital.
        ledger: What left before.
        outbox: Where parcels wait.
    """

    def __init__(self, client: DirectorClient, director: str, envoy: EnvoyName, ledger: Ledger, outbox: Outbox) -> None:
        self._client, self._director, self._envoy = client, director, envoy
        self._ledger, self.outbox = ledger, outbox

    def send(self, parcel: Parcel) -> Sent:
        """Send a parcel from wherever; raises as ``DirectorClient.upload``."""
        before = self._current(label_of(parcel).task)
        has_taken = self._ledger.has_taken(parcel.digests, self._director)
        receipt = self._client.upload(self._envoy, parcel)
        if receipt.verdict == "admitted" and before is not None:
            was_known = receipt.version is not None and receipt.version <= before
        else:
            was_known = has_taken
        is_newest = receipt.verdict == "admitted" and not was_known
        return Sent(receipt, was_known, receipt.version if is_newest else before or None)

    def send_kept(self, key: Key, parcel: Parcel) -> Sent:
        """Send a parcel of the outbox, and take it out once the director has said what becomes of it.

        Args:
            key: Under which it waits.
            parcel: It, as it may leave.

        Raises:
            NetworkError: It could not be sent, and goes on waiting.
            RefusedError: It was not taken; it goes on waiting unless that is the director's word on it.
        """
        try:
            sent = self.send(parcel)
        except RefusedError as error:
            if is_settled(error):
                self.outbox.take_out(key)
            raise
        self.outbox.take_out(key)
        return sent

    def _current(self, task: TaskName) -> int | None:
        """Ask for the current version of the hospital's model; 0: there is none; None: the director does not tell."""
        try:
            found = self._client.envoy(self._envoy)
        except RefusedError as error:
            if not is_settled(error):  # the token, or what stands before the director: it concerns the parcel as well
                raise
            return None
        return next((each.version for each in found.current if each.task == task), 0)
