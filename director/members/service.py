"""What is done about who takes part, for the HTTP interface and the commands alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from contract.messages.base import Page, Role
from contract.messages.envoys import EnrolmentCode, Expectation
from contract.messages.tokens import IssuedToken, TokenDescription, TokenRequest
from contract.names import EnvoyName
from director.members import enrolment, own_tokens, tokens
from director.members.access import Access, Principal
from director.members.envoys import add_envoy, envoy_named, expect
from director.members.rates import RateLimit, neighbourhood
from director.records.ledger import Act, Ledger
from director.records.paging import EVERYTHING, Span
from director.records.prefixes import ids_beginning_with
from director.records.schema import TokenRow


@dataclass(frozen=True)
class Terms:
    """How long things hold.

    Args:
        token: A token, at most and unless less is asked for.
        overlap: A rotated token beside its successor, unless said otherwise.
        code: A one-time code.
    """

    token: timedelta
    overlap: timedelta
    code: timedelta


class Members:
    """Admits hospitals and hands out tokens.

    Args:
        ledger: The rows.
        access: The tokens that hold now.
        joins: How many codes that don't hold are taken from one address.
        terms: How long things hold.
    """

    def __init__(self, ledger: Ledger, access: Access, joins: RateLimit, terms: Terms) -> None:
        self._ledger = ledger
        self._access = access
        self._joins = joins
        self._terms = terms

    def add(self, caller: Principal, name: EnvoyName, expected: int | None = None) -> EnrolmentCode:
        """Admit a hospital and give its one-time code. Again: a new code, the earlier one stops to hold.

        Args:
            caller: Who admits it.
            name: How it is called.
            expected: How many training examples it counts for at most; None leaves that as it is.

        Raises:
            ConflictError: It is there under another spelling, or disabled.
        """
        with self._ledger.act(caller.actor) as act:
            envoy = add_envoy(act, name)
            if expected is not None:
                expect(act, envoy, expected)
            return enrolment.issue_code(act, envoy, holds=self._terms.code)

    def expect(self, caller: Principal, name: EnvoyName, num_examples: int | None) -> Expectation:
        """Say how many training examples a hospital counts for at most; None takes it back.

        Raises:
            UnknownEnvoyError: There is none of that name.
        """
        with self._ledger.act(caller.actor) as act:
            envoy = envoy_named(act.session, name)
            expect(act, envoy, num_examples)
            return Expectation(envoy_name=envoy.name, num_examples=num_examples)

    def expectation(self, caller: Principal, name: EnvoyName) -> Expectation:
        """Say what is expected of a hospital.

        Raises:
            ForbiddenError: The caller is another hospital.
            UnknownEnvoyError: There is none of that name.
        """
        caller.require_envoy(name)
        with self._ledger.read() as session:
            envoy = envoy_named(session, name)
            return Expectation(envoy_name=envoy.name, num_examples=envoy.expected_examples)

    def join(self, code: str, key: str | None, address: str) -> IssuedToken:
        """Trade a one-time code for the hospital's token.

        Raises:
            UnauthenticatedError: The code does not hold.
            ConflictError: The hospital is disabled.
            TooManyRequestsError: Too many codes from this address did not hold.
        """
        # before the write lock: a guesser must not keep uploads waiting
        with (
            self._joins.of_failures(neighbourhood(address), self._ledger.clock()),
            self._ledger.act("code") as act,
        ):
            return enrolment.join(act, code, key, holds=self._terms.token)

    def issue_token(
        self,
        caller: Principal,
        role: Role,
        envoy_name: EnvoyName | None = None,
        lasting: timedelta | None = None,
        key: str | None = None,
        person: str | None = None,
    ) -> IssuedToken:
        """Issue a token; the same again under the same key gives the same token a fresh secret.

        Raises:
            InvalidRequestError: It shall hold longer than a token may.
            CallerError: As ``tokens.issue_token`` and ``tokens.issue_once``.
        """
        holds = tokens.span_to_hold(lasting, self._terms.token)
        return self._issued(
            caller,
            key,
            ["issue_token", _as_asked(role, envoy_name, lasting, person)],
            lambda act: tokens.issue_token(act, role=role, envoy_name=envoy_name, person=person, holds=holds),
        )

    def rotate_token(
        self, caller: Principal, token_id: str, overlap: timedelta | None = None, key: str | None = None
    ) -> IssuedToken:
        """Issue a token in another's place: both hold until the overlap ends, then only the new one.

        Raises:
            CallerError: As ``tokens.rotate_token`` and ``tokens.issue_once``.
        """
        lasting = self._terms.overlap if overlap is None else overlap
        return self._issued(
            caller,
            key,
            ["rotate_token", token_id, str(_seconds(overlap))],
            lambda act: tokens.rotate_token(act, token_id, overlap=lasting, longest=self._terms.token),
        )

    def revoke_token(self, caller: Principal, token_id: str) -> TokenDescription:
        """Revoke a token at once; again is no error.

        Raises:
            NotFoundError: No such token.
        """
        with self._ledger.act(caller.actor) as act:
            return tokens.revoke_token(act, token_id)

    def revoke_tokens_of(self, caller: Principal, envoy_name: EnvoyName) -> Sequence[TokenDescription]:
        """Revoke all tokens of a hospital, its machine's and its staff's; gives those that were not yet.

        Raises:
            UnknownEnvoyError: No such hospital.
        """
        with self._ledger.act(caller.actor) as act:
            return tokens.revoke_tokens_of(act, envoy_name)

    def rotate_own_token(self, caller: Principal) -> IssuedToken:
        """Issue a token in the place of the caller's own; both hold until the overlap ends.

        Raises:
            ConflictError: It was rotated before, and the new one is in use.
        """
        self.note_use()  # whether the new one was used decides
        with self._ledger.act(caller.actor) as act:
            return own_tokens.rotate_own(act, caller.token_id, overlap=self._terms.overlap, longest=self._terms.token)

    def revoke_own_token(self, caller: Principal) -> TokenDescription:
        """Revoke the caller's own token at once, with what was issued in its place or what it took the place of."""
        with self._ledger.act(caller.actor) as act:
            return own_tokens.revoke_own(act, caller.token_id)

    def token_ids_beginning_with(self, text: str) -> Sequence[str]:
        """Give the tokens whose ids begin so; at most a few."""
        with self._ledger.read() as session:
            return ids_beginning_with(session, TokenRow.id, text)

    def list_tokens(
        self,
        caller: Principal,
        *,
        role: Role | None,
        envoy_name: EnvoyName | None,
        limit: int,
        cursor: str | None,
        span: Span = EVERYTHING,
    ) -> Page[TokenDescription]:
        """List tokens without their secrets, newest first."""
        with self._ledger.read() as session:
            return tokens.list_tokens(
                session,
                self._ledger.clock(),
                role=role,
                envoy_name=envoy_name,
                limit=limit,
                cursor=cursor,
                span=span,
            )

    def get_token(self, caller: Principal, token_id: str) -> TokenDescription:
        """Describe one token.

        Raises:
            NotFoundError: No such token.
        """
        with self._ledger.read() as session:
            return tokens.token_with_id(session, token_id, self._ledger.clock())

    def note_use(self) -> None:
        """Write down when tokens were last used."""
        notes = self._access.take_notes_of_use()
        if notes:
            with self._ledger.database.write() as session:
                tokens.note_use(session, notes)

    def _issued(
        self, caller: Principal, key: str | None, request: Sequence[str], issue: Callable[[Act], IssuedToken]
    ) -> IssuedToken:
        with self._ledger.act(caller.actor) as act:
            return tokens.issue_once(act, key, request, issue)


def _as_asked(role: Role, envoy_name: EnvoyName | None, lasting: timedelta | None, person: str | None) -> str:
    """Write what was asked for as the request that it came with; where it names no person, as before there were any."""
    asked = TokenRequest.model_construct(
        role=role, envoy_name=envoy_name, person=person, expires_in_seconds=_seconds(lasting)
    )
    return asked.model_dump_json(exclude={"person"} if person is None else None)


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else int(span.total_seconds())
