"""What a hospital has under way here, and what ends where it is cut off: asked before somebody does so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.messages.tokens import TokenDescription
from contract.names import EnvoyName
from director.members.tokens import describe_token, owner_of
from director.overview.cards import OpenRun
from director.records.schema import EnrolmentCodeRow, EnvoyRow, TokenRow


@dataclass(frozen=True)
class Ties:
    """What a hospital has here that ends where it is cut off.

    Args:
        envoy_name: Which hospital.
        is_disabled: Whether it is cut off already.
        tokens: Its tokens that hold, its machine's and its staff's.
        has_code: Whether it has a one-time code that nobody used.
        waiting: What waits for it: rounds for its update, runs for its answer, in words.
        is_uploading: Whether a part of an upload is here whose rest is still to come.
    """

    envoy_name: EnvoyName
    is_disabled: bool
    tokens: Sequence[TokenDescription]
    has_code: bool
    waiting: Sequence[str]
    is_uploading: bool

    @property
    def what_disabling_ends(self) -> str:
        """Say in one sentence what stops where it is disabled."""
        ends = [self.named_tokens + (" stop to hold" if len(self.tokens) > 1 else " stops to hold")]
        ends = ends if self.tokens else ["no token of it holds"]
        ends += ["its one-time code is worth nothing"] if self.has_code else []
        ends += [f"{each} goes on without it" for each in self.waiting]
        ends += ["the upload that is half here is not taken"] if self.is_uploading else []
        ends.append("its models and statistics enter no further aggregate")
        return f"{self.envoy_name} is cut off at once: {'; '.join(ends)}."

    @property
    def named_tokens(self) -> str:
        """Name its tokens that hold, and whose each is."""
        named = "; ".join(f"{each.id} of {owner_of(each)}" for each in self.tokens)
        return f"token {named}" if len(self.tokens) == 1 else f"{len(self.tokens)} tokens ({named})"


def ties_of(session: Session, row: EnvoyRow, runs: Sequence[OpenRun], now: datetime, *, is_uploading: bool) -> Ties:
    """Look at what a hospital has here; ``runs`` are those that are not over."""
    tokens = select(TokenRow).where(TokenRow.envoy_id == row.id, TokenRow.revoked_at.is_(None))
    described = [describe_token(each, now) for each in session.scalars(tokens.order_by(TokenRow.created_at)).unique()]
    code = select(EnrolmentCodeRow.sha256).where(
        EnrolmentCodeRow.envoy_id == row.id, EnrolmentCodeRow.used_at.is_(None), EnrolmentCodeRow.expires_at > now
    )
    return Ties(
        envoy_name=row.name,
        is_disabled=row.disabled_at is not None,
        tokens=[each for each in described if each.holds],
        has_code=session.scalars(code).first() is not None,
        waiting=[_named(run) for run in runs if row.id in run.awaited],
        is_uploading=is_uploading,
    )


def _named(run: OpenRun) -> str:
    if run.last is None:
        return f"run {run.row.id}, which waits for its answer,"
    return f"round {run.last.number} of run {run.row.id}, which waits for its update,"
