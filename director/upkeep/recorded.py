"""What the audit says of who may come in and what is published, read record by record; knows no rows.

Each version of this program has put on record every hospital, code, token, session, link and version that it let hold,
so that whatever holds by its row and by no record was made past the program.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from contract.messages.base import Role
from contract.names import Digest
from director.members import events as members
from director.models.events import BegunAnew, ModelPublished
from director.records.chain import Link
from director.records.events import Event, read_event


@dataclass
class RecordedToken:
    """A token as its records have it.

    Args:
        role: What it may.
        envoy: Of which hospital; None: of none.
        secret_at: The record that told of the newest secret.
        secret: The digest of that; None: an earlier version issued it, and did not say.
        is_revoked: Whether it was revoked.
        successor: The token that a rotation put in its place.
        holds_until: When it ends at the latest, as it was written; None: nobody said.
    """

    role: Role
    envoy: str | None
    secret_at: int
    secret: Digest | None = None
    is_revoked: bool = False
    successor: str | None = None
    holds_until: str | None = None


@dataclass(frozen=True)
class RecordedCode:
    """A one-time code as its record has it: when it was issued, and its digest, where that was said."""

    at: datetime
    sha256: Digest | None


@dataclass
class RecordedSession:
    """A session as its records have it."""

    token_id: str
    is_ended: bool = False


@dataclass
class Recorded:
    """All that the records which were read so far say.

    Args:
        head: The last record that was read.
        envoys: Hospital → whether it is disabled.
        withdrawn: The hospitals that left for good.
        codes: Hospital → its one-time code, where nobody has used it.
        tokens: By their ids.
        revoked: The ids of all tokens that were revoked, issued on record or not.
        sessions: By their ids.
        links: The tokens of the sign-in links that nobody has followed.
        published: Task → the current version, and its model.
    """

    head: int = 0
    envoys: dict[str, bool] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    codes: dict[str, RecordedCode] = field(default_factory=dict)
    tokens: dict[str, RecordedToken] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    sessions: dict[str, RecordedSession] = field(default_factory=dict)
    links: set[str] = field(default_factory=set)
    published: dict[str, tuple[int, Digest]] = field(default_factory=dict)

    def reading(self, links: Iterable[Link]) -> Iterator[Link]:
        """Hand on records as they come, and learn each; whether they hold is the caller's to follow."""
        for link in links:
            if link.content is not None:
                with suppress(ValueError, TypeError, AttributeError):  # a line of somebody else's, which is no record
                    self._learn(link.content)
            yield link

    def _learn(self, content: str) -> None:
        self.head, at, actor, act, subject, facts, _ = json.loads(content)
        if act not in _ACTS:
            return
        event = read_event(act, subject, facts)
        if isinstance(event, members.EnvoyEvent):
            self._learn_of_hospital(event, datetime.fromisoformat(at))
        elif isinstance(event, members.SessionOpened | members.SessionEnded | members.SignInLinkMade):
            self._learn_of_person(event)
        elif isinstance(event, members.TokenEvent):
            self._learn_of_token(event, actor)
        elif isinstance(event, ModelPublished):
            self.published[event.task] = event.version, event.model
        elif isinstance(event, BegunAnew):
            self.published.pop(event.task, None)

    def _learn_of_hospital(self, event: members.EnvoyEvent, at: datetime) -> None:
        match event:
            case members.EnvoyAdded() | members.EnvoyEnabled():
                self.envoys[event.envoy] = False
            case members.EnvoyDisabled():
                self.envoys[event.envoy] = True
            case members.EnvoyWithdrawn():
                self.withdrawn.add(event.envoy)
            case members.CodeIssued():
                self.codes[event.envoy] = RecordedCode(at, event.code_sha256)

    def _learn_of_token(self, event: members.TokenEvent, actor: str) -> None:
        if isinstance(event, members.TokenRevoked):
            self.revoked.add(event.token_id)
        if isinstance(event, members.TokenIssued):
            self.tokens[event.token_id] = RecordedToken(
                event.role, event.envoy, self.head, event.secret_sha256, holds_until=event.holds_until
            )
            if event.envoy is not None and actor == f"hospital:{event.envoy}:code":
                self.codes.pop(event.envoy, None)
        token = self.tokens.get(event.token_id)
        if token is None:
            return
        match event:
            case members.TokenIssuedAgain():
                token.secret_at, token.secret = self.head, event.secret_sha256
            case members.TokenRotated():
                token.successor, token.holds_until = event.successor, event.holds_until
            case members.TokenRevoked():
                token.is_revoked = True

    def _learn_of_person(self, event: members.TokenEvent) -> None:
        match event:
            case members.SessionOpened():
                self.sessions[event.session] = RecordedSession(event.token_id)
                if event.by_link:
                    self.links.discard(event.token_id)
            case members.SessionEnded() if event.session in self.sessions:
                self.sessions[event.session].is_ended = True
            case members.SignInLinkMade():
                self.links.add(event.token_id)


_KINDS: tuple[type[Event], ...] = (
    members.EnvoyAdded,
    members.CodeIssued,
    members.EnvoyDisabled,
    members.EnvoyEnabled,
    members.EnvoyWithdrawn,
    members.TokenIssued,
    members.TokenIssuedAgain,
    members.TokenRotated,
    members.TokenRevoked,
    members.SessionOpened,
    members.SessionEnded,
    members.SignInLinkMade,
    ModelPublished,
    BegunAnew,
)
_ACTS = frozenset(kind.act for kind in _KINDS)
