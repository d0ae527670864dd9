"""Every caller on every operation: derived from the routes and the interface document."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import select
from starlette.responses import PlainTextResponse

from contract.tasks import DIAGNOSIS_COUNT
from director.api.guard import GuardedRoute
from director.app import create_framework
from director.assembly import Director
from director.members.access import ADMIN, ANALYST, HOSPITAL
from director.records.schema import Base, StatisticsRow, SubmissionRow
from director.records.verdicts import QUARANTINED
from director.settings import DirectorSettings
from tests.federation_simulator import FederationSimulator, Parcel, SimulatedHospital

FRAMEWORK = create_framework(Director(DirectorSettings(data_dir=Path("/nonexistent"))))
DOCUMENT = FRAMEWORK.openapi()
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE")
UNDOCUMENTED = ("/", "/docs", "/openapi.json")

ROLES_OF = {route.name: route.entry.permission.roles for route in FRAMEWORK.routes if isinstance(route, GuardedRoute)}

ROLES: Mapping[str, str | None] = {
    "anonymous": None,
    "expired": None,
    "revoked": None,
    "hospital A": HOSPITAL,
    "hospital B": HOSPITAL,
    "analyst": ANALYST,
    "admin": ADMIN,
}
OWN = ("envoy_name", "submission_id", "sha256")
"""Names of what belongs to one hospital, wherever a request carries them."""


@dataclass(frozen=True)
class Operation:
    """One operation of the interface document."""

    name: str
    method: str
    path: str
    description: Mapping[str, Any] = field(repr=False)

    def parameters(self, where: str) -> set[str]:
        return {each["name"] for each in self.description.get("parameters", ()) if each["in"] == where}

    @property
    def body_fields(self) -> set[str]:
        """Names that a JSON body may carry."""
        content = self.description.get("requestBody", {}).get("content", {}).get("application/json", {})
        references = [content.get("schema", {}), *content.get("schema", {}).get("anyOf", ())]
        names = [each["$ref"].rpartition("/")[2] for each in references if "$ref" in each]
        schemas = DOCUMENT["components"]["schemas"]
        return {key for name in names for key in schemas[name]["properties"]}


def operations() -> list[Operation]:
    names = {(route.path, method): route.name for route in FRAMEWORK.routes for method in route.methods}
    return [
        Operation(names[path, method.upper()], method.upper(), path, description)
        for path, methods in DOCUMENT["paths"].items()
        for method, description in methods.items()
    ]


OPERATIONS = operations()


@dataclass
class House:
    """A federation in full swing, with one caller of each kind."""

    federation: FederationSimulator
    a: SimulatedHospital
    b: SimulatedHospital
    callers: Mapping[str, dict[str, str]]
    submissions: Mapping[str, str]
    models: Mapping[str, str]
    parcels: Mapping[str, Parcel]
    """Packed once: reading a start is on record, and a request shall leave its own traces only."""

    def ask(self, operation: Operation, caller: str, **changes: Any):
        request = self.example(operation, self.b if caller == "hospital B" else self.a)
        for place, values in changes.items():
            request[place] = {**request.get(place, {}), **values}
        path = operation.path.format(**request.pop("path", {}))
        headers = {**self.callers[caller], **request.pop("headers", {})}
        return self.federation.http.request(operation.method, path, headers=headers, **request)

    def example(self, operation: Operation, hospital: SimulatedHospital) -> dict[str, Any]:
        """Give a request that succeeds for whoever may make it."""
        path = {
            "envoy_name": hospital.name,
            "submission_id": self.submissions[hospital.name],
            "task": DIAGNOSIS_COUNT.name,
            "sha256": hospital.start()["model_sha256"],
            "version": 1,
            "token_id": "nothing",
        }
        inputs = {"diagnosis_count": 4}
        own = hospital.own_scaler
        federation, why = self.federation, {"json": {"reason": "seen and known"}}
        # what can be asked once only, or ends what it is asked about, gets something fresh to be asked about
        special = {
            "join": lambda: {"json": {"code": self.fresh_code("Newcomer")}},
            "upload": lambda: {"files": self.parcels[hospital.name].files},
            "report_statistics": lambda: {"json": {"num_examples": own.num_examples, "mean": own.mean, "m2": own.m2}},
            "release_statistics": lambda: {**self.waiting(StatisticsRow), **why},
            "reject_statistics": lambda: {**self.waiting(StatisticsRow), **why},
            "release_submission": lambda: {**self.waiting(SubmissionRow), **why},
            "reject_submission": lambda: {**self.waiting(SubmissionRow), **why},
            "set_validation": lambda: {"content": b"label,diagnosis_count\nlow,3\n"},
            "infer": lambda: {"json": {"envoy_name": hospital.name, "inputs": inputs}},
            "infer_batch": lambda: {"json": {"envoy_name": hospital.name, "inputs": [inputs]}},
            "infer_global": lambda: {"json": {"inputs": inputs}},
            "infer_global_batch": lambda: {"json": {"inputs": [inputs]}},
            "add_envoy": lambda: {"json": {"envoy_name": "Another"}},
            "disable_envoy": lambda: {"path": {"envoy_name": self.fresh_envoy("Closing")}},
            "aggregate": lambda: {"json": {}},
            "issue_token": lambda: {"json": {"role": "analyst"}},
            "rotate_token": lambda: {"path": {"token_id": self.fresh_token()}},
            "revoke_token": lambda: {"path": {"token_id": self.fresh_token()}},
        }
        request = special[operation.name]() if operation.name in special else {}
        wanted = operation.parameters("path")
        request["path"] = {key: value for key, value in {**path, **request.get("path", {})}.items() if key in wanted}
        federation.director.members.note_use()  # what comes after is the request's own doing
        return request

    def waiting(self, kind: type[StatisticsRow] | type[SubmissionRow]) -> dict[str, Any]:
        """Put the newest of its kind into quarantine, as the gate would."""
        with self.federation.director.database.write() as session:
            row = session.scalars(select(kind).join(kind.envoy).order_by(kind.created_at.desc())).first()
            row.verdict, row.decision = QUARANTINED, None
            session.flush()
            path = {"submission_id": row.id, "envoy_name": row.envoy.name, "version": row.version}
        return {"path": path}

    def fresh_envoy(self, name: str) -> str:
        self.fresh_code(name)
        return name

    def fresh_code(self, name: str) -> str:
        answer = self.federation.http.post("/envoys", json={"envoy_name": name}, headers=self.federation.admin)
        return answer.json()["code"]

    def fresh_token(self) -> str:
        request = {"role": "analyst"}
        return self.federation.http.post("/tokens", json=request, headers=self.federation.admin).json()["id"]

    @property
    def contents(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything in the database but notes of use, and the names of all blobs."""
        director = self.federation.director
        with director.database.read() as session:
            tables = {
                name: sorted(
                    session.execute(select(*[each for each in table.columns if each.name != "last_used_at"])).all(),
                    key=repr,
                )
                for name, table in Base.metadata.tables.items()
            }
        return {**tables, "blobs": sorted(director.blobs.digests())}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with FederationSimulator(tmp_path_factory.mktemp("house") / "director") as federation:
        a, b = (federation.enrol(name) for name in ("KUTRRH", "MTRH"))
        receipts = {}
        for each in (a, b):
            each.send_statistics()
        for each in (a, b):
            receipts[each.name] = each.train_and_upload()
        assert federation.aggregate().status_code == 201
        expired = federation.token("admin", holds=timedelta(minutes=1))
        revoked = federation.http.post("/tokens", json={"role": "admin"}, headers=federation.admin).json()
        federation.http.delete(f"/tokens/{revoked['id']}", headers=federation.admin)
        federation.clock.pass_by(minutes=2)
        callers = {
            "anonymous": {},
            "expired": {"Authorization": f"Bearer {expired}"},
            "revoked": {"Authorization": f"Bearer {revoked['token']}"},
            "hospital A": a.headers,
            "hospital B": b.headers,
            "analyst": federation.analyst,
            "admin": federation.admin,
        }
        submissions = {name: receipt["id"] for name, receipt in receipts.items()}
        models = {name: receipt["files"]["model"]["sha256"] for name, receipt in receipts.items()}
        parcels = {each.name: each.parcel() for each in (a, b)}
        yield House(federation, a, b, callers, submissions, models, parcels)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_every_caller_gets_in_where_the_policy_says_so_and_nowhere_else(house: House, operation: Operation):
    roles = ROLES_OF[operation.name]
    for caller, role in ROLES.items():
        if roles is None or role in roles:
            answer = house.ask(operation, caller)
            assert answer.is_success, f"{caller}: {answer.status_code}. Give House.example a request: {answer.text}"
            continue
        request = house.example(operation, house.a)
        before = house.contents
        path = operation.path.format(**request.pop("path"))
        answer = house.federation.http.request(operation.method, path, headers=house.callers[caller], **request)
        assert answer.status_code == (401 if role is None else 403), caller
        assert house.contents == before, caller


def swaps() -> list[tuple[Operation, str, str]]:
    """Every place of every operation that a hospital may use where the name of something of its own can stand."""
    return [
        (operation, place, name)
        for operation in OPERATIONS
        if HOSPITAL in (ROLES_OF[operation.name] or ())
        for place, names in (
            ("path", operation.parameters("path")),
            ("params", operation.parameters("query")),
            ("json", operation.body_fields),
        )
        for name in OWN
        if name in names
    ]


def test_the_places_where_a_name_can_be_swapped_are_found():
    found = {(operation.name, place, name) for operation, place, name in swaps()}
    assert found >= {
        ("upload", "path", "envoy_name"),
        ("report_statistics", "path", "envoy_name"),
        ("infer", "json", "envoy_name"),
        ("infer_batch", "json", "envoy_name"),
        ("infer_batch", "params", "envoy_name"),
        ("get_envoy", "path", "envoy_name"),
        ("list_submissions", "params", "envoy_name"),
        ("get_submission", "path", "submission_id"),
        ("get_blob", "path", "sha256"),
    }


@pytest.mark.parametrize(
    ("operation", "place", "name"), swaps(), ids=[f"{each[0].name}-{each[1]}-{each[2]}" for each in swaps()]
)
def test_what_belongs_to_another_hospital_is_out_of_reach_and_stays_as_it_is(
    house: House, operation: Operation, place: str, name: str
):
    others = {
        "envoy_name": house.a.name,
        "submission_id": house.submissions[house.a.name],
        "sha256": house.models[house.a.name],
    }
    spellings = [others[name], others[name].lower(), others[name].upper()] if name == "envoy_name" else [others[name]]
    is_csv = place == "params" and "requestBody" in operation.description
    for spelling in spellings:
        house.example(operation, house.b)
        before = house.contents
        if is_csv:  # the query speaks for a body that can't
            headers = {**house.callers["hospital B"], "Content-Type": "text/csv"}
            answer = house.federation.http.request(
                operation.method, operation.path, headers=headers, params={name: spelling}, content="diagnosis_count\n3"
            )
        else:
            answer = house.ask(operation, "hospital B", **{place: {name: spelling}})
        assert answer.status_code in (403, 404), answer.text
        assert house.contents == before


def test_the_undocumented_pages_are_open_and_hold_nothing_of_hospitals(house: House):
    documented = {operation.path for operation in OPERATIONS}
    assert {route.path for route in FRAMEWORK.routes} - documented == set(UNDOCUMENTED)
    for path in UNDOCUMENTED:
        answers = [house.federation.http.get(path, headers=headers) for headers in house.callers.values()]
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.text for answer in answers}) == 1
        assert house.a.name not in answers[0].text


def test_no_other_method_of_a_path_answers(house: House):
    known = {(operation.path, operation.method) for operation in OPERATIONS}
    known |= {(path, "GET") for path in UNDOCUMENTED}
    for path in {path for path, _ in known}:
        for method in METHODS:
            if (path, method) not in known:
                assert house.federation.http.request(method, path).status_code == 405, (method, path)


@pytest.mark.parametrize(
    "path", ["/tasks/", "/%74asks", "http://testserver//tasks", "/Tasks", "/tasks/.", "/docs/../tasks", "/tasks;a"]
)
def test_no_spelling_of_a_path_leads_around_the_front_desk(house: House, path: str):
    assert house.federation.http.get(path).status_code in (401, 404)


def unguarded(framework) -> list[str]:
    return [each.path for each in framework.routes if not isinstance(each, GuardedRoute)]


def test_every_route_of_the_application_stands_behind_the_front_desk():
    framework = create_framework(Director(DirectorSettings(data_dir=Path("/nonexistent"))))
    assert unguarded(framework) == []
    with pytest.raises(LookupError, match="read_minds"):

        @framework.get("/minds")
        def read_minds() -> str:
            return ""

    framework.add_route("/back_door", lambda request: PlainTextResponse(""))
    framework.router.routes.append(APIRoute("/side_door", lambda: ""))
    assert unguarded(framework) == ["/back_door", "/side_door"]  # so that the first line of this test means something
