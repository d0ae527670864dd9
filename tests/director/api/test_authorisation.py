"""Whose it is comes before what is wrong with it: another hospital's name is refused whatever else a request holds."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from director.members.access import HOSPITAL
from tests.director.api.house import OF_B, OF_OWN_TOKEN, OPERATIONS, OWN, ROLES, ROLES_OF, House, Operation

MINE = [each for each in OPERATIONS if HOSPITAL in (ROLES_OF[each.name] or ())]
"""What a hospital may call, and has to be let in for."""

BY_PATH = [each for each in MINE if "envoy_name" in each.parameters("path")]
WITH_BODY = [each for each in MINE if each.method in ("POST", "PUT", "PATCH")]
BY_BODY = [each for each in WITH_BODY if each.name.startswith("infer")]
"""Those that read a name in a JSON body, also where none is asked for."""

FOREIGN_IDS = [(each, name) for each in MINE for name in OWN[1:] if name in each.parameters("path")]

MULTIPART = "multipart/form-data; boundary=b"
BODIES: Mapping[str, dict[str, Any]] = {
    "none": {},
    "an empty object": {"json": {}},
    "a field too many": {"json": {"num_examples": 40, "mean": [1.0], "m2": [1.0], "shoe_size": 44}},
    "fields of other types": {"json": {"num_examples": "many", "mean": None, "inputs": 3, "task": [], "m2": {}}},
    "too many examples": {"json": {"num_examples": 10**12, "mean": [1.0], "m2": [1.0]}},
    "a task that is not there": {"json": {"task": "no_such", "inputs": {"diagnosis_count": 3}}},
    "a list": {"json": []},
    "no JSON": {"content": b"{", "headers": {"Content-Type": "application/json"}},
    "lists in lists": {"content": b"[" * 100_000, "headers": {"Content-Type": "application/json"}},
    "a table of another task": {"content": b"shoe_size\n44\n", "headers": {"Content-Type": "text/csv"}},
    "a table without rows": {"content": b"diagnosis_count\n", "headers": {"Content-Type": "text/csv"}},
    "no table": {"content": b"\xff\xfe\0\0", "headers": {"Content-Type": "text/csv"}},
    "a form without parts": {"content": b"--b--\r\n", "headers": {"Content-Type": MULTIPART}},
    "a form that breaks off": {"content": b"--b\r\nContent-Dis", "headers": {"Content-Type": MULTIPART}},
    "an unexpected part": {"files": {"thesis": ("thesis.txt", b"mine", "text/plain")}},
    "a form without its boundary": {"content": b"--b--", "headers": {"Content-Type": "multipart/form-data"}},
    "another content type": {"content": b"model", "headers": {"Content-Type": "image/png"}},
    "a content type that is none": {"content": b"model", "headers": {"Content-Type": "\"'();:"}},
    "a key that is too long": {"json": {}, "headers": {"Idempotency-Key": "k" * 201}},
    "an empty key": {"json": {}, "headers": {"Idempotency-Key": ""}},
}
QUERIES: Mapping[str, dict[str, str]] = {
    "nothing else": {},
    "a page that is too long": {"limit": "100000"},
    "no number": {"limit": "many", "version": "x"},
    "a cursor of nobody's": {"cursor": "\0"},
    "no task": {"task": "No Such"},
    "no verdict": {"verdict": "perhaps"},
    "no truth": {"probabilities": "perhaps"},
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(("task", "inputs", "probabilities", "shoe_size")) | st.text(max_size=20)


def spellings(name: str) -> set[str]:
    return {name, name.lower(), name.upper(), name.capitalize()}


@st.composite
def spelled(draw: st.DrawFn, name: str) -> str:
    return "".join(draw(st.sampled_from((each.lower(), each.upper()))) for each in name)


def asked(house: House, operation: Operation, **request: Any) -> int:
    """Ask as whoever is of hospital B, with a request that is right but for what is given; gives their one status."""
    of_b = [who for who in OF_B if ROLES[who] in (ROLES_OF[operation.name] or ())]
    statuses = {asked_by(who, house, operation, **request) for who in of_b}
    assert len(statuses) == 1, statuses
    return statuses.pop()


def asked_by(
    who: str, house: House, operation: Operation, *, path: Mapping[str, str] | None = None, **request: Any
) -> int:
    right = {"envoy_name": house.b.name, "submission_id": "0" * 16, "sha256": "0" * 64, "task": "diagnosis_count"}
    right["digest"] = "0" * 64
    at = operation.path.format(**{**right, "version": "1", "other": "1", "run": "1", "n": "1", **(path or {})})
    # what ends the token that it is shown gets one of its own
    shown = house.headers_of(who, operation) if operation.name in OF_OWN_TOKEN else house.callers[who]
    headers = {**shown, **request.pop("headers", {})}
    if "seconds" in operation.parameters("query"):  # a stream, which would go on
        params = request.get("params", {})
        request["params"] = [*(params.items() if isinstance(params, dict) else params), ("seconds", "0")]
    return house.federation.http.request(operation.method, at, headers=headers, **request).status_code


def test_the_operations_are_those_of_a_hospital() -> None:
    assert {each.name for each in BY_PATH} == {
        "upload", "get_part", "append_part", "report_statistics", "get_envoy", "get_expectation", "get_work",
        "list_received", "get_course",
    }  # fmt: skip
    assert {each.name for each in WITH_BODY} == {each.name for each in BY_BODY} | {
        "upload", "append_part", "report_statistics", "answer_global_model", "answer_run", "rotate_own_token",
    }  # fmt: skip
    assert {each.name for each in BY_BODY} == {"infer", "infer_batch", "infer_global", "infer_global_batch"}
    assert {(each.name, name) for each, name in FOREIGN_IDS} == {
        ("get_submission", "submission_id"),
        ("get_training_log", "submission_id"),
        ("get_blob", "sha256"),
    }
    named = {each.name for each in MINE if "envoy_name" in each.body_fields}
    assert named <= {each.name for each in BY_BODY}


@pytest.mark.parametrize("operation", BY_PATH, ids=lambda each: each.name)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_another_hospital_in_the_path_is_refused_before_the_body_is_looked_at(
    house: House, operation: Operation, body: dict[str, Any]
) -> None:
    for name in spellings(house.a.name):
        assert asked(house, operation, path={"envoy_name": name}, **body) == 403
    assert asked(house, operation, **body) != 403  # with its own name it is told what is wrong


@pytest.mark.parametrize("operation", MINE, ids=lambda each: each.name)
@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_another_hospital_in_the_query_is_refused_before_the_rest_is_looked_at(
    house: House, operation: Operation, query: dict[str, str]
) -> None:
    for name in spellings(house.a.name):
        assert asked(house, operation, params={**query, "envoy_name": name}) == 403
        both = [("envoy_name", house.b.name), ("envoy_name", name), ("envoy_name", house.b.name), *query.items()]
        assert asked(house, operation, params=both) == 403
    assert asked(house, operation, params={**query, "envoy_name": house.b.name}) != 403


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda each: each.name)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_another_hospital_in_the_query_is_refused_before_the_body_is_looked_at(
    house: House, operation: Operation, body: dict[str, Any]
) -> None:
    for name in spellings(house.a.name):
        assert asked(house, operation, params={"envoy_name": name}, **body) == 403


ENDLESS = "9" * 5000
"""An integer that Python itself would not read."""
WRONG_RESTS: Mapping[str, str] = {
    "no inputs": "",
    "inputs of another type": ', "inputs": 7',
    "rows for one, or one for rows": ', "inputs": [{"diagnosis_count": 3}, 7]',
    "inputs of another task": ', "inputs": {"shoe_size": 44}',
    "a value of another type": ', "inputs": {"diagnosis_count": "many"}',
    "a value out of bounds": ', "inputs": {"diagnosis_count": -3}',
    "NaN": ', "inputs": {"diagnosis_count": NaN}',
    "an endless integer": f', "inputs": {{"diagnosis_count": {ENDLESS}}}',
    "an endless integer elsewhere": f', "shoe_size": {ENDLESS}',
    "a number beyond floats": ', "inputs": {"diagnosis_count": 1e999}',
    "a lone surrogate": ', "inputs": {"diagnosis_count": "\\ud800"}',
    "no task": ', "task": "No Such", "inputs": {"diagnosis_count": 3}',
    "an unknown task": ', "task": "no_such", "inputs": {"diagnosis_count": 3}',
    "no truth": ', "probabilities": 7, "inputs": {"diagnosis_count": 3}',
    "a field too many": ', "shoe_size": 44, "inputs": {"diagnosis_count": 3}',
    "no rows": ', "inputs": []',
    "too many rows": f', "inputs": [{", ".join(["{}"] * 100_001)}]',
}
"""What follows a hospital's name in JSON bodies that are wrong in one way each."""


def naming(rest: str) -> Callable[[str], bytes]:
    return lambda name: f'{{"envoy_name": "{name}"{rest}}}'.encode()


WRONG_BODIES: Mapping[str, Callable[[str], bytes]] = {
    "another encoding": lambda name: f'{{"envoy_name": "{name}"}}'.encode("utf-16"),
    **{what: naming(rest) for what, rest in WRONG_RESTS.items()},
}


@pytest.mark.parametrize("operation", BY_BODY, ids=lambda each: each.name)
@pytest.mark.parametrize("wrong", WRONG_BODIES)
def test_another_hospital_in_a_body_that_is_wrong_is_refused_for_its_name(
    house: House, operation: Operation, wrong: str
) -> None:
    body = WRONG_BODIES[wrong](house.a.name)
    limit = house.federation.settings.max_body_bytes
    if len(body) > limit and not operation.name.endswith("batch"):
        return  # refused unread, for its size
    for kind in ("application/json", "text/plain", MULTIPART, ""):
        assert asked(house, operation, content=body, headers={"Content-Type": kind}) == 403, kind
    params = {"probabilities": "perhaps", "task": "no_such"}
    assert asked(house, operation, content=body, params=params) == 403
    assert asked(house, operation, content=body, headers={"Idempotency-Key": ""}) == 403
    for name in spellings(house.a.name):
        assert asked(house, operation, content=WRONG_BODIES[wrong](name)) == 403, name


@pytest.mark.parametrize("operation", BY_BODY, ids=lambda each: each.name)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=spelled("KUTRRH"), rest=st.dictionaries(FIELDS, JSON, max_size=4), is_first=st.booleans())
def test_another_hospital_in_any_object_is_refused_for_its_name(
    house: House, operation: Operation, name: str, rest: dict[str, Any], is_first: bool
) -> None:
    rest.pop("envoy_name", None)
    whole = {"envoy_name": name, **rest} if is_first else {**rest, "envoy_name": name}
    assert asked(house, operation, content=json.dumps(whole).encode()) == 403


@pytest.mark.parametrize("operation", BY_BODY, ids=lambda each: each.name)
@pytest.mark.parametrize("body", [b'{"envoy_name": "KUTRRH"', b'{"envoy_name": "KUTRRH", "inputs": "\xff"}', b"KUTRRH"])
def test_what_is_no_json_at_all_names_nobody(house: House, operation: Operation, body: bytes) -> None:
    assert asked(house, operation, content=body) == 400


@pytest.mark.parametrize(("operation", "name"), FOREIGN_IDS, ids=lambda each: getattr(each, "name", each))
def test_what_belongs_to_another_hospital_is_not_there_whatever_else_is_asked(
    house: House, operation: Operation, name: str
) -> None:
    others = {"submission_id": house.submissions[house.a.name], "sha256": house.models[house.a.name]}
    for query in QUERIES.values():
        assert asked(house, operation, path={name: others[name]}, params=query) == 404
