"""The director as the hospital sees it, and the only user of ``requests``. It retries what a bad link broke."""

from collections.abc import Mapping
from pathlib import Path
from ssl import SSLCertVerificationError
from typing import Any, TypeVar
from uuid import uuid4

import requests
from pydantic import BaseModel, ValidationError
from requests.adapters import HTTPAdapter
from urllib3.exceptions import SSLError
from urllib3.util import Retry

from contract.messages.base import Page
from contract.messages.envoys import EnvoyDescription, JoinRequest
from contract.messages.statistics import StatisticsReceipt, StatisticsReport
from contract.messages.tasks import Start, TaskDescription
from contract.messages.tokens import IssuedToken
from contract.messages.uploads import Submission
from contract.names import Digest, EnvoyName, TaskName
from contract.parts import PART_OF, Parcel
from envoy.errors import NetworkError, RefusedError, SettingsError

_RETRIED_STATUSES = (408, 425, 429, 502, 503, 504, 507)
_Answer = TypeVar("_Answer", bound=BaseModel)


class _Patience(Retry):
    """Tries again what time may mend; a certificate that is not trusted is none of that."""

    def increment(self, *arguments: Any, **facts: Any) -> "_Patience":
        """Count an attempt, or give up."""
        error = facts.get("error")
        if isinstance(error, SSLError) and any(isinstance(cause, SSLCertVerificationError) for cause in error.args):
            raise error
        return super().increment(*arguments, **facts)


class DirectorClient:
    """Talks to one director. Every request may be repeated: the director takes a repeated one for what it is.

    Args:
        url: The director's address.
        token: The hospital's token; None before it has joined.
        timeout_seconds: How long to wait for a connection, and for each sign of life after it.
        attempts: How often to repeat, with back-off and jitter.
        ca_file: Certificates to trust instead of the public authorities'.
    """

    def __init__(
        self, url: str, token: str | None, *, timeout_seconds: float, attempts: int, ca_file: Path | None = None
    ) -> None:
        if not url.startswith(("http://", "https://")):
            raise SettingsError(f"{url!r} is no address.", hint="Write it as https://director.example.org:8080.")
        self._url = url.rstrip("/")
        self._timeout = timeout_seconds
        self._session = requests.Session()
        # said with each request: what a session says counts less than the environment's REQUESTS_CA_BUNDLE
        self._ca_file = str(ca_file) if ca_file is not None else None
        if token is not None:
            self._session.headers["Authorization"] = f"Bearer {token}"
        retry = _Patience(
            total=attempts,
            backoff_factor=0.3,
            backoff_jitter=0.5,
            backoff_max=60,
            status_forcelist=_RETRIED_STATUSES,
            allowed_methods=None,
            respect_retry_after_header=True,
            raise_on_status=False,
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    def join(self, code: str) -> IssuedToken:
        """Trade a one-time code for a token."""
        body = JoinRequest(code=code).model_dump(mode="json")
        return self._read(
            self._call("POST", "/join", json=body, headers={"Idempotency-Key": str(uuid4())}), IssuedToken
        )

    def task(self, name: TaskName) -> TaskDescription:
        """Fetch a task."""
        return self._read(self._call("GET", f"/tasks/{name}"), TaskDescription)

    def start(self, task: TaskName) -> Start:
        """Fetch what everyone starts from."""
        return self._read(self._call("GET", f"/tasks/{task}/start"), Start)

    def blob(self, digest: Digest) -> bytes:
        """Fetch a file of a start.

        Raises:
            NetworkError: What came is not what was asked for.
        """
        data = self._call("GET", f"/blobs/{digest}").content
        if Digest.of(data) != digest:
            raise NetworkError("A file was damaged on the way.", hint="Try again.")
        return data

    def send_statistics(self, envoy: EnvoyName, report: StatisticsReport) -> StatisticsReceipt:
        """Send the hospital's share of the common scaler."""
        response = self._call("POST", f"/statistics/{envoy}", json=report.model_dump(mode="json"))
        return self._read(response, StatisticsReceipt)

    def upload(self, envoy: EnvoyName, parcel: Parcel) -> Submission:
        """Send a parcel; gives the director's receipt with its checks."""
        files = {role: (PART_OF[role].file_name, data, PART_OF[role].media_type) for role, data in parcel.parts.items()}
        response = self._call("POST", f"/upload/{envoy}", files=files, headers={"Idempotency-Key": str(parcel.key)})
        return self._read(response, Submission)

    def envoy(self, name: EnvoyName) -> EnvoyDescription:
        """Fetch how the director sees this hospital."""
        return self._read(self._call("GET", f"/envoys/{name}"), EnvoyDescription)

    def submissions(self, limit: int) -> Page[Submission]:
        """Fetch this hospital's newest submissions."""
        return self._read(self._call("GET", f"/submissions?limit={limit}"), Page[Submission])

    def _call(self, method: str, path: str, **request: Any) -> requests.Response:
        try:
            response = self._session.request(
                method, self._url + path, timeout=self._timeout, verify=self._ca_file, **request
            )
        except requests.exceptions.SSLError as error:
            raise NetworkError(
                f"The director at {self._url} shows a certificate that is not trusted.",
                hint="Ask the admin for the certificate's file and set ENVOY_CA_FILE.",
            ) from error
        except requests.exceptions.RequestException as error:
            raise NetworkError(
                f"The director at {self._url} does not answer ({type(error).__name__}).",
                hint="Look at the link and the address; or train with --offline and send later: fl-envoy send BUNDLE",
            ) from error
        if response.status_code in _RETRIED_STATUSES:
            problem = _problem(response)
            raise NetworkError(
                f"The director can't serve this now: {problem.get('detail', response.status_code)}",
                hint=str(problem.get("hint", "Try again later.")),
            )
        if response.status_code >= 400:
            raise _refusal(response)
        return response

    def _read(self, response: requests.Response, form: type[_Answer]) -> _Answer:
        try:
            return form.model_validate_json(response.content)
        except ValidationError as error:
            raise NetworkError(
                f"What answers at {self._url} does not speak as a director does.",
                hint="Look at the address; a proxy or another version may stand there.",
            ) from error


def _refusal(response: requests.Response) -> RefusedError:
    problem = _problem(response)
    failed = [check["sentence"] for check in problem.get("checks", []) if not check.get("passed", True)]
    others = [sentence for sentence in failed if sentence != problem.get("detail")]
    return RefusedError(
        " ".join([str(problem.get("detail", f"The director answered {response.status_code}.")), *others]),
        director_code=str(problem.get("code", "unknown")),
        status=response.status_code,
        hint=str(problem.get("hint", "")),
    )


def _problem(response: requests.Response) -> Mapping[str, Any]:
    try:
        body = response.json()
    except requests.exceptions.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}
