"""Every caller on every operation: derived from the routes and the interface document."""

import re
from typing import Any

import pytest

from contract.messages.base import Role
from director.members.access import HOSPITAL, STAFF, Principal
from director.records.schema import TokenRow
from tests.director.api.house import IN_SESSION, OF_B, OPERATIONS, OWN, ROLES, ROLES_OF, ROUTES, House, Operation

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE")
PERSONS_ALONE = IN_SESSION
"""What takes somebody who is signed in, which a machine never is."""
SAME_FOR_STAFF = (
    "/envoys",
    "/envoys/{envoy}",
    "/envoys/{envoy}/expectation",
    "/submissions",
    "/submissions/{submission}",
    "/statistics",
    "/tasks",
    "/global_models",
    "/global_models/1",
    "/runs",
)
UNDOCUMENTED = ("/", "/docs", "/openapi.json")
OF_THE_DASHBOARD = ("/dashboard", "/dashboard/{screen:path}", "/dashboard/assets/{name}")
"""The same for everybody but for a nonce: tests/director/api/test_dashboard.py."""


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
        headers = {**request.pop("headers", {}), **house.callers[caller]}
        answer = house.federation.http.request(operation.method, path, headers=headers, **request)
        assert answer.status_code == (401 if role is None else 403), caller
        assert house.contents == before, caller


CALLS = [
    (operation, role)
    for operation in OPERATIONS
    for role in sorted(ROLES_OF[operation.name] or ())
]  # fmt: skip
WAYS_IN = [
    (operation, role, is_signed_in)
    for operation, role in CALLS
    for is_signed_in in (False, True)
    if operation.method != "GET" or role == min(ROLES_OF[operation.name] or {role})  # one that looks on stands for all
    if (is_signed_in and role != HOSPITAL) or (not is_signed_in and operation.name not in IN_SESSION)
]


@pytest.mark.parametrize(
    ("operation", "role", "is_signed_in"),
    WAYS_IN,
    ids=[f"{each.name}-{role}{'-signed-in' if is_signed_in else ''}" for each, role, is_signed_in in WAYS_IN],
)
def test_whose_token_is_revoked_behind_the_front_desk_leaves_no_trace(
    house: House, operation: Operation, role: Role, is_signed_in: bool, monkeypatch: pytest.MonkeyPatch
):
    director, way = house.federation.director, "admit_session" if is_signed_in else "admit"
    admit = getattr(director.access, way)
    token = house.federation.token_of(role, house.a.name)
    shown = house.federation.sign_in(token) if is_signed_in else {"Authorization": f"Bearer {token}"}
    request = house.example(operation, house.a)
    path = operation.path.format(**request.pop("path"))
    before: dict[str, Any] = {}

    def rows() -> dict[str, Any]:
        """Give all but the files: those that no row names are the next recovery's."""
        return {name: rows for name, rows in house.contents.items() if name != "blobs"}

    def admit_and_revoke(*asked: Any, **more: Any) -> Principal | None:
        principal: Principal | None = admit(*asked, **more)
        assert principal is not None
        with director.database.write() as session:  # past this process's memory, as another process would
            session.get_one(TokenRow, principal.token_id).revoked_at = house.federation.clock.now
        before.update(rows())
        return principal

    monkeypatch.setattr(director.access, way, admit_and_revoke)
    headers = {**request.pop("headers", {}), **shown}
    answer = house.federation.http.request(operation.method, path, headers=headers, **request)
    assert rows() == before
    if operation.method != "GET" and not operation.name.startswith("infer"):
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


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
        ("append_part", "path", "envoy_name"),
        ("get_part", "path", "envoy_name"),
        ("report_statistics", "path", "envoy_name"),
        ("infer", "json", "envoy_name"),
        ("infer_batch", "json", "envoy_name"),
        ("infer_batch", "params", "envoy_name"),
        ("get_envoy", "path", "envoy_name"),
        ("get_expectation", "path", "envoy_name"),
        ("list_submissions", "params", "envoy_name"),
        ("get_submission", "path", "submission_id"),
        ("get_blob", "path", "sha256"),
    }


@pytest.mark.parametrize("caller", OF_B)
@pytest.mark.parametrize(
    ("operation", "place", "name"), swaps(), ids=[f"{each[0].name}-{each[1]}-{each[2]}" for each in swaps()]
)
def test_what_belongs_to_another_hospital_is_out_of_reach_and_stays_as_it_is(
    house: House, operation: Operation, place: str, name: str, caller: str
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
            headers = {**house.callers[caller], "Content-Type": "text/csv"}
            answer = house.federation.http.request(
                operation.method, operation.path, headers=headers, params={name: spelling}, content="diagnosis_count\n3"
            )
        else:
            answer = house.ask(operation, caller, **{place: {name: spelling}})
        assert answer.status_code in (403, 404), answer.text
        assert house.contents == before


def test_staff_may_what_its_hospital_may_but_what_is_its_machines_alone():
    for name, roles in ROLES_OF.items():
        if roles is not None and HOSPITAL in roles and len(roles) > 1:
            assert STAFF in roles, name
        if roles is not None and STAFF in roles:
            assert HOSPITAL in roles or name in PERSONS_ALONE, name


@pytest.mark.parametrize("path", SAME_FOR_STAFF)
def test_staff_is_answered_as_its_hospital_is(house: House, path: str):
    asked = path.format(envoy=house.b.name, submission=house.submissions[house.b.name])
    answers = [house.federation.http.get(asked, headers=house.callers[each]) for each in OF_B]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1


def test_the_undocumented_pages_are_open_and_hold_nothing_of_hospitals(house: House):
    documented = {operation.path for operation in OPERATIONS}
    assert {route.path for route in ROUTES} - documented == {*UNDOCUMENTED, *OF_THE_DASHBOARD}
    for path in UNDOCUMENTED:
        answers = [house.federation.http.get(path, headers=headers) for headers in house.callers.values()]
        assert {answer.status_code for answer in answers} == {200}
        assert len({re.sub(r'nonce="[^"]+"', "", answer.text) for answer in answers}) == 1
        assert house.b.name not in answers[0].text  # the other's stands in examples


def test_no_other_method_of_a_path_answers(house: House):
    known = {(operation.path, operation.method) for operation in OPERATIONS}
    known |= {(path, "GET") for path in (*UNDOCUMENTED, *OF_THE_DASHBOARD)}
    known |= {(route.path, method) for route in ROUTES for method in route.methods or () if method == "HEAD"}
    for path in {path for path, _ in known}:
        for method in METHODS:
            if (path, method) not in known:
                assert house.federation.http.request(method, path).status_code == 405, (method, path)


@pytest.mark.parametrize(
    "path", ["/tasks/", "/%74asks", "http://testserver//tasks", "/Tasks", "/tasks/.", "/docs/../tasks", "/tasks;a"]
)
def test_no_spelling_of_a_path_leads_around_the_front_desk(house: House, path: str):
    assert house.federation.http.get(path).status_code in (401, 404)
