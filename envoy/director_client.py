"""The director as the hospital sees it, and the only user of ``requests``. It trusts nothing that comes back.

It follows no redirect, takes no more than an answer of its kind can hold, and lets no setting of the surroundings
change where the token goes. It repeats what a bad link broke.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, TypeVar
from uuid import uuid4

import requests
from pydantic import BaseModel, ValidationError
from requests.utils import get_environ_proxies
from urllib3.exceptions import HTTPError

from contract.messages.base import Page
from contract.messages.envoys import EnvoyDescription, Expectation, JoinRequest
from contract.messages.global_models import AnswerRequest, GlobalModel
from contract.messages.statistics import StatisticsReceipt, StatisticsReport
from contract.messages.tasks import Start, TaskDescription
from contract.messages.tokens import IssuedToken
from contract.messages.uploads import Submission
from contract.names import Digest, EnvoyName, TaskName
from contract.parts import GLOBAL_FILES, PART_OF, Parcel
from envoy.address import read_address
from envoy.bounded_answers import GRACE_SECONDS, AnswerRefused, BoundedAdapter, DirectSession, read_body, refusal_in
from envoy.director_problems import read_problem, shown
from envoy.errors import NetworkError, PolicyError, RefusedError
from envoy.ledger import Ledger
from envoy.patience import RETRIED_STATUSES, patience

MAX_MESSAGE_BYTES = 1 << 20
MAX_LIST_BYTES = 4 << 20
_MAX_PROBLEM_BYTES = 64 * 1024
_JSON = {"Content-Type": "application/json"}
_Answer = TypeVar("_Answer", bound=BaseModel)


class DirectorClient:
    """Talks to one director. Every request may be repeated: the director takes a repeated one for what it is.

    Args:
        url: The director's address.
        token: The hospital's token; None before it has joined.
        timeout_seconds: How long to wait for a connection, and for each sign of life after it.
        attempts: How often to repeat, with back-off and jitter.
        ca_file: Certificates to trust instead of the public authorities'.
        insecure_http: Whether the token may travel unencrypted to another machine.
        ledger: Where everything that leaves is written; None: nowhere.

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
    ) -> None:
        address = read_address(url)
        if not insecure_http:
            address.require_private()
        self._url = address.url
        self._timeout = timeout_seconds
        self._ledger = ledger
        self._session = DirectSession()
        self._session.verify = str(ca_file or _bundle_of_surroundings() or "") or True
        if not address.is_loopback:  # what stays on this machine has no business at a proxy
            self._session.proxies = dict(get_environ_proxies(self._url))
        if token is not None:
            self._session.headers["Authorization"] = f"Bearer {token}"
        self._adapter = BoundedAdapter(max_retries=patience(attempts))
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, self._adapter)

    def join(self, code: str) -> IssuedToken:
        """Trade a one-time code for a token."""
        body = JoinRequest(code=code).model_dump_json().encode()
        with self._on_record("join", None, len(body)) as became:
            headers = {"Idempotency-Key": str(uuid4()), **_JSON}
            issued = self._read("POST", "/join", IssuedToken, data=body, headers=headers)
            became("joined")
        return issued

    def task(self, name: TaskName) -> TaskDescription:
        """Fetch a task.

        Raises:
            PolicyError: The director defines it in a way that makes no sense.
        """
        body = self._call("GET", f"/tasks/{name}", MAX_MESSAGE_BYTES)
        try:
            return TaskDescription.model_validate_json(body, extra="ignore")
        except ValidationError as error:
            nonsense = [
                each for each in error.errors(include_url=False, include_input=False) if each["type"] != "missing"
            ]
            if not nonsense or not nonsense[0]["loc"]:  # no task at all
                raise self._other_speech() from error
            first = nonsense[0]
            where = shown(".".join(str(part) for part in first["loc"]))
            raise PolicyError(
                f"The director's definition of task {name} makes no sense: {where}: {first['msg']}.",
                hint="Tell the consortium's admin; nothing was sent.",
            ) from error

    def tasks(self) -> Page[TaskDescription]:
        """Fetch all tasks."""
        return self._read("GET", "/tasks", Page[TaskDescription], max_bytes=MAX_LIST_BYTES)

    def start(self, task: TaskName) -> Start:
        """Fetch what everyone starts from."""
        return self._read("GET", f"/tasks/{task}/start", Start)

    def blob(self, digest: Digest, max_bytes: int) -> bytes:
        """Fetch a file of a start.

        Args:
            digest: Which.
            max_bytes: How large such a file can be.

        Raises:
            NetworkError: What came is not what was asked for.
        """
        return self._file(f"/blobs/{digest}", digest, max_bytes)

    def send_statistics(self, envoy: EnvoyName, report: StatisticsReport) -> StatisticsReceipt:
        """Send the hospital's share of the common scaler."""
        body = report.model_dump_json().encode()
        with self._on_record("statistics", Digest.of(body), len(body)) as became:
            receipt = self._read("POST", f"/statistics/{envoy}", StatisticsReceipt, data=body, headers=_JSON)
            became(receipt.verdict)
        return receipt

    def upload(self, envoy: EnvoyName, parcel: Parcel) -> Submission:
        """Send a parcel; gives the director's receipt with its checks."""
        files = {role: (PART_OF[role].file_name, data, PART_OF[role].media_type) for role, data in parcel.parts.items()}
        headers = {"Idempotency-Key": str(parcel.key)}
        size = sum(map(len, parcel.parts.values()))
        parts: dict[str, Digest] = dict(parcel.digests.items())
        with self._on_record("upload", parcel.key, size, parts) as became:
            receipt = self._read("POST", f"/upload/{envoy}", Submission, files=files, headers=headers)
            became(receipt.verdict)
        return receipt

    def global_model(self, task: TaskName, version: int) -> GlobalModel:
        """Fetch what a version is.

        Raises:
            NetworkError: What came is another version.
        """
        found = self._read("GET", f"/global_models/{version}?task={task}", GlobalModel, max_bytes=MAX_LIST_BYTES)
        if (found.task, found.version) != (task, version):
            raise self._other_speech()
        return found

    def global_models(self, task: TaskName, limit: int) -> Page[GlobalModel]:
        """Fetch the newest versions."""
        path = f"/global_models?task={task}&limit={limit}"
        return self._read("GET", path, Page[GlobalModel], max_bytes=MAX_LIST_BYTES)

    def global_file(self, of: GlobalModel, role: Literal["model", "scaler"], max_bytes: int) -> bytes:
        """Fetch a file of a version.

        Raises:
            NetworkError: What came is not what the version says.
        """
        path = f"/global_models/{of.version}/{GLOBAL_FILES[role]}?task={of.task}"
        return self._file(path, of.sha256 if role == "model" else of.scaler_sha256, max_bytes)

    def answer(self, version: int, request: AnswerRequest) -> GlobalModel:
        """Send this hospital's word on a version."""
        body, path = request.model_dump_json().encode(), f"/global_models/{version}/answers"
        with self._on_record("answer", Digest.of(body), len(body)) as became:
            found = self._read("POST", path, GlobalModel, max_bytes=MAX_LIST_BYTES, data=body, headers=_JSON)
            became("taken")
        return found

    def envoy(self, name: EnvoyName) -> EnvoyDescription:
        """Fetch how the director sees this hospital."""
        return self._read("GET", f"/envoys/{name}", EnvoyDescription)

    def expectation(self, name: EnvoyName) -> int | None:
        """Fetch how many training examples the admin expects of this hospital at most; None: nothing was said.

        A director of the version before knows no expectations.
        """
        try:
            return self._read("GET", f"/envoys/{name}/expectation", Expectation).num_examples
        except RefusedError as error:
            if error.status in (404, 405):
                return None
            raise

    def submissions(self, limit: int) -> Page[Submission]:
        """Fetch this hospital's newest submissions."""
        return self._read("GET", f"/submissions?limit={limit}", Page[Submission], max_bytes=MAX_LIST_BYTES)

    def _file(self, path: str, digest: Digest, max_bytes: int) -> bytes:
        data = self._call("GET", path, max_bytes)
        if Digest.of(data) != digest:
            raise NetworkError("A file was damaged on the way.", hint="Try again.")
        return data

    @contextmanager
    def _on_record(
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
            became(f"refused: {error.director_code} ({error.status})")
            raise

    def _read(
        self,
        method: str,
        path: str,
        form: type[_Answer],
        *,
        max_bytes: int = MAX_MESSAGE_BYTES,
        wait_seconds: float = 0,
        **request: Any,
    ) -> _Answer:
        """Read an answer; what a newer director says beside what we know is not our business."""
        body = self._call(method, path, max_bytes, wait_seconds=wait_seconds, **request)
        try:
            return form.model_validate_json(body, extra="ignore")
        except ValidationError as error:
            raise self._other_speech() from error

    def _call(self, method: str, path: str, max_bytes: int, *, wait_seconds: float = 0, **request: Any) -> bytes:
        """Ask, and give the body of a good answer.

        Args:
            method: GET or POST.
            path: Behind the address.
            max_bytes: How large the body can be.
            wait_seconds: For how long the director was asked to hold its answer back.
            request: As ``requests`` takes it.
        """
        self._adapter.bounds.max_bytes = max_bytes
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
                return read_body(response, max_bytes)
            except AnswerRefused:
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
            raise NetworkError(
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

    def _other_speech(self) -> NetworkError:
        return NetworkError(
            f"What answers at {self._url} does not speak as a director does.",
            hint="Look at the address; a proxy or another version may stand there.",
        )


def _bundle_of_surroundings() -> str | None:
    """Give the file of certificates that this machine's programs share, as ``requests`` would find it."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
