"""The interface document says what the director does: of lists, of uploads, of errors, of who needs a token."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from contract.clinical import record
from contract.names import TaskName
from contract.tasks import DIAGNOSIS_COUNT
from director.api.interface import describe
from director.api.problems import STATUSES
from director.records.paging import BY_MOMENT, BY_NAME, BY_NUMBER
from tests.director.api.house import DOCUMENT, FRAMEWORK, OPERATIONS, ROLES_OF, Operation
from tests.federation_simulator import FederationSimulator, SimulatedHospital
from tests.table_task import table_task

CURSORS = {
    "list_envoys": BY_NAME,
    "list_tokens": BY_MOMENT,
    "list_submissions": BY_MOMENT,
    "list_statistics": BY_NUMBER,
    "list_global_models": BY_NUMBER,
    "list_runs": BY_NUMBER,
    "list_audit": BY_NUMBER,
    "list_proposals": BY_NUMBER,
    "list_lineage": BY_NUMBER,
    "list_received": BY_MOMENT,
    "list_run_rounds": BY_NUMBER,
}
WHOLE = {"list_strategies", "list_tasks"}
"""Lists that are never longer than a page."""


def named(name: str) -> Operation:
    return next(each for each in OPERATIONS if each.name == name)


def lists() -> list[Operation]:
    """Every operation that answers with a page, but answers of inference, which are whole."""
    schema = {
        each.name: each.description["responses"].get("200", {}).get("content", {}).get("application/json", {})
        for each in OPERATIONS
    }
    return [each for each in OPERATIONS if "/Page_" in schema[each.name].get("schema", {}).get("$ref", "")]


def test_every_list_tells_its_cursors_pattern() -> None:
    assert {each.name for each in lists()} == CURSORS.keys() | WHOLE
    for operation in lists():
        parameters = {each["name"]: each for each in operation.description.get("parameters", ())}
        if operation.name in WHOLE:
            assert not {"cursor", "limit"} & parameters.keys()
            continue
        schema = parameters["cursor"]["schema"]
        assert schema["pattern"] == CURSORS[operation.name]
        assert parameters["limit"]["schema"]["maximum"] == 200


def test_every_cursor_that_is_given_out_has_the_pattern_that_was_told(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
) -> None:
    for hospital in five_hospitals[:2]:
        federation.waiting_proposal(hospital.name)
        hospital.train_and_upload()
        federation.aggregate()
        run = federation.open_run()
        federation.http.post(f"/runs/{run['id']}/close", headers=federation.admin)
    run = federation.open_run(rounds=2, quorum=1, deadline_seconds=60)
    for hospital in five_hospitals:
        hospital.answer_run(run["id"])
    federation.director.rounds.advance()
    for hospital in five_hospitals:
        hospital.take_part()
    federation.director.rounds.advance()
    for name, pattern in CURSORS.items():
        path = named(name).path.format(envoy_name=five_hospitals[0].name, run=run["id"])
        cursor = federation.http.get(path, params={"limit": 1}, headers=federation.admin).json()["next"]
        assert re.fullmatch(pattern, cursor), path
        refused = federation.http.get(path, params={"cursor": "né"}, headers=federation.admin)
        assert not re.fullmatch(pattern, "né")
        assert (refused.status_code, refused.json()["code"]) == (400, "malformed_request"), path


def test_an_upload_is_answered_at_once_and_not_promised_for_later() -> None:
    answers = named("upload").description["responses"]
    assert {status for status in answers if status.startswith("2")} == {"200", "201"}


def test_statistics_alone_may_be_kept_in_quarantine_and_what_waits_for_a_second_admin_says_so() -> None:
    later = {
        each.name: each.description["responses"]["202"] for each in OPERATIONS if "202" in each.description["responses"]
    }
    waits = {"publish_global_model", "release_submission", "release_statistics", "disable_envoy"}
    assert later.keys() == {"report_statistics"} | waits
    for name in waits:
        assert later[name]["content"]["application/json"]["schema"]["$ref"].endswith("/Proposal")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_every_operation_tells_its_errors_and_who_needs_a_token(operation: Operation) -> None:
    answers = operation.description["responses"]
    for status, answer in answers.items():
        problems = answer.get("content", {}).get("application/problem+json")
        if problems is None:
            assert status < "400"
            continue
        assert problems["schema"]["$ref"].endswith("/Problem")
        for code, example in problems["examples"].items():
            assert (STATUSES[code][0], example["value"]["code"]) == (int(status), code)
    assert list(answers) == sorted(answers)
    assert ("security" in operation.description) == (ROLES_OF[operation.name] is not None)


def examples() -> Iterator[tuple[str, Any, Any]]:
    """Each example of the document, where it stands and of which form it is."""
    for operation in OPERATIONS:
        told = operation.description
        for each in told.get("parameters", ()):
            if "example" in each:
                yield f"{operation.name}, {each['name']}", each["schema"], each["example"]
        for body in (told.get("requestBody", {}), *told["responses"].values()):
            for kind, content in body.get("content", {}).items():
                for example in (content.get("example"), *(e["value"] for e in content.get("examples", {}).values())):
                    if example is not None:
                        yield f"{operation.name}, {kind}", content["schema"], example


def test_every_example_is_of_the_form_that_it_is_an_example_of() -> None:
    found = list(examples())
    for where, schema, example in found:
        validator = Draft202012Validator({**schema, "components": DOCUMENT["components"]})
        assert [each.message for each in validator.iter_errors(example)] == [], where
    bodies = {where for where, *_ in found if where.endswith(", application/json")}
    assert {f"{each.name}, application/json" for each in OPERATIONS if each.body_fields} <= bodies


def test_both_ways_in_are_told_and_which_operation_takes_which() -> None:
    schemes = DOCUMENT["components"]["securitySchemes"]
    assert (schemes["token"]["scheme"], schemes["session"]["in"]) == ("bearer", "cookie")
    ways = {each.name: [*chain.from_iterable(each.description.get("security", ()))] for each in OPERATIONS}
    assert ways["list_tasks"] == ways["aggregate"] == ["token", "session"]
    assert ways["upload"] == ways["get_work"] == ["token"]  # a hospital's machine never signs in
    assert ways["get_session"] == ways["sign_out"] == ["session"]
    assert ways["sign_in"] == ways["join"] == []


def test_the_messages_that_direct_routes_read_are_told_with_the_tasks_inputs() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert not {"HTTPValidationError", "ValidationError"} & schemas.keys()
    one = schemas["InferenceRequest"]["properties"]["inputs"]
    many = schemas["BatchGlobalInferenceRequest"]["properties"]["inputs"]["items"]
    for either in (one, many):
        (inputs,) = (each for each in either["anyOf"] if "diagnosis_count" in each["properties"])
        assert inputs["required"] == ["diagnosis_count"]
        assert inputs["additionalProperties"] is False
        count = inputs["properties"]["diagnosis_count"]
        assert (count["type"], count["minimum"]) == ("integer", 0)


def test_the_inputs_of_every_kind_of_task_are_told() -> None:
    falls = table_task()
    records = replace(falls, name=TaskName("records"), source="mimic-iv", index="admission")
    document = describe(FRAMEWORK, [DIAGNOSIS_COUNT, falls, records])
    told = document["components"]["schemas"]["GlobalInferenceRequest"]["properties"]["inputs"]["anyOf"]
    forms = {each["title"].removeprefix("Inputs of "): each for each in told}
    assert forms["falls"]["required"] == ["age", "walks_alone"]
    kinds = forms["falls"]["properties"]
    assert kinds["ward"]["anyOf"] == [{"enum": ["medical", "surgical", "geriatric"]}, {"type": "null"}]
    assert kinds["walks_alone"] == {"enum": [0, 1, False, True], "description": "none"}
    assert forms["diagnosis_count"]["properties"]["diagnosis_count"]["type"] == "integer"
    assert tuple(forms["records"]["properties"]) == record._TOP
    admission = forms["records"]["properties"]["admissions"]["items"]
    assert tuple(admission["properties"]) == record._ADMISSION
    assert tuple(admission["properties"]["diagnoses"]["items"]["properties"]) == record._DIAGNOSIS
