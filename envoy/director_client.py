"""The director as the hospital sees it: what can be asked of it, and what is sent to it."""

from collections.abc import Iterator, Set
from contextlib import contextmanager
from typing import Literal
from uuid import uuid4

from pydantic import ValidationError

from contract.director_problems import shown
from contract.errors import ArtifactError
from contract.messages.base import Page
from contract.messages.envoys import EnvoyDescription, Expectation, JoinRequest
from contract.messages.global_models import AnswerRequest, GlobalModel
from contract.messages.health import Health
from contract.messages.runs import Run, RunAnswer, Work
from contract.messages.statistics import StatisticsReceipt, StatisticsReport
from contract.messages.tasks import Start, TaskDescription
from contract.messages.tokens import IssuedToken
from contract.messages.uploads import Submission
from contract.names import Digest, EnvoyName, TaskName
from contract.parts import GLOBAL_FILES, PART_OF, FileRole, Parcel
from envoy.bandwidth import Bandwidth
from envoy.director_link import JSON, MAX_LIST_BYTES, MAX_MESSAGE_BYTES, DirectorLink
from envoy.errors import MiddleboxError, OlderDirectorError, PolicyError, RefusedError
from envoy.parcel import label_of
from envoy.transfer import WHOLE_BYTES, fetch_file, send_part


class DirectorClient(DirectorLink):
    """Talks to one director. Every request may be repeated: the director takes a repeated one for what it is."""

    def keep_to(self, bandwidth: Bandwidth | None) -> None:
        """Send and read no faster than this from now on."""
        self._adapter.bounds.bandwidth = bandwidth

    def take_token(self, token: str) -> None:
        """Show another token from now on."""
        self._session.headers["Authorization"] = f"Bearer {token}"

    def join(self, code: str) -> IssuedToken:
        """Trade a one-time code for a token."""
        body = JoinRequest(code=code).model_dump_json().encode()
        with self.on_record("join", None, len(body)) as became:
            headers = {"Idempotency-Key": str(uuid4()), **JSON}
            issued = self.read("POST", "/join", IssuedToken, data=body, headers=headers)
            became("joined")
        return issued

    def rotate_token(self) -> IssuedToken:
        """Ask for a token in the place of this hospital's own; asked again it gives the same one another secret.

        Raises:
            OlderDirectorError: It lets the admin alone do so.
        """
        with self._known_to_newer("rotate"), self.on_record("rotate", None, 0) as became:
            issued = self.read("POST", "/tokens/self/rotate", IssuedToken)
            became("issued")
        return issued

    def revoke_token(self) -> bool:
        """End this hospital's own token at once; tells whether the director knew it still.

        Raises:
            OlderDirectorError: It lets the admin alone do so.
        """
        try:
            with self._known_to_newer("end"), self.on_record("leave", None, 0) as became:
                self.call("DELETE", "/tokens/self", MAX_MESSAGE_BYTES)
                became("revoked")
        except RefusedError as error:
            if error.status != 401:
                raise
            return False
        return True

    @contextmanager
    def _known_to_newer(self, act: str) -> Iterator[None]:
        """Say so where the director is of a version that does not let a hospital do this to its token."""
        try:
            yield
        except RefusedError as error:
            if error.status not in (403, 404, 405):
                raise
            raise OlderDirectorError(
                f"The director at {self._url} is of an earlier version: there the admin alone can {act} a token.",
                director_code=error.director_code,
                status=error.status,
                hint="Ask the consortium's admin for it: fl-director token list shows this hospital's.",
            ) from error

    def task(self, name: TaskName) -> TaskDescription:
        """Fetch a task.

        Raises:
            PolicyError: The director defines it in a way that makes no sense.
        """
        body = self.call("GET", f"/tasks/{name}", MAX_MESSAGE_BYTES)
        try:
            return TaskDescription.model_validate_json(body, extra="ignore")
        except ValidationError as error:
            nonsense = [
                each for each in error.errors(include_url=False, include_input=False) if each["type"] != "missing"
            ]
            if not nonsense or not nonsense[0]["loc"]:  # no task at all
                raise self.other_speech() from error
            first = nonsense[0]
            where = shown(".".join(str(part) for part in first["loc"]))
            raise PolicyError(
                f"The director's definition of task {name} makes no sense: {where}: {first['msg']}.",
                hint="Tell the consortium's admin; nothing was sent.",
            ) from error

    def tasks(self) -> Page[TaskDescription]:
        """Fetch all tasks."""
        return self.read("GET", "/tasks", Page[TaskDescription], max_bytes=MAX_LIST_BYTES)

    def start(self, task: TaskName) -> Start:
        """Fetch what everyone starts from."""
        return self.read("GET", f"/tasks/{task}/start", Start)

    def blob(self, digest: Digest, max_bytes: int) -> bytes:
        """Fetch a file of a start.

        Args:
            digest: Which.
            max_bytes: How large such a file can be.

        Raises:
            NetworkError: What came is not what was asked for.
        """
        return fetch_file(self, f"/blobs/{digest}", digest, max_bytes)

    def send_statistics(self, envoy: EnvoyName, report: StatisticsReport) -> StatisticsReceipt:
        """Send the hospital's share of the common scaler."""
        body = report.model_dump_json().encode()
        with self.on_record("statistics", Digest.of(body), len(body)) as became:
            receipt = self.read("POST", f"/statistics/{envoy}", StatisticsReceipt, data=body, headers=JSON)
            became(receipt.verdict)
        return receipt

    def upload(self, envoy: EnvoyName, parcel: Parcel) -> Submission:
        """Send a parcel, large parts before the rest; gives the director's receipt with its checks.

        After a break it goes on from what has arrived, also when it is called again, by another process too.
        """
        size = sum(map(len, parcel.parts.values()))
        parts: dict[str, Digest] = dict(parcel.digests.items())
        with self.on_record("upload", parcel.key, size, parts) as became:
            sent_before = self._send_large_parts(envoy, parcel)
            try:
                receipt = self._send_form(envoy, parcel, but=sent_before)
            except RefusedError as error:
                if not sent_before or error.director_code != "part_missing":
                    raise
                receipt = self._send_form(envoy, parcel)
            became(receipt.verdict)
        return receipt

    def _send_large_parts(self, envoy: EnvoyName, parcel: Parcel) -> Set[FileRole]:
        """Send each large part that the label names by its digest; gives which, none to a director of before."""
        try:
            label = label_of(parcel)
        except ArtifactError:  # the director says what is wrong with it
            return frozenset()
        large = [
            role
            for role, data in parcel.parts.items()
            if len(data) > WHOLE_BYTES and getattr(label, f"{role}_sha256", None) == parcel.digests[role]
        ]
        try:
            for role in large:
                send_part(self, f"/upload/{envoy}/parts/{parcel.digests[role]}", parcel[role])
        except (RefusedError, MiddleboxError) as error:  # of the latter many let no PATCH through
            if error.status in (404, 405, 501) or (isinstance(error, MiddleboxError) and error.status == 403):
                return frozenset()
            raise
        return frozenset(large)

    def _send_form(self, envoy: EnvoyName, parcel: Parcel, but: Set[FileRole] = frozenset()) -> Submission:
        files = {
            role: (PART_OF[role].file_name, data, PART_OF[role].media_type)
            for role, data in parcel.parts.items()
            if role not in but
        }
        headers = {"Idempotency-Key": str(parcel.key)}
        return self.read("POST", f"/upload/{envoy}", Submission, files=files, headers=headers)

    def global_model(self, task: TaskName, version: int) -> GlobalModel:
        """Fetch what a version is.

        Raises:
            NetworkError: What came is another version.
        """
        found = self.read("GET", f"/global_models/{version}?task={task}", GlobalModel, max_bytes=MAX_LIST_BYTES)
        if (found.task, found.version) != (task, version):
            raise self.other_speech()
        return found

    def global_models(self, task: TaskName, limit: int) -> Page[GlobalModel]:
        """Fetch the newest versions."""
        path = f"/global_models?task={task}&limit={limit}"
        return self.read("GET", path, Page[GlobalModel], max_bytes=MAX_LIST_BYTES)

    def global_file(self, of: GlobalModel, role: Literal["model", "scaler"], max_bytes: int) -> bytes:
        """Fetch a file of a version.

        Raises:
            NetworkError: What came is not what the version says.
        """
        path = f"/global_models/{of.version}/{GLOBAL_FILES[role]}?task={of.task}"
        return fetch_file(self, path, of.sha256 if role == "model" else of.scaler_sha256, max_bytes)

    def answer(self, version: int, request: AnswerRequest) -> GlobalModel:
        """Send this hospital's word on a version."""
        body, path = request.model_dump_json().encode(), f"/global_models/{version}/answers"
        kind = f"answer: {request.answer} version {version} of {request.task}"
        with self.on_record(kind, Digest.of(body), len(body)) as became:
            found = self.read("POST", path, GlobalModel, max_bytes=MAX_LIST_BYTES, data=body, headers=JSON)
            became("taken")
        return found

    def health(self) -> Health:
        """Ask which version the director is, and which envoys it takes."""
        return self.read("GET", "/health/live", Health)

    def envoy(self, name: EnvoyName) -> EnvoyDescription:
        """Fetch how the director sees this hospital."""
        return self.read("GET", f"/envoys/{name}", EnvoyDescription)

    def expectation(self, name: EnvoyName) -> int | None:
        """Fetch how many training examples the admin expects of this hospital at most; None: nothing was said.

        A director of the version before knows no expectations.
        """
        try:
            return self.read("GET", f"/envoys/{name}/expectation", Expectation).num_examples
        except RefusedError as error:
            if error.status in (404, 405):
                return None
            raise

    def submissions(self, limit: int) -> Page[Submission]:
        """Fetch this hospital's newest submissions."""
        return self.read("GET", f"/submissions?limit={limit}", Page[Submission], max_bytes=MAX_LIST_BYTES)

    def work(self, envoy: EnvoyName, wait_seconds: float = 0) -> Work:
        """Ask what there is to do; where that is nothing, the director holds its answer back for so long.

        Raises:
            OlderDirectorError: It knows no rounds.
        """
        try:
            path = f"/envoys/{envoy}/work?wait={wait_seconds:g}"
            return self.read("GET", path, Work, wait_seconds=wait_seconds)
        except RefusedError as error:
            if error.status not in (404, 405):
                raise
            raise OlderDirectorError(
                f"The director at {self._url} knows no rounds: it is of an earlier version.",
                director_code=error.director_code,
                status=error.status,
                hint="Ask the consortium's admin to update it. Until then: fl-envoy train, once in each cycle.",
            ) from error

    def answer_run(self, run: int, answer: RunAnswer) -> Run:
        """Say whether this hospital takes part in a run."""
        body = answer.model_dump_json().encode()
        with self.on_record(f"run {run}: {answer.choice}", Digest.of(body), len(body)) as became:
            found = self.read("POST", f"/runs/{run}/answers", Run, data=body, headers=JSON)
            became("taken")
        return found

    def run(self, run: int) -> Run:
        """Fetch how far a run is, without its rounds: this is asked often."""
        return self.read("GET", f"/runs/{run}?rounds=0", Run, max_bytes=MAX_LIST_BYTES)
