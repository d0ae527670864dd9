"""The way to an S3 server, and the only user of ``obstore``. It trusts nothing that comes back; knows no table.

Nothing of the surroundings decides where it asks or what it shows there but the credentials in three variables: no
profile, no role of the machine, so that a cloud's metadata address is never asked.
"""

import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from contract.link_words import Wait, Way, words_of
from envoy.bucket_access import SET_KEYS, BucketAccess, Credentials
from envoy.bucket_failures import failure_in
from envoy.errors import EnvoyError, SettingsError, TablesDeniedError, TablesUnreachableError
from envoy.patience import RETRIED_STATUSES
from envoy.surroundings import trusted_certificates

if TYPE_CHECKING:
    from obstore import BytesStream
    from obstore.store import ClientConfig, S3Credential, S3CredentialProvider, S3Store

FIRST_PIECE_BYTES, PIECE_BYTES = 256 * 1024, 4 << 20
"""Of an object so many bytes are asked for at once: few at first, since a header needs no more."""
_CHUNK_BYTES = 16 * 1024
_SLOWEST_BYTES_PER_SECOND = 1000
_LONGEST_PAUSE_SECONDS = 60.0
_LISTENING_SECONDS = 1.0
_NO_PROXY = "http://127.0.0.1:0"
_STATUS = re.compile(r"returned non-2xx status code: (\d{3})")
_T = TypeVar("_T")


class ChangedObjectError(Exception):
    """The object is not the one that was found: somebody has replaced or removed it."""


@dataclass(frozen=True)
class FoundObject:
    """An object as it was found: another one under the same key has another tag.

    Args:
        key: Where it lies in its bucket.
        tag: Its ETag.
        size: In bytes.
    """

    key: str
    tag: str
    size: int


class BucketLink:
    """Asks one server for the objects of one bucket; reads only.

    Args:
        bucket: Its name.
        access: How it is reached.

    Raises:
        SettingsError: ``obstore`` is not installed, or does not take these settings.
    """

    def __init__(self, bucket: str, access: BucketAccess) -> None:
        try:
            from obstore import exceptions, get, head, store  # late: an extra, and who has a folder needs none
        except ImportError:
            raise SettingsError(
                "Tables in a bucket are read by obstore, which is not installed.",
                hint="Install it: pip install 'fl-director[s3]'",
            ) from None
        self._bucket, self._access = bucket, access
        self._head, self._get = head, get
        self._failures: Final = (exceptions.BaseError, OSError, ValueError)
        self._changed: Final = (exceptions.PreconditionError, FileNotFoundError)
        self._denied: Final = (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError)
        try:
            self._store = _store(store.S3Store, bucket, access)
        except self._failures:
            raise SettingsError(
                f"The bucket {bucket} can't be asked for by these settings.",
                hint="Look at ENVOY_CA_FILE; and unset variables that begin with AWS_ but are no credentials.",
            ) from None

    def look(self, key: str) -> FoundObject | None:
        """Look whether an object is there; None where it, or the bucket, is not.

        Raises:
            TablesUnreachableError: The server does not answer.
            TablesDeniedError: It does not let us look.
            SettingsError: It is not the bucket's server.
        """
        broken = 0
        while True:
            try:
                found = _while_listening(lambda: self._head(self._store, key))
            except FileNotFoundError:
                return None
            except self._failures as error:
                broken = self._endured(error, broken)
                continue
            tag = found["e_tag"]
            if not tag or tag.startswith("W/"):  # a weak tag stands for bytes that are only nearly the same
                raise self._other_speech()
            return FoundObject(key, tag, found["size"])

    def read(self, found: FoundObject) -> Iterator[bytes]:
        """Give an object's bytes in their order, each once; after a break it goes on where it was.

        Raises:
            ChangedObjectError: The object is another one meanwhile.
            EnvoyError: As ``look``.
        """
        position, broken = 0, 0
        while position < found.size:
            began = position
            try:
                for chunk in self._piece(found, position):
                    position += len(chunk)
                    broken = 0
                    yield chunk
            except self._changed:
                raise ChangedObjectError from None
            except self._failures as error:
                broken = self._endured(error, broken)
            else:
                if position == began:
                    raise self._other_speech()

    def _piece(self, found: FoundObject, start: int) -> Iterator[bytes]:
        end = min(found.size, start + (PIECE_BYTES if start else FIRST_PIECE_BYTES))
        answer = _while_listening(
            lambda: self._get(self._store, found.key, options={"if_match": found.tag, "range": (start, end)})
        )
        if (answer.meta["e_tag"], answer.meta["size"]) != (found.tag, found.size):
            raise ChangedObjectError  # of a server that knows no If-Match
        stream = answer.stream(min_chunk_size=_CHUNK_BYTES)
        while chunk := _while_listening(lambda: _next(stream)):
            start += len(chunk)
            if start > end:
                raise self._other_speech()
            yield chunk

    def _endured(self, error: Exception, broken: int) -> int:
        """Wait before the next attempt and count it; what another attempt can't mend is raised as what it means."""
        meaning, why = self._meaning(error)
        attempts = self._access.attempts
        if why is None or broken >= attempts:
            raise meaning from None
        pause = min(_LONGEST_PAUSE_SECONDS, 0.3 * 2**broken) * (0.75 + secrets.randbelow(501) / 1000)
        self._access.on_wait(Wait(f"{why}, at the S3 server", pause, broken + 1, attempts))
        time.sleep(pause)
        return broken + 1

    def _meaning(self, error: Exception) -> tuple[EnvoyError, str | None]:
        """Say what the library's error means, and in a word why the same again may pass; None: it may not.

        The status stands in its text alone, which our tests check against the installed version. What the server wrote
        stands there too, and goes nowhere.
        """
        text, server, bucket = str(error), self._access.server.url, self._bucket
        status = int(found[1]) if (found := _STATUS.search(text)) else None
        if isinstance(error, self._denied):
            return self._denial(), None
        if status is None and "incorrectly configured region" in text:
            return SettingsError(
                f"The bucket {bucket} is not in region {self._access.region}.", hint="Set ENVOY_S3_REGION to its own."
            ), None
        if status is None and "HTTP error" not in text:
            return self._other_speech(), None
        if status is not None and status != 500 and status not in RETRIED_STATUSES:
            return SettingsError(
                f"The S3 server at {server} does not take the request for bucket {bucket} (status {status}).",
                hint=f"Look at ENVOY_S3_ENDPOINT and ENVOY_S3_REGION.{self._expired if status == 400 else ''}",
            ), None
        if status is not None:
            return TablesUnreachableError(
                f"The S3 server at {server} can't serve the bucket {bucket} now (status {status}).",
                hint="Look at the link and at ENVOY_S3_ENDPOINT; or try again later.",
            ), f"status {status}"
        failure = failure_in(text)
        sentence, hint = words_of(failure, self._way)
        return TablesUnreachableError(sentence, hint=hint), failure.value if failure.may_pass else None

    @property
    def _way(self) -> Way:
        server, silence = self._access.server, self._access.timeout_seconds
        admin = "the bucket's administrator"
        return Way(server.url, server.host, silence, "ENVOY_CA_FILE=FILE", who="The S3 server", admin=admin)

    @property
    def _expired(self) -> str:
        """Say of temporary credentials what Amazon's 400 leaves open: it means them too, once their time is over."""
        credentials = self._access.credentials
        is_temporary = credentials is not None and credentials.session is not None
        return " Temporary credentials that have expired are refused so too: set new ones." if is_temporary else ""

    def _denial(self) -> TablesDeniedError:
        sentence = f"The S3 server at {self._access.server.url} does not let this envoy read the bucket {self._bucket}"
        if self._access.credentials is None:
            return TablesDeniedError(f"{sentence} anonymously.", hint=f"{SET_KEYS}; and leave ENVOY_S3_ANONYMOUS out.")
        return TablesDeniedError(
            f"{sentence} with these credentials.",
            hint="Look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and at this machine's clock. The "
            "bucket's administrator must allow s3:GetObject below the prefix and s3:ListBucket on the bucket: without "
            "the latter a table that is not there is denied too.",
        )

    def _other_speech(self) -> TablesUnreachableError:
        return TablesUnreachableError(
            f"What answers at {self._access.server.url} does not speak as an S3 server does.",
            hint="Look at ENVOY_S3_ENDPOINT.",
        )


def _store(kind: "type[S3Store]", bucket: str, access: BucketAccess) -> "S3Store":
    server, silence = access.server, timedelta(seconds=access.timeout_seconds)
    options: ClientConfig = {
        "allow_http": not server.is_encrypted,
        "connect_timeout": silence,
        "read_timeout": silence,
        "timeout": silence + timedelta(seconds=PIECE_BYTES / _SLOWEST_BYTES_PER_SECOND),
    }
    if access.ca_file is not None:
        trusted = trusted_certificates(access.ca_file, is_needed=False)
        options["root_certificate"] = Path(trusted or access.ca_file).read_bytes()
    if server.is_loopback or not server.is_encrypted:
        # What stays on this machine, or travels open, has no business at a proxy of the surroundings; nor is a redirect
        # to another machine followed: whatever is not this server lies behind a proxy that does not exist.
        options |= {"proxy_url": _NO_PROXY, "proxy_excludes": server.host}
    credentials = access.credentials
    return kind(
        bucket,
        endpoint=server.url,
        aws_endpoint_url_s3=server.url,  # else a variable of the surroundings would go before ours
        region=access.region,
        virtual_hosted_style_request=False,
        skip_signature=credentials is None,
        client_options=options,
        retry_config={"max_retries": 0},  # ours goes on in the middle of an object, however long that takes
        credential_provider=None if credentials is None else _provider(credentials),
    )


def _provider(credentials: Credentials) -> "S3CredentialProvider":
    """Give these credentials whenever they are asked for, so that nobody looks for others."""
    shown: S3Credential = {
        "access_key_id": credentials.key_id,
        "secret_access_key": credentials.secret,
        "token": credentials.session,
        "expires_at": None,
    }
    return lambda: shown


def _next(stream: "BytesStream") -> bytes:
    return bytes(next(stream, b""))


def _while_listening(ask: Callable[[], _T]) -> _T:
    """Ask what may block for long, in a thread of its own: Ctrl-C and SIGTERM are heard meanwhile."""
    answer: Future[_T] = Future()

    def run() -> None:
        try:
            answer.set_result(ask())
        except BaseException as error:  # raised again where it was asked
            answer.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    while not answer.done():  # a signal that comes just before a wait begins is heard only after it
        wait((answer,), timeout=_LISTENING_SECONDS)
    return answer.result()
