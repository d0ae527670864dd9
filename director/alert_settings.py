"""How alerts are set: where they go, and what they tell. Knows of no sending."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from contract.messages.base import OneLine
from contract.messages.overview import ConditionKind
from director.records.given_files import GivenPath

TOLD: tuple[ConditionKind, ...] = (
    "audit_broken",
    "disk_short",
    "backup_old",
    "hospital_silent",
    "round_closing",
    "round_failed",
    "submission_quarantined",
    "statistics_quarantined",
    "token_ends",
)
"""What is told unless it is set otherwise; in this order."""

_PORTS = {"starttls": 587, "implicit": 465, "none": 25}


class AlertSettings(BaseModel):
    """Where alerts go, and what they tell.

    Args:
        smtp_host: The mail server; None: no mail.
        smtp_port: Default: 587, 465 with implicit TLS, 25 without.
        smtp_tls: starttls, implicit, or none: then nobody may sign in.
        smtp_user: Who signs in; None: nobody does.
        smtp_password: The password; in the environment, better in a file.
        smtp_password_file: A file that holds it, read anew for each message.
        mail_from: The sender's address.
        mail_to: The readers' addresses.
        webhook_url: Where a JSON object is posted, https alone; it may hold a secret, and is shown nowhere.
        webhook_token_file: A file that holds what goes with it as a bearer token, read anew for each message.
        ca_file: Authorities that are trusted beside the system's, PEM.
        again_hours: What lasts is told again after so long.
        silent_after_minutes: A hospital is told of that was not seen for longer.
        closing_minutes: A round is told of that waits for somebody so near its deadline, and in its last quarter.
        kinds: What is told.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    smtp_host: Annotated[OneLine, Field(min_length=1, max_length=253)] | None = None
    smtp_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    smtp_tls: Literal["starttls", "implicit", "none"] = "starttls"
    smtp_user: OneLine | None = None
    smtp_password: SecretStr | None = None
    smtp_password_file: GivenPath | None = None
    mail_from: OneLine | None = None
    mail_to: tuple[OneLine, ...] = ()
    webhook_url: SecretStr | None = None
    webhook_token_file: GivenPath | None = None
    ca_file: GivenPath | None = None
    again_hours: Annotated[int, Field(ge=1, le=24 * 30)] = 24
    silent_after_minutes: Annotated[int, Field(ge=1, le=60 * 24 * 30)] = 60 * 24
    closing_minutes: Annotated[int, Field(ge=1, le=60 * 24 * 30)] = 60
    kinds: tuple[ConditionKind, ...] = TOLD

    @field_validator("webhook_url")
    @classmethod
    def _https(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            text = url.get_secret_value()
            if not text.isascii() or not text.isprintable() or " " in text or not _is_of_a_server(text):
                raise ValueError("give https://server/path, without a user in it")
        return url

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.smtp_host is not None and (self.mail_from is None or not self.mail_to):
            raise ValueError("mail takes mail_from and mail_to beside smtp_host")
        if self.smtp_user is not None:
            if self.smtp_password is None and self.smtp_password_file is None:
                raise ValueError("smtp_user takes smtp_password_file")
            if self.smtp_tls == "none":
                raise ValueError("a password is never sent without TLS: set smtp_tls")
        return self

    @property
    def port(self) -> int:
        """The mail server's port."""
        return self.smtp_port or _PORTS[self.smtp_tls]


def _is_of_a_server(url: str) -> bool:
    try:
        found = urlsplit(url)
        return found.scheme == "https" and bool(found.hostname) and found.port != 0 and "@" not in found.netloc
    except ValueError:  # a port that is no number
        return False
