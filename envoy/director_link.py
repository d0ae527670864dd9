"""The way to a director, and the only user of ``requests``. It trusts nothing that comes back; knows no message.

It follows no redirect, takes no more than an answer of its kind can hold, and lets no setting of the surroundings
change where the token goes. It repeats what a bad link broke, and writes down what leaves.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import requests
from pydantic import BaseModel, ValidationError
from requests.utils import get_environ_proxies
from urllib3.exceptions import HTTPError

from contract.director_problems import read_problem, shown
from contract.names import Digest
from envoy.address import read_address, require_private
from envoy.bounded_answers import (
    GRACE_SECONDS,
    AnswerRefused,
    BoundedAdapter,
    DirectSession,
    read_body,
    refusal_in,
)
from envoy.errors import BrokenLinkError, NetworkError, RefusedError
from envoy.ledger import REFUSED, Ledger
from envoy.patience import RETRIED_STATUSES, patience

MAX_MESSAGE_BYTES = 1 << 20
MAX_LIST_BYTES = 4 << 20
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

    Raises:
        SettingsError: The address is none.
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
    ) -> None:
        address = read_address(url)
        if not insecure_http:
            require_private(address)
        self._url = address.url
        self._timeout = timeout_seconds
        self._ledger = ledger
        self._session = DirectSession()
        self._session.verify = str(ca_file or _bundle_of_surroundings() or "") or True
        if not address.is_loopback:  # what stays on this machine has no business at a proxy
            self._session.proxies = dict(get_environ_proxies(self._url))
        if token is not None:
            self._session.headers["Authorization"] = f"Bearer {token}"
        self.attempts, self.keep = attempts, keep
        self._patience = patience(attempts)
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
                raise self._elsewhere(response)
            if response.status_code >= 400:
                self._refuse(response)
            try:
                yield response
            except BaseException:  # half of a body is left, which nobody reads
                response.close()
                raise
        except requests.exceptions.SSLError as error:
            raise NetworkError(
                f"The director at {self._url} shows a certificate that is not trusted.",
                hint="Ask the admin for the certificate's file and set ENVOY_CA_FILE.",
            ) from error
        except (requests.exceptions.RequestException, HTTPError, AnswerRefused) as error:
            refusal = refusal_in(error)
            if refusal is not None:
                raise NetworkError(
                    f"The answer of {self._url} is not taken: {refusal}.",
                    hint="Look at the address; if it is your director's, tell the consortium's admin.",
                ) from error
            raise BrokenLinkError(
                f"The director at {self._url} does not answer ({type(error).__name__}).",
                hint="Look at the link and the address; or train with --offline and send later: fl-envoy send BUNDLE",
            ) from error

    def _refuse(self, response: requests.Response) -> None:
        """Raise what an answer of 400 and more means."""
        try:
            problem = read_problem(read_body(response, _MAX_PROBLEM_BYTES))
        except AnswerRefused:  # the status says enough
            response.close()
            problem = read_problem(b"")
        if response.status_code in RETRIED_STATUSES:
            raise NetworkError(
                f"The director can't serve this now: {problem.detail or response.status_code}",
                hint=problem.hint or "Try again later.",
            )
        raise RefusedError(
            problem.sentence or f"The director answered {response.status_code}.",
            director_code=problem.code,
            status=response.status_code,
            hint=problem.hint,
        )

    def _elsewhere(self, response: requests.Response) -> RefusedError:
        target = shown(response.headers.get("Location"))
        return RefusedError(
            f"{self._url} sends us on to {target or 'somewhere else'}, and the token goes nowhere by itself.",
            director_code="redirected",
            status=response.status_code,
            hint="If the consortium's admin says that this is the director's address, join again with it.",
        )

    def other_speech(self) -> NetworkError:
        """Make the error of an answer that no director gives."""
        return NetworkError(
            f"What answers at {self._url} does not speak as a director does.",
            hint="Look at the address; a proxy or another version may stand there.",
        )


def _bundle_of_surroundings() -> str | None:
    """Give the file of certificates that this machine's programs share, as ``requests`` would find it."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
