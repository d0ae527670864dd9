"""The ways out for alerts: mail and a webhook. Each takes a message or says why not; knows nothing of what it tells."""

import json
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from pydantic import JsonValue

from contract.errors import ArtifactError
from contract.plain_files import read_bounded
from director.alert_settings import AlertSettings
from director.errors import AlertError

_SECONDS = 10.0
"""How long any one step may take: to connect, to be answered."""
_MAX_SECRET_BYTES = 4096


@dataclass(frozen=True)
class Message:
    """What is sent.

    Args:
        subject: One line.
        text: For people.
        data: The same for programs.
    """

    subject: str
    text: str
    data: dict[str, JsonValue]


class Channel(Protocol):
    """A way out."""

    @property
    def name(self) -> str:
        """How it is called."""
        ...

    def send(self, message: Message) -> None:
        """Send; it may take a while.

        Raises:
            AlertError: It was not taken.
        """
        ...


def channels_of(settings: AlertSettings) -> Sequence[Channel]:
    """Give the ways out that are set."""
    found: list[Channel] = []
    if settings.smtp_host is not None:
        found.append(Mail(settings))
    if settings.webhook_url is not None:
        found.append(Webhook(settings, settings.webhook_url.get_secret_value()))
    return found


class Mail:
    """Sends a mail through a server.

    Args:
        settings: With an ``smtp_host``.
    """

    name = "mail"

    def __init__(self, settings: AlertSettings) -> None:
        self._settings = settings

    def send(self, message: Message) -> None:
        """Send a mail; raises AlertError."""
        settings = self._settings
        with _refusals_named("The mail server"):
            mail = EmailMessage()
            mail["From"], mail["To"], mail["Subject"] = settings.mail_from, ", ".join(settings.mail_to), message.subject
            mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain="fl-director")
            mail["Auto-Submitted"] = "auto-generated"
            mail.set_content(message.text)
            with self._connected() as server:
                if settings.smtp_tls == "starttls":
                    server.starttls(context=_trust(settings))
                if settings.smtp_user is not None:
                    server.login(settings.smtp_user, self._password())
                server.send_message(mail)

    def _connected(self) -> smtplib.SMTP:
        settings, host = self._settings, self._settings.smtp_host or ""
        if settings.smtp_tls == "implicit":
            return smtplib.SMTP_SSL(host, settings.port, timeout=_SECONDS, context=_trust(settings))
        return smtplib.SMTP(host, settings.port, timeout=_SECONDS)

    def _password(self) -> str:
        if self._settings.smtp_password_file is not None:
            return _secret_in(self._settings.smtp_password_file)
        return self._settings.smtp_password.get_secret_value() if self._settings.smtp_password else ""


class Webhook:
    """Posts a JSON object to an address, and follows no redirect.

    Args:
        settings: How.
        url: Where; https.
    """

    name = "webhook"

    def __init__(self, settings: AlertSettings, url: str) -> None:
        self._settings = settings
        self._url = urlsplit(url)

    def send(self, message: Message) -> None:
        """Post; raises AlertError."""
        headers = {"Content-Type": "application/json", "User-Agent": "fl-director"}
        if self._settings.webhook_token_file is not None:
            headers["Authorization"] = f"Bearer {_secret_in(self._settings.webhook_token_file)}"
        body = json.dumps({**message.data, "text": message.text}).encode()
        path = (self._url.path or "/") + (f"?{self._url.query}" if self._url.query else "")
        with _refusals_named("The webhook"):
            connection = HTTPSConnection(
                self._url.hostname or "", self._url.port, timeout=_SECONDS, context=_trust(self._settings)
            )
            with closing(connection):
                connection.request("POST", path, body, headers)
                status = connection.getresponse().status
        if not 200 <= status < 300:
            raise AlertError(f"The webhook answered {status}.", hint="Look at its address and its token.")


def _trust(settings: AlertSettings) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if settings.ca_file is not None:
        context.load_verify_locations(settings.ca_file)
    return context


def _secret_in(file: Path) -> str:
    try:
        return read_bounded(file, _MAX_SECRET_BYTES).decode().strip()
    except (OSError, ValueError, ArtifactError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no secret's file"
        raise AlertError(f"{file} can't be read: {why}.", hint="Correct the path, or the file's rights.") from error


@contextmanager
def _refusals_named(who: str) -> Iterator[None]:
    """Turn what a network and a server refuse into a sentence, without what was sent."""
    try:
        yield
    except (OSError, smtplib.SMTPException, HTTPException, ValueError) as error:
        hint = "Look at the section [alerts]; try: fl-director alert test"
        raise AlertError(f"{who} did not take it: {_why(error)}.", hint=hint) from error


def _why(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        return f"{error.smtp_code} {text[:200]}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "it refuses every reader"
    if isinstance(error, ssl.SSLError):
        return f"its certificate or its TLS does not do ({error.reason or 'no reason given'})"
    if isinstance(error, TimeoutError):
        return f"it did not answer within {_SECONDS:g} seconds"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__
