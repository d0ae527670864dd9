"""The way to a director, and the only user of ``requests``. It trusts nothing that comes back; knows no message.

It follows no redirect, takes no more than an answer of its kind can hold, and lets no setting of the surroundings
change where the token goes. It repeats what a bad link broke, and writes down what leaves.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import requests
from pydantic import BaseModel, ValidationError
from urllib3.exceptions import HTTPError

from contract.link_words import Wait, Way
from contract.middlebox import is_page, words_of_another
from contract.names import Digest
from contract.proxy_address import shown_proxy
from envoy.address import read_address, require_private
from envoy.bounded_answers import (
    GRACE_SECONDS,
    AnswerRefused,
    BoundedAdapter,
    DirectSession,
    read_body,
)
from envoy.errors import MiddleboxError, NetworkError, RefusedError
from envoy.ledger import REFUSED, Ledger
from envoy.patience import patience
from envoy.surroundings import proxy_to, trusted_certificates
from envoy.unanswered import elsewhere, error_of, refusal_of

MAX_MESSAGE_BYTES = 1 << 20
MAX_LIST_BYTES = 4 << 20
VERSION = version("fl-director")
"""This envoy's: it goes with every request."""
JSON = {"Content-Type": "application/json"}
_MAX_PROBLEM_BYTES = 64 * 1024
_Answer = TypeVar("_Answer", bound=BaseModel)


class DirectorLink:
    """Asks one director, and takes its answers within bounds.

    Args:
        url: The director's address.
        token: The hospital's token; None before it has joined.
        timeout_seconds: How long to wait for a connection, and for each sign of life after it.
        attempts: How often to repeat, with back-off and jitter.
        ca_file: Certificates to trust instead of the public authorities'.
        insecure_http: Whether the token may travel unencrypted to another machine.
        ledger: Where everything that leaves is written; None: nowhere.
        keep: The folder where files that are half here wait for their rest; None: they don't outlast this process.
        on_wait: Told each pause before something is asked again.

    Raises:
        SettingsError: The address is none, or the file of certificates or the surroundings' proxy can't be used.
        PolicyError: The address is unencrypted and on another machine.
    """

    def __init__(
        self,
        url: str,
        token: str | None,
        *,
        timeout_seconds: float,
        attempts: int,
        ca_file: Path | None = None,
        insecure_http: bool = False,
        ledger: Ledger | None = None,
        keep: Path | None = None,
        on_wait: Callable[[Wait], object] = lambda wait: None,
    ) -> None:
        address = read_address(url)
        if not insecure_http:
            require_private(address)
        self._url = address.url
        self._timeout = timeout_seconds
        self._ledger = ledger
        self._session = DirectSession()
        self._session.headers["User-Agent"] = f"fl-envoy/{VERSION}"
        self._session.verify = trusted_certificates(ca_file, is_needed=address.is_encrypted) or True
        proxy = proxy_to(address)
        if proxy is not None:
            self._session.proxies = {"https" if address.is_encrypted else "http": proxy}
        named = None if proxy is None else shown_proxy(proxy)
        self._way = Way(address.url, address.host, timeout_seconds, "ENVOY_CA_FILE=FILE", named)
        if token is not None:
            self._session.headers["Authorization"] = f"Bearer {token}"
        self.attempts, self.keep = attempts, keep
        self.on_wait = on_wait
        self._patience = patience(attempts, on_wait)
        self._adapter = BoundedAdapter(max_retries=self._patience)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, self._adapter)

    @contextmanager
    def on_record(
        self, kind: str, sha256: Digest | None, size: int, parts: Mapping[str, Digest] | None = None
    ) -> Iterator[Callable[[str], None]]:
        """Write down what is about to leave, and what became of it; without an answer that stays open."""
        if self._ledger is None:
            yield lambda outcome: None
            return
        ledger, url = self._ledger, self._url
        sending = ledger.leaving(to=url, kind=kind, sha256=sha256, size=size, parts=parts)

        def became(outcome: str) -> None:
            with suppress(OSError):  # it left, and the first line says so
                ledger.became(sending, outcome)

        try:
            yield became
        except RefusedError as error:
            became(f"{REFUSED}: {error.director_code} ({error.status})")
            raise

    def read(
        self,
        method: str,
        path: str,
        form: type[_Answer],
        *,
        max_bytes: int = MAX_MESSAGE_BYTES,
        **request: Any,
    ) -> _Answer:
        """Read an answer; what a newer director says beside what we know is not our business. As ``asked``."""
        body = self.call(method, path, max_bytes, **request)
        try:
            return form.model_validate_json(body, extra="ignore")
        except ValidationError as error:
            if is_page(None, body):
                raise self._page(requests.codes.ok) from None
            raise self.other_speech() from error

    def call(self, method: str, path: str, max_bytes: int, **request: Any) -> bytes:
        """Ask, and give the body of a good answer; as ``asked``."""
        with self.asked(method, path, max_bytes, **request) as response:
            return read_body(response, max_bytes)

    @contextmanager
    def asked(
        self,
        method: str,
        path: str,
        max_bytes: int,
        *,
        wait_seconds: float = 0,
        is_repeated: bool = True,
        **request: Any,
    ) -> Iterator[requests.Response]:
        """Ask, and give a good answer whose body is still to be read, in the block.

        Args:
            method: Of HTTP.
            path: Behind the address.
            max_bytes: How large the body can be.
            wait_seconds: For how long the director was asked to hold its answer back.
            is_repeated: Whether it is sent again as it is where the link broke while it was under way.
            request: As ``requests`` takes it.

        Raises:
            NetworkError: The link is broken, also while the block reads, or what came is not taken.
            RefusedError: The director said no.
        """
        self._adapter.bounds.max_bytes = max_bytes
        self._adapter.max_retries = self._patience if is_repeated else self._patience.new(read=0)
        patient = max(self._timeout, wait_seconds + GRACE_SECONDS) if wait_seconds else self._timeout
        try:
            response = self._session.request(
                method,
                self._url + path,
                timeout=(self._timeout, patient),
                allow_redirects=False,
                stream=True,
                **request,
            )
            if 300 <= response.status_code < 400:
                response.close()
                raise elsewhere(self._way, path, response)
            if response.status_code >= 400:
                raise refusal_of(self._url, response.status_code, _problem_in(response))
            if is_page(response.headers.get("Content-Type")):
                response.close()
                raise self._page(response.status_code)
            try:
                yield response
            except BaseException:  # half of a body is left, which nobody reads
                response.close()
                raise
        except (requests.exceptions.RequestException, HTTPError, AnswerRefused) as error:
            raise error_of(error, self._way) from error

    def _page(self, status: int) -> MiddleboxError:
        sentence, hint = words_of_another(self._url, status)
        return MiddleboxError(sentence, hint=hint, status=status)

    def other_speech(self) -> NetworkError:
        """Make the error of an answer that no director gives."""
        return NetworkError(
            f"What answers at {self._url} does not speak as a director does.",
            hint="Look at the address; a proxy or another version may stand there.",
        )


def _problem_in(response: requests.Response) -> bytes:
    """Read what an answer of 400 and more says; nothing where no problem is of that kind: the status says enough."""
    try:
        return read_body(response, _MAX_PROBLEM_BYTES)
    except AnswerRefused:
        response.close()
        return b""
