"""What joining left at the hospital: the director's address and the token, in a file that only its owner reads."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from contract.messages.tokens import IssuedToken
from contract.names import EnvoyName
from envoy.errors import NotJoinedError, SettingsError
from envoy.kept_files import write_whole

_FILE = "token.json"


class Membership(BaseModel):
    """A hospital's place in a federation.

    ``insecure_http`` says whether somebody here accepted that the token travels unencrypted; null: joined by a version
    that did not ask, and may go on.
    """

    model_config = ConfigDict(frozen=True)

    director: str
    envoy_name: EnvoyName
    token: str
    expires_at: datetime
    insecure_http: bool | None = None

    def renewed(self, issued: str) -> "Membership":
        """Give the membership with another token, as the director issued it (JSON).

        Raises:
            SettingsError: It is no issued token, or another hospital's.
        """
        try:
            token = IssuedToken.model_validate_json(issued, extra="ignore")
        except ValidationError:
            raise SettingsError(
                "What came on standard input is no issued token.",
                hint="Give what the admin's `fl-director token rotate ID --json` printed: fl-envoy renew < FILE",
            ) from None
        if token.envoy_name is None or token.envoy_name.folded != self.envoy_name.folded:
            raise SettingsError(
                f"This token is not {self.envoy_name}'s.", hint="Ask the admin for the one in place of your own."
            )
        return self.model_copy(update={"token": token.token, "expires_at": token.expires_at})


@dataclass(frozen=True)
class MembershipFile:
    """The token file in the envoy's home."""

    home: Path

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.home / _FILE

    def write(self, membership: Membership) -> None:
        """Keep a membership, mode 0600 from its first byte on."""
        write_whole(self.path, membership.model_dump_json(indent=2).encode() + b"\n")

    def read(self) -> Membership:
        """Give the membership.

        Raises:
            NotJoinedError: There is none, or it can't be read.
        """
        try:
            return Membership.model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            raise NotJoinedError(
                f"This envoy has not joined a federation: there is no {self.path}.",
                hint="Run: fl-envoy join --director URL --code CODE (the consortium's admin gives both).",
            ) from None
        except (ValidationError, OSError) as error:
            raise NotJoinedError(f"{self.path} can't be read.", hint="Join again with a new code.") from error
