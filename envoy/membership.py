"""What joining left at the hospital: the director's address and the token, in a file that only its owner reads."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from contract.errors import ArtifactError
from contract.messages.tokens import IssuedToken
from contract.names import EnvoyName
from contract.written_text import read_text
from envoy.errors import NotJoinedError, SettingsError
from envoy.kept_files import write_whole

_FILE = "token.json"
_HOW_TO_RENEW = (
    "Give what the admin's `fl-director token rotate ID --json` printed, whole: fl-envoy renew --file FILE, or on "
    "standard input."
)
_BARE_TOKEN = re.compile(r"[A-Za-z0-9_.~+/=-]{8,}")


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

    def renewed(self, issued: bytes, name: str = "standard input") -> "Membership":
        """Give the membership with another token, as the director issued it (JSON, however it was saved).

        Args:
            issued: What the admin gave.
            name: Where it came from, for the sentence.

        Raises:
            SettingsError: It is no issued token, or another hospital's.
        """
        text = _text(issued, name).strip()
        try:
            token = IssuedToken.model_validate_json(text, extra="ignore")
        except ValidationError:
            raise SettingsError(
                f"What came from {name} is {_what_else(text)}, not an issued token as JSON.", hint=_HOW_TO_RENEW
            ) from None
        if token.envoy_name is None or token.envoy_name.folded != self.envoy_name.folded:
            raise SettingsError(
                f"This token is not {self.envoy_name}'s.", hint="Ask the admin for the one in place of your own."
            )
        return self.model_copy(update={"token": token.token, "expires_at": token.expires_at})


def _text(issued: bytes, name: str) -> str:
    try:
        return read_text(issued, name)
    except ArtifactError as error:
        raise SettingsError(error.sentence, hint=error.hint) from None


def _what_else(text: str) -> str:
    """Say what stands in the place of an issued token, without showing it: it may be a secret."""
    if not text:
        return "empty"
    if _BARE_TOKEN.fullmatch(text):
        return "one word, perhaps the token alone"
    return "JSON of something else" if text.startswith(("{", "[")) else "other text"


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
            return Membership.model_validate_json(read_text(self.path.read_bytes(), _FILE))
        except FileNotFoundError:
            raise NotJoinedError(
                f"This envoy has not joined a federation: there is no {self.path}.",
                hint="Run: fl-envoy join --director URL --code CODE (the consortium's admin gives both).",
            ) from None
        except (ValidationError, ArtifactError, OSError) as error:
            raise NotJoinedError(f"{self.path} can't be read.", hint="Join again with a new code.") from error
