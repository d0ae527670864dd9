"""The interface document, taken at its word: requests made from it, fitting and unfitting, in the name of each role."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, cast

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, BaseSchema, Case, GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from director.api.events import LONGEST_SECONDS
from tests.contract.tasks.task_files import HEART
from tests.faults.scale import record, scaled
from tests.faults.senders import Sender, join
from tests.real_processes import RealDirector

pytestmark = pytest.mark.slow

CASES = scaled(4, 75)
"""Of each operation for each role, fitting ones and again as many unfitting ones."""
SEED = 20261124

# What these take is ruled by more than a schema can say (a start that was given out, a number of examples, the CSV of a
# task's features, a task's file, which inputs go with which task, a name that is no device on Windows, what waits in
# quarantine, one run at a time, why one refuses, a key that was used before): a request that fits the schema may be
# refused all the same.
RULED_BY_MORE = {
    "add_envoy",
    "add_task",
    "aggregate",
    "answer_run",
    "append_part",
    "approve_proposal",
    "clear_alias",
    "close_run",
    "decline_proposal",
    "infer",
    "infer_batch",
    "infer_global",
    "infer_global_batch",
    "issue_token",
    "open_run",
    "pause_run",
    "reject_statistics",
    "reject_submission",
    "release_statistics",
    "release_submission",
    "report_statistics",
    "resume_run",
    "retire_task",
    "rotate_token",
    "set_alias",
    "set_note",
    "set_validation",
    "sign_in",
    "upload",
}


@schemathesis.serializer("application/toml")
def as_toml(context: schemathesis.SerializationContext, value: object) -> bytes:
    """Send a text as it is."""
    del context
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


class Federation:
    """A federation at work: hospitals with a model each, the third's may be rejected and itself disabled."""

    def __init__(self, director: RealDirector) -> None:
        self.director = director
        self.senders: list[Sender] = join(director, 3)
        for sender in self.senders:
            sender.send()
        requests.post(f"{director.url}/aggregations", json={}, headers=director.admin, timeout=30).raise_for_status()
        analyst = director.json("token", "issue", "--role", "analyst")["token"]
        self.headers = {
            "anonymous": {},
            "hospital": {"Authorization": str(self.senders[0].client._session.headers["Authorization"])},
            "analyst": {"Authorization": f"Bearer {analyst}"},
            "admin": director.admin,
        }
        start = requests.get(
            f"{director.url}/tasks/diagnosis_count/start", headers=self.headers["hospital"], timeout=30
        ).json()
        self._known = {
            "envoy_name": str(self.senders[0].name),
            "task": "diagnosis_count",
            "version": 1,
            "other": 1,
            "alias": "production",
            "sha256": start["model_sha256"],
            "submission_id": self.senders[0].receipts[0].id,
            "run": 1,
            "n": self._closed_round(),
        }

    def _closed_round(self) -> int:
        """Give a round of a run that is over."""
        url, name = self.director.url, str(self.senders[0].name)
        for path, body, role in (
            ("/runs", {"envoys": [name]}, "admin"),
            ("/runs/1/answers", {"choice": "take_part"}, "hospital"),
        ):
            requests.post(f"{url}{path}", json=body, headers=self.headers[role], timeout=30).raise_for_status()
        run: dict[str, Any] = {"current": None}
        while run["current"] is None:
            run = requests.get(f"{url}/runs/1", headers=self.director.admin, timeout=30).json()
        requests.post(f"{url}/runs/1/close", headers=self.director.admin, timeout=30).raise_for_status()
        return int(run["current"]["n"])

    def token_to_end(self) -> str:
        """Give a token of the hospital's that may be revoked; its own goes on holding."""
        request = {"role": "hospital", "envoy_name": str(self.senders[0].name)}
        issued = requests.post(f"{self.director.url}/tokens", json=request, headers=self.director.admin, timeout=30)
        return f"Bearer {issued.json()['token']}"

    def document(self) -> BaseSchema:
        """Give the document without what it says of tokens: each role sends its own, and another test goes without."""
        document = requests.get(f"{self.director.url}/openapi.json", timeout=30).json()
        for methods in document["paths"].values():
            for operation in methods.values():
                operation.pop("security", None)
        schema = schemathesis.openapi.from_dict(document)
        schema.config.update(base_url=self.director.url)
        # what is larger than a body may be is refused before it is looked at, whatever else is wrong with it
        refused = schema.config.checks.negative_data_rejection
        refused.expected_statuses = [*refused.expected_statuses, "413"]
        return schema

    def point_to_what_is_there(self, case: Case) -> None:
        """Let a fitting request name what exists; else nearly all would end at 404."""
        for place in (case.path_parameters, case.query, case.body):
            if isinstance(place, dict):
                place.update({name: value for name, value in self._known.items() if name in place})
        operation = case.operation.definition.raw["operationId"]
        if operation == "disable_envoy":
            case.path_parameters["envoy_name"] = str(self.senders[2].name)
        elif operation in ("release_submission", "reject_submission"):
            case.path_parameters["submission_id"] = self.senders[2].receipts[0].id
        elif operation == "add_task":
            case.body = HEART
        elif operation == "set_validation":
            case.body = "label,diagnosis_count\nlow,3\nmedium,12\n"
        elif operation == "upload":
            parts = self.senders[0].parcel().parts
            case.body = cast(Any, {**parts, "metadata": parts["metadata"].decode()})
        elif operation == "report_statistics":
            case.body = {"task": "diagnosis_count", "num_examples": 40, "mean": [9.0], "m2": [900.0]}
        elif operation == "aggregate":
            case.body = {"dry_run": True}
        elif case.media_type == "text/csv":
            case.body = "diagnosis_count\n3\n12\n"
            case.query = {name: value for name, value in self._known.items() if name in ("task", "envoy_name")}
        elif operation.endswith("_batch"):
            case.query = {}


@pytest.fixture(scope="module")
def federation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    director = RealDirector(tmp_path_factory.mktemp("fuzz") / "director")
    director.start()
    yield Federation(director)
    director.stop()


@pytest.mark.parametrize("role", ["anonymous", "hospital", "analyst", "admin"])
def test_no_request_made_from_the_document_finds_the_director_at_fault(federation: Federation, role: str):
    schema = federation.document()
    statuses: Counter[int] = Counter()
    served: set[str] = set()
    with requests.Session() as session:
        session.headers.update(federation.headers[role])
        for found in schema.get_all_operations():
            operation = found.ok()  # type: ignore[union-attr]  # one that can't be read ends the test as it should
            for status, number in fuzz(operation, federation, session).items():
                statuses[status] += number
                if status < 300:
                    served.add(operation.definition.raw["operationId"])
    cases, answered = sum(statuses.values()), sum(number for status, number in statuses.items() if status < 300)
    assert not [status for status in statuses if status >= 500]
    record(
        f"fuzzed interface, {role}",
        bar="≥ 5,000 cases, no failure",
        reached=f"{cases:,} cases, seed {SEED}, no failure; {answered / cases:.0%} answered 2xx, "
        f"{len(served)} operations reached",
    )


def fuzz(operation: APIOperation, federation: Federation, session: requests.Session) -> Counter[int]:
    """Send requests of one operation, hold every answer against the document, and count the statuses."""
    statuses: Counter[int] = Counter()
    name = operation.definition.raw["operationId"]
    is_ruled_by_more = name in RULED_BY_MORE

    def check(case: Case, is_pointed: bool, fits: bool) -> None:
        if is_pointed:
            federation.point_to_what_is_there(case)
        if name == "follow_events" and (fits or would_last(case)):
            case.query = {**(case.query or {}), "seconds": 0}  # it would go on for as long as it was asked to
        if name == "get_work" and fits:
            case.query = {"wait": 0}
        if name == "revoke_own_token" and session.headers.get("Authorization") == federation.headers["hospital"].get(
            "Authorization"
        ):
            case.headers["Authorization"] = federation.token_to_end()
        response = case.call(session=session)
        statuses[response.status_code] += 1
        assert response.status_code < 400 or len(response.content) <= 4096
        excluded: list[Any] = [positive_data_acceptance] if is_ruled_by_more else []
        if is_pointed and name == "upload":  # a file's bytes, put in by hand, are no string to the checks
            excluded.append(negative_data_rejection)
        case.validate_response(
            response,
            excluded_checks=excluded,
            headers=dict(session.headers),
            transport_kwargs={"session": session},
        )

    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        if mode is GenerationMode.NEGATIVE and not takes_anything(operation):
            continue
        fits = mode is GenerationMode.POSITIVE
        run = given(
            case=operation.as_strategy(generation_mode=mode),
            is_pointed=st.booleans() if fits else st.just(False),
            fits=st.just(fits),
        )
        limits = settings(
            max_examples=CASES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        limits(seed(SEED)(run(check)))()
    return statuses


def would_last(case: Case) -> bool:
    """Tell whether a stream is followed for as long as it says, or for an hour, where its query says nothing wrong."""
    said = (case.query or {}).get("seconds", LONGEST_SECONDS)
    try:
        return 0 <= float(said) <= LONGEST_SECONDS
    except (TypeError, ValueError):
        return False


def takes_anything(operation: APIOperation) -> bool:
    raw = operation.definition.raw
    return bool(raw.get("parameters") or raw.get("requestBody"))
