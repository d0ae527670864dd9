"""Every operation, derived from the routes and the interface document, and a federation with callers of each kind."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2 as httpx
from sqlalchemy import Table, select
from sqlalchemy.dialects import sqlite

from contract.messages.base import Role
from contract.names import Digest
from contract.tasks import DIAGNOSIS_COUNT
from director.api.guard import GuardedRoute
from director.app import create_framework
from director.assembly import Director
from director.members.access import ADMIN, ANALYST, HOSPITAL, LOCAL_ADMIN, STAFF
from director.records.schema import Base, StatisticsRow, SubmissionRow
from director.records.verdicts import QUARANTINED
from director.settings import DirectorSettings
from tests.federation_simulator import FederationSimulator, Parcel, SimulatedHospital
from tests.table_task import TEXT

FRAMEWORK = create_framework(Director(DirectorSettings(data_dir=Path("/nonexistent"))))
DOCUMENT = FRAMEWORK.openapi()
ROUTES = [route for route in FRAMEWORK.routes if isinstance(route, GuardedRoute)]
ROLES_OF = {route.name: route.entry.permission.roles for route in ROUTES}

ROLES: Mapping[str, Role | None] = {
    "anonymous": None,
    "expired": None,
    "revoked": None,
    "hospital A": HOSPITAL,
    "hospital B": HOSPITAL,
    "staff of A": STAFF,
    "staff of B": STAFF,
    "analyst": ANALYST,
    "admin": ADMIN,
    "staff of B, signed in": STAFF,
    "admin, signed in": ADMIN,
}
IN_SESSION = {route.name for route in ROUTES if route.entry.in_session}
"""What takes somebody who is signed in, and tells so to a token."""
OF_OWN_TOKEN = ("rotate_own_token", "revoke_own_token")
"""What is done to the token that is shown."""
OF_B = ("hospital B", "staff of B", "staff of B, signed in")
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
    def errors(self) -> set[str]:
        """The codes of the errors that it tells of."""
        problems = [
            each.get("content", {}).get("application/problem+json") for each in self.description["responses"].values()
        ]
        return {code for each in problems if each for code in each["examples"]}

    @property
    def body_fields(self) -> set[str]:
        """Names that a JSON body may carry."""
        content = self.description.get("requestBody", {}).get("content", {}).get("application/json", {})
        references = [content.get("schema", {}), *content.get("schema", {}).get("anyOf", ())]
        names = [each["$ref"].rpartition("/")[2] for each in references if "$ref" in each]
        schemas = DOCUMENT["components"]["schemas"]
        return {key for name in names for key in schemas[name]["properties"]}


def operations() -> list[Operation]:
    names = {(route.path, method): route.name for route in ROUTES for method in route.methods or ()}
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
    ended_round: int | None = None
    """A round of a run that was closed, once there is one."""

    def ask(self, operation: Operation, caller: str, **changes: Any) -> httpx.Response:
        request = self.example(operation, self.b if caller in OF_B else self.a)
        for place, values in changes.items():
            request[place] = {**request.get(place, {}), **values}
        path = operation.path.format(**request.pop("path", {}))
        headers = {**self.headers_of(caller, operation), **request.pop("headers", {})}
        return self.federation.http.request(operation.method, path, headers=headers, **request)

    def headers_of(self, caller: str, operation: Operation) -> dict[str, str]:
        """Give what a caller shows; where it takes a session, a fresh one, which this may end."""
        role = ROLES[caller]
        if operation.name in OF_OWN_TOKEN and role == HOSPITAL:
            name = self.b.name if caller in OF_B else self.a.name
            return {"Authorization": f"Bearer {self.federation.token_of(role, name)}"}
        if operation.name not in IN_SESSION or role is None or role == HOSPITAL:
            return self.callers[caller]
        return self.federation.sign_in(self.federation.token_of(role, self.a.name))

    def example(self, operation: Operation, hospital: SimulatedHospital) -> dict[str, Any]:
        """Give a request that succeeds for whoever may make it."""
        path = {
            "envoy_name": hospital.name,
            "submission_id": self.submissions[hospital.name],
            "task": DIAGNOSIS_COUNT.name,
            "sha256": hospital.start()["model_sha256"],
            "version": 1,
            "other": 1,
            "alias": "production",
            "token_id": "nothing",
            "digest": Digest.of(secrets.token_bytes(8)),
        }
        inputs = {"diagnosis_count": 4}
        own = hospital.own_scaler
        federation, why = self.federation, {"json": {"reason": "seen and known"}}
        # what can be asked once only, or ends what it is asked about, gets something fresh to be asked about
        special: Mapping[str, Callable[[], dict[str, Any]]] = {
            "join": lambda: {"json": {"code": self.fresh_code("Newcomer")}},
            "upload": lambda: {"files": self.parcels[hospital.name].files},
            "append_part": lambda: {"content": b"1", "headers": {"Content-Range": "bytes 0-0/2"}},
            "report_statistics": lambda: {"json": {"num_examples": own.num_examples, "mean": own.mean, "m2": own.m2}},
            "release_statistics": lambda: {**self.waiting(StatisticsRow), **why},
            "reject_statistics": lambda: {**self.waiting(StatisticsRow), **why},
            "release_submission": lambda: {**self.waiting_submission(), **why},
            "reject_submission": lambda: {**self.waiting_submission(), **why},
            "add_task": self.example_of_a_task,
            "retire_task": lambda: {"path": {"task": self.fresh_task()}},
            "set_validation": lambda: {"content": b"label,diagnosis_count\nlow,3\n"},
            "infer": lambda: {"json": {"envoy_name": hospital.name, "inputs": inputs}},
            "infer_batch": lambda: {"json": {"envoy_name": hospital.name, "inputs": [inputs]}},
            "infer_global": lambda: {"json": {"inputs": inputs}},
            "infer_global_batch": lambda: {"json": {"inputs": [inputs]}},
            "add_envoy": lambda: {"json": {"envoy_name": "Another"}},
            "disable_envoy": lambda: {"path": {"envoy_name": self.fresh_envoy("Closing")}},
            "set_expectation": lambda: {"json": {"num_examples": 400}},
            "set_note": lambda: {"json": {"note": "Looked at"}},
            "answer_global_model": lambda: {"json": {"answer": "accept"}},
            "aggregate": lambda: {"json": {}},
            "follow_events": lambda: {"params": {"after": 0, "seconds": 0}},
            "issue_token": lambda: {"json": {"role": "analyst"}},
            "sign_in": lambda: {"json": {"token": self.federation.token("analyst")}},
            "rotate_token": lambda: {"path": {"token_id": self.fresh_token()}},
            "revoke_token": lambda: {"path": {"token_id": self.fresh_token()}},
            "open_run": lambda: {"json": {"paused": bool(self.closed_run())}},
            "get_run": self.paused_run,
            "pause_run": self.paused_run,
            "resume_run": self.paused_run,
            "close_run": self.paused_run,
            "answer_run": lambda: {**self.paused_run(), "json": {"choice": "take_part"}},
            "approve_proposal": self.waiting_proposal,
            "decline_proposal": lambda: {**self.waiting_proposal(), **why},
            "get_round": lambda: {"path": {"n": self.closed_run()}},
            "get_ladder": lambda: {"path": {"n": self.closed_run()}},
            "list_run_rounds": self.paused_run,
        }
        request = special[operation.name]() if operation.name in special else {}
        wanted = operation.parameters("path")
        request["path"] = {key: value for key, value in {**path, **request.get("path", {})}.items() if key in wanted}
        federation.director.members.note_use()  # what comes after is the request's own doing
        return request

    def waiting(self, kind: type[StatisticsRow] | type[SubmissionRow]) -> dict[str, Any]:
        """Put the newest of its kind into quarantine, as the gate would."""
        with self.federation.director.database.write() as session:
            newest = select(kind).join(kind.envoy).order_by(kind.created_at.desc()).limit(1)
            row: Any = session.scalars(newest).one()
            row.verdict, row.decision = QUARANTINED, None
            session.flush()
            path = {"submission_id": row.id, "envoy_name": row.envoy.name, "version": row.version}
        return {"path": path}

    def waiting_submission(self) -> dict[str, Any]:
        """Put a fresh one into quarantine: whoever asks a hospital's model later still finds the one before it."""
        self.a.train_and_upload(secrets.randbelow(2**30))
        return self.waiting(SubmissionRow)

    def fresh_envoy(self, name: str) -> str:
        self.fresh_code(name)
        return name

    def waiting_proposal(self) -> dict[str, Any]:
        """Let somebody else have proposed to disable a hospital."""
        self.federation.name_person(self.federation.admin, "Baraka")
        return {"path": {"proposal": self.federation.waiting_proposal(self.fresh_envoy(f"E{secrets.token_hex(8)}"))}}

    def fresh_code(self, name: str) -> str:
        answer = self.federation.http.post("/envoys", json={"envoy_name": name}, headers=self.federation.admin)
        return str(answer.json()["code"])

    def fresh_task(self) -> str:
        request = self.example_of_a_task()
        return str(self.federation.http.post("/tasks", headers=self.federation.admin, **request).json()["name"])

    @staticmethod
    def example_of_a_task() -> dict[str, Any]:
        return {"content": TEXT.replace('"falls"', f'"t{secrets.token_hex(6)}"')}

    def fresh_token(self) -> str:
        request = {"role": "analyst"}
        return str(self.federation.http.post("/tokens", json=request, headers=self.federation.admin).json()["id"])

    def paused_run(self) -> dict[str, Any]:
        """Open a run that does nothing by itself."""
        self.closed_run()
        return {"path": {"run": self.federation.open_run(paused=True)["id"]}}

    def closed_run(self) -> int:
        """End whatever run is open; gives a round of an earlier one."""
        federation = self.federation
        federation.director.rounds.end_quiescence(LOCAL_ADMIN)  # whoever asked for it before
        self._end_newest_run()
        if self.ended_round is None:
            run = federation.open_run(envoys=[self.a.name])
            self.a.answer_run(run["id"])
            federation.director.rounds.advance()
            self.ended_round = int(federation.run(run["id"])["current"]["n"])
            self._end_newest_run()
        return self.ended_round

    def _end_newest_run(self) -> None:
        """End the newest run, the only one that can be open."""
        for run in self.federation.http.get("/runs?limit=1", headers=self.federation.admin).json()["items"]:
            if run["state"] not in ("finished", "closed"):
                self.federation.http.post(f"/runs/{run['id']}/close", headers=self.federation.admin)

    @property
    def contents(self) -> Mapping[str, list[Any]]:
        """Everything in the database but notes of use, as it is stored, and the names of all blobs."""
        director = self.federation.director
        director.readings.write()  # behind the answers
        with director.database.read() as session:
            ask = session.connection().exec_driver_sql
            tables = {name: list(map(tuple, ask(text))) for name, text in ALL_ROWS.items()}
        return {**tables, "blobs": sorted(director.blobs.digests())}


def _all_rows(table: Table) -> str:
    kept = [each for each in table.columns if each.name != "last_used_at"]
    return str(select(*kept).order_by(*table.primary_key).compile(dialect=sqlite.dialect()))


ALL_ROWS = {name: _all_rows(table) for name, table in Base.metadata.tables.items()}
"""Asked hundreds of times of a house that grows: the driver's own rows take a fifth of the time."""
