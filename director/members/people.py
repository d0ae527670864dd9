"""What is done about people at the dashboard, for the HTTP interface and the commands alike: signing in and out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from contract.messages.base import Role
from contract.names import EnvoyName
from director.errors import ForbiddenError
from director.members import links, sessions
from director.members.access import ADMIN, ALL, HOSPITAL, Access, Permission, Principal
from director.members.holders import no_open_session
from director.members.links import SignInLink
from director.members.rates import RateLimit
from director.records.ledger import Ledger
from director.records.schema import TokenRow
from director.records.session_schema import SessionRow

SIGN_INS_PER_MINUTE = 60
"""With one token, in each worker: each is on record, and each worker learns of each."""


@dataclass(frozen=True)
class SignedIn:
    """Somebody who has just signed in.

    Args:
        secret: The cookie's; it is here and nowhere else.
        caller: Who it is.
        expires_at: When the session ends in any case.
    """

    secret: str
    caller: Principal
    expires_at: datetime


class People:
    """Signs people in and out.

    Args:
        ledger: The rows.
        access: The tokens and sessions that hold now.
        longest: How long a session lasts at most.
    """

    def __init__(self, ledger: Ledger, access: Access, longest: timedelta) -> None:
        self._ledger = ledger
        self._access = access
        self._longest = longest
        self._sign_ins = RateLimit(SIGN_INS_PER_MINUTE, "people signed in with this token")

    @property
    def idle(self) -> timedelta:
        """How long somebody may do nothing before the session ends."""
        return self._access.sessions.idle

    def sign_in(self, token: str, address: str) -> SignedIn:
        """Sign a person in with their token.

        Raises:
            UnauthenticatedError: It does not hold.
            ForbiddenError: It is a hospital's machine's.
            TooManyRequestsError: As ``Access.admit``; or too many signed in with this token.
        """
        caller = self._access.admit(f"Bearer {token}", Permission(ALL), address)
        if caller is None or caller.role == HOSPITAL:
            raise ForbiddenError(
                "This is the token of a hospital's machine, with which nobody signs in.",
                hint="Ask the consortium's admin for a token of your own, with the role staff.",
                **({"token_id": caller.token_id} if caller is not None else {}),
            )
        self._sign_ins.take(caller.token_id, self._ledger.clock())
        with self._ledger.act(caller.actor) as act:
            row = act.session.get_one(TokenRow, caller.token_id)
            secret, opened = sessions.open_session(act, row, longest=self._longest)
            return SignedIn(secret, caller.in_session(opened.id), opened.expires_at)

    def follow_link(self, code: str, address: str) -> SignedIn:
        """Sign a person in by a one-time link, which is used up with that.

        Raises:
            UnauthenticatedError: It does not hold.
            TooManyRequestsError: Too many codes and tokens from this address did not hold.
        """
        with self._access.guessing(address):
            with self._ledger.read() as session:  # before the write lock: a guesser must not keep uploads waiting
                links.require_link(session, code, self._ledger.clock())
            with self._ledger.act("code") as act:
                token = links.take_link(act, code)
                caller = Principal(token.id, token.role, token.envoy.name if token.envoy else None, token.person)
                secret, opened = sessions.open_session(
                    act, token, longest=self._longest, by_link=True, actor=str(caller.actor)
                )
                return SignedIn(secret, caller.in_session(opened.id), opened.expires_at)

    def sign_out(self, caller: Principal, *, everywhere: bool = False) -> None:
        """End somebody's session, or all that they have anywhere; raises UnauthenticatedError where it has ended."""
        with self._ledger.act(caller.actor) as act:
            if everywhere:
                sessions.end_everywhere(act, caller.token_id)
            else:
                sessions.end_session(act, caller.require_session())

    def ends_at(self, caller: Principal) -> datetime:
        """Say when a session ends in any case: at its own end, or with its token.

        Raises:
            UnauthenticatedError: It has ended.
        """
        with self._ledger.read() as session:
            row = session.get(SessionRow, caller.require_session())
            if row is None:
                raise no_open_session()
            return min(row.expires_at, row.token.expires_at)

    def make_link(
        self,
        caller: Principal,
        role: Role = ADMIN,
        envoy_name: EnvoyName | None = None,
        person: str | None = None,
    ) -> SignInLink:
        """Make a one-time sign-in link; raises as ``links.make_link``."""
        with self._ledger.act(caller.actor) as act:
            return links.make_link(act, role=role, envoy_name=envoy_name, person=person, longest=self._longest)

    def note_use(self) -> None:
        """Write down when sessions were last used here, and learn it of the other workers."""
        notes = self._access.sessions.take_notes_of_use()
        if notes:
            with self._ledger.database.write() as session:
                sessions.note_use(session, notes)
        with self._ledger.read() as session:
            self._access.sessions.learn_uses(session)
