"""The way to a director, and the only user of ``requests`` here. It trusts nothing that comes back; knows no question.

It follows no redirect, takes no more than an answer of its kind can hold, lets no setting of the surroundings change
where the token goes, and shows the token to nobody else: not in a text of its own, not in an error.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import requests
from pydantic import BaseModel, ValidationError
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from analyst.bounded_answers import AnswerRefused, DirectSession, harmless, read_body
from analyst.errors import AnalystError, AnsweredBefore, NotTaken, Refused, SettingsError, Unreachable, Unready
from analyst.patience import RETRIED_STATUSES, patience, pause
from analyst.surroundings import proxy_to, trusted_certificates
from contract.director_address import DirectorAddress, InvalidAddressError, parse_address
from contract.director_problems import read_problem, shown
from contract.link_failures import LinkFailure, failure_of
from contract.link_words import Wait, Way, words_of
from contract.messages.base import Message
from contract.middlebox import is_page, words_of_a_redirect, words_of_another
from contract.proxy_address import shown_proxy

MAX_MESSAGE_BYTES = 1 << 20
MAX_LIST_BYTES = 64 << 20
LONGEST_TIMEOUT_SECONDS = 24 * 3600.0
_MAX_PROBLEM_BYTES = 64 * 1024
_TOKEN = re.compile(r"[\x21-\x7e]{1,1000}")
_BROKEN_PAUSE_SECONDS = 0.3
_Answer = TypeVar("_Answer", bound=BaseModel)


class _BrokenOff(Unreachable):
    """An answer had begun and broke off: the same again may pass at once."""


class DirectorLink:
    """Asks one director, and takes its answers within bounds. For one thread.

    Args:
        url: The director's address.
        token: The analyst's token.
        timeout_seconds: How long to wait for a connection, and for each sign of life after it.
        attempts: How often to ask again what time may mend.
        ca_file: Certificates to trust instead of the public authorities'.
        insecure_http: Whether the token may travel unencrypted to another machine.

    Raises:
        SettingsError: One of them is none, or the address is unencrypted and on another machine.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout_seconds: float,
        attempts: int,
        ca_file: Path | None,
        insecure_http: bool,
    ) -> None:
        _require_bounds(timeout_seconds, attempts)
        address = _address(url, insecure_http=insecure_http)
        self.url = address.url
        self._timeout_seconds = timeout_seconds
        self._attempts = attempts
        self._session = DirectSession()
        self._session.verify = trusted_certificates(ca_file, is_needed=address.is_encrypted) or True
        proxy = proxy_to(address)
        if proxy is not None:
            self._session.proxies = {"https" if address.is_encrypted else "http": proxy}
        named = None if proxy is None else shown_proxy(proxy)
        self._way = Way(address.url, address.host, timeout_seconds, "Client(…, ca_file=FILE)", named)
        self._session.headers["Authorization"] = f"Bearer {_token(token)}"
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=patience(attempts)))

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def read(
        self,
        method: str,
        path: str,
        form: type[_Answer],
        *,
        body: Message | None = None,
        query: Mapping[str, str | int] | None = None,
        max_bytes: int = MAX_MESSAGE_BYTES,
    ) -> _Answer:
        """Read an answer; what a newer director says beside what we know is not our business. As ``call``."""
        answer = self.call(method, path, body=body, query=query, max_bytes=max_bytes)
        try:
            return form.model_validate_json(harmless(answer), extra="ignore")
        except ValueError as error:  # pydantic's too
            if is_page(None, answer):
                raise self._of_another(requests.codes.ok) from None
            raise self.other_speech(error) from None

    def call(
        self,
        method: str,
        path: str,
        *,
        body: Message | None = None,
        query: Mapping[str, str | int] | None = None,
        max_bytes: int,
    ) -> bytes:
        """Ask, and give the body of a good answer.

        Args:
            method: Of HTTP.
            path: Behind the address.
            body: What is asked.
            query: What is asked in the address.
            max_bytes: How large the answer can be.

        Raises:
            Refused: The director said no.
            Unreachable: The link is broken, or what came is not taken.
        """
        data = None if body is None else body.model_dump_json().encode()
        for broken in range(self._attempts + 1):
            try:
                return self._once(method, path, data, query, max_bytes)
            except _BrokenOff as error:
                if broken == self._attempts:
                    raise Unreachable(error.sentence, hint=error.hint) from None
                seconds = _BROKEN_PAUSE_SECONDS * 2.0**broken
                pause(Wait(LinkFailure.BROKEN_OFF.value, seconds, broken + 1, self._attempts))
        raise AssertionError("the last attempt raises or returns")

    def other_speech(self, error: ValueError | None = None) -> NotTaken:
        """Make the error of an answer that no director gives that we know."""
        where = ""
        if isinstance(error, ValidationError):
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            where = f" ({shown('.'.join(str(part) for part in first['loc']), 80) or 'the whole'}: {first['msg'][:120]})"
        return NotTaken(
            f"What answers at {self.url} does not speak as a director does{where}.",
            hint="Look at the address; a proxy may stand there, or a director that needs a newer fl-director here.",
        )

    def _once(
        self, method: str, path: str, data: bytes | None, query: Mapping[str, str | int] | None, max_bytes: int
    ) -> bytes:
        has_begun = False
        try:
            with self._session.request(
                method,
                self.url + path,
                params=query,
                data=data,
                headers={} if data is None else {"Content-Type": "application/json"},
                timeout=(self._timeout_seconds, self._timeout_seconds),
                allow_redirects=False,
                stream=True,
            ) as response:
                has_begun = True
                if 300 <= response.status_code < 400:
                    raise self._elsewhere(path, response)
                if response.status_code >= 400:
                    raise self._refusal(response)
                if is_page(response.headers.get("Content-Type")):
                    raise self._of_another(response.status_code)
                return read_body(response, max_bytes)
        except AnswerRefused as error:
            raise NotTaken(
                f"The answer of {self.url} is not taken: {error}.",
                hint="Look at the address; if it is your director's, tell the consortium's admin.",
            ) from None
        # what is raised below has the request, and so the token, in it: none of it is kept as a cause
        except (requests.exceptions.RequestException, HTTPError, OSError) as error:
            failure = failure_of(error)
            sentence, hint = words_of(failure, self._way)
            if failure is LinkFailure.NOT_TRIED:
                raise SettingsError(sentence, hint=hint) from None
            raise (_BrokenOff if has_begun else Unreachable)(sentence, hint=hint) from None

    def _refusal(self, response: requests.Response) -> AnalystError:
        """Make what an answer of 400 and more means."""
        try:
            body = read_body(response, _MAX_PROBLEM_BYTES)
        except AnswerRefused:  # the status says enough
            body = b""
        problem = read_problem(body)
        if not problem.is_one:
            return self._of_another(response.status_code, body)
        kind = Unready if response.status_code in RETRIED_STATUSES else Refused
        error = kind(
            problem.sentence or f"The director answered {response.status_code}.",
            code=problem.code,
            status=response.status_code,
            hint=problem.hint or ("Try again later." if kind is Unready else ""),
            checks=problem.failed,
            request_id=problem.request_id,
        )
        error.facts = dict(problem.facts)  # names of the director's own: none of them is an argument
        if isinstance(error, Unready):
            error.retry_after_seconds = patience(0).get_retry_after(response.raw)
        return error

    def _of_another(self, status: int, body: bytes = b"") -> AnsweredBefore:
        sentence, hint = words_of_another(self.url, status, body)
        return AnsweredBefore(sentence, hint=hint, status=status)

    def _elsewhere(self, path: str, response: requests.Response) -> NotTaken:
        location = response.headers.get("Location")
        sentence, hint = words_of_a_redirect(self.url, path, location, "use that address: {}")
        return NotTaken(sentence, hint=hint)


def _require_bounds(timeout_seconds: float, attempts: int) -> None:
    if not (isinstance(timeout_seconds, int | float) and 0 < timeout_seconds <= LONGEST_TIMEOUT_SECONDS):
        raise SettingsError(
            f"timeout_seconds is {shown(repr(timeout_seconds), 80)}.",
            hint=f"Give seconds: more than 0, at most {LONGEST_TIMEOUT_SECONDS:,.0f}.",
        )
    if not (isinstance(attempts, int) and attempts >= 0):
        raise SettingsError(f"attempts is {shown(repr(attempts), 80)}.", hint="Give a whole number: 0, 1, 2, …")


def _address(url: object, *, insecure_http: bool) -> DirectorAddress:
    if not isinstance(url, str):
        raise SettingsError(f"{shown(repr(url), 80)} is no address of a director.", hint="Give it as a text.")
    try:
        found = parse_address(url)
    except InvalidAddressError as error:
        raise SettingsError(error.sentence, hint=error.hint) from None
    if not (found.is_private or insecure_http):
        raise SettingsError(
            f"{found.url} is not encrypted: whoever is on the way reads the token, and what is asked.",
            hint="Use https://. On a network that only you can reach: Client(…, insecure_http=True).",
        )
    return found


def _token(token: object) -> str:
    found = token.strip() if isinstance(token, str) else ""
    if not _TOKEN.fullmatch(found):
        raise SettingsError(
            "There is no token, or it has characters that no token has.",
            hint="Ask the consortium's admin for one: Client(url, token), or FL_TOKEN in the environment.",
        )
    return found
