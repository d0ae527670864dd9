"""What joining finds in the envoy's home, and leaves there: no token takes another's place without a word."""

from dataclasses import dataclass, field
from pathlib import Path

from contract.messages.tokens import IssuedToken
from contract.moments import shown_moment
from envoy.errors import NotJoinedError, RefusedError, SettingsError
from envoy.membership import Membership, MembershipFile

_OTHERS_FOLDER = "joined"


@dataclass
class Joining:
    """A home before and after a code is traded for a token.

    Args:
        home: The envoy's home.
        director: The address that is joined.
        replace: Whether somebody said that another membership there may go.

    Raises:
        SettingsError: The home is a member elsewhere, or its token can't be replaced; no code was spent.
    """

    home: Path
    director: str
    replace: bool
    _before: Membership | None = field(init=False)

    def __post_init__(self) -> None:
        if self.place.is_dir():
            raise SettingsError(
                f"{self.place} is a folder: the token has no place there.", hint="Remove it; no code was spent."
            )
        try:
            self._before = MembershipFile(self.home).read()
        except NotJoinedError:  # none, or one that nobody can read any more
            self._before = None
        if self._before and self._before.director.rstrip("/") != self.director and not self.replace:
            raise SettingsError(
                f"The home {self.home} is {self._before.envoy_name}'s at {self._before.director} already.",
                hint="For another federation name another home with ENVOY_HOME. If that membership may go, or the same "
                "director has another address now: say it again with --replace. No code was spent.",
            )

    @property
    def place(self) -> Path:
        """Where the token lies."""
        return MembershipFile(self.home).path

    def membership_of(self, token: IssuedToken, *, insecure_http: bool) -> Membership:
        """Give the membership that a token stands for.

        Raises:
            RefusedError: The code was not a hospital's.
        """
        if token.envoy_name is None:
            raise RefusedError("This code is not a hospital's.", director_code="forbidden", status=403)
        return Membership(
            director=self.director,
            envoy_name=token.envoy_name,
            token=token.token,
            expires_at=token.expires_at,
            insecure_http=insecure_http,
        )

    def keep(self, membership: Membership) -> str | None:
        """Keep a membership; gives what is to be said of the one before, None: there was none.

        Raises:
            SettingsError: The code was another hospital's than this home: its token lies in a home of its own.
            OSError: The disk does not take it.
        """
        before = self._before
        if before is None:
            MembershipFile(self.home).write(membership)
            return None
        is_same = before.envoy_name.folded == membership.envoy_name.folded
        if not is_same and not self.replace:
            raise self._kept_apart(before, membership)
        MembershipFile(self.home).write(membership)
        until = f"which holds until {shown_moment(before.expires_at)} unless the admin revokes it"
        if is_same and before.director.rstrip("/") == self.director:
            return f"Joined again: the new token takes the place of the one before, {until}."
        return f"In the place of {before.envoy_name}'s at {before.director}: that token is gone here, {until}."

    def _kept_apart(self, before: Membership, membership: Membership) -> SettingsError:
        """Keep the token of another hospital in a home of its own, for its code is spent."""
        apart = self.home / _OTHERS_FOLDER / membership.envoy_name
        MembershipFile(apart).write(membership)
        return SettingsError(
            f"The code is {membership.envoy_name}'s, and the home {self.home} is {before.envoy_name}'s. "
            f"Nothing is lost: the token is in {MembershipFile(apart).path}.",
            hint=f"Go on as {membership.envoy_name} with ENVOY_HOME={apart}; or, if {before.envoy_name}'s may go, move "
            f"that file to {self.place}.",
        )
