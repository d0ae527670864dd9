"""The interface document, whole: what FastAPI derives from the handlers, and what every operation has in common.

From the table of errors come the answers that each operation may give, from each route who needs a token, from the
contract the messages that direct routes read by themselves, from the tasks what an inference's inputs must hold.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from contract.messages.inference import (
    BatchGlobalInferenceRequest,
    BatchInferenceRequest,
    GlobalInferenceRequest,
    InferenceRequest,
)
from contract.messages.problems import Problem
from contract.tasks import Feature, Task
from director.api.cookies import COOKIE, CSRF_HEADER
from director.api.examples import example_of
from director.api.guard import Entry, GuardedRoute
from director.api.problems import MEDIA_TYPE, STATUSES
from director.api.refusals import codes_of
from director.members.access import HOSPITAL

_REF = "#/components/schemas/{model}"
_WAYS_IN = {
    "token": {"type": "http", "scheme": "bearer"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": f"What signing in gives; over https it is called __Host-{COOKIE}. What changes something takes "
        f"the header {CSRF_HEADER} too. Where an Authorization header comes along, that alone counts.",
    },
}
_SINGLE = (InferenceRequest, GlobalInferenceRequest)
_BATCH = (BatchInferenceRequest, BatchGlobalInferenceRequest)


def describe(app: FastAPI, tasks: Iterable[Task]) -> dict[str, Any]:
    """Make the document once and for all."""
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    schemas = document["components"]["schemas"]
    messages = [(message, "validation") for message in (Problem, *_SINGLE, *_BATCH)]
    _, definitions = models_json_schema(messages, ref_template=_REF)  # type: ignore[arg-type]  # it is "validation"
    for name, schema in definitions["$defs"].items():
        schemas.setdefault(name, schema)
    for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's own form of an error, which never leaves
        schemas.pop(name, None)
    inputs = _inputs(tasks)
    for message in _SINGLE:
        schemas[message.__name__]["properties"]["inputs"] |= inputs
    for batch in _BATCH:
        schemas[batch.__name__]["properties"]["inputs"]["items"] = inputs
    document["components"]["securitySchemes"] = _WAYS_IN
    entries = {route.name: route.entry for route in app.routes if isinstance(route, GuardedRoute)}
    for methods in document["paths"].values():
        for method, operation in methods.items():
            _complete(method.upper(), operation, entries[operation["operationId"]])
            _exemplify(operation, schemas)
    return document


def _complete(method: str, operation: dict[str, Any], entry: Entry) -> None:
    """Add what an operation shares with all others."""
    roles = entry.permission.roles
    if roles is not None:
        ways = [] if entry.in_session else ["token"]
        ways += ["session"] if roles != {HOSPITAL} else []  # a machine is never signed in
        operation["security"] = [{way: []} for way in ways]
    responses = operation["responses"]
    responses.pop("422", None)
    codes = codes_of(operation["operationId"], method, entry, operation)
    for status in dict.fromkeys(STATUSES[code][0] for code in codes):
        given = [code for code in codes if STATUSES[code][0] == status]
        titles = "; ".join(dict.fromkeys(STATUSES[code][1] for code in given))
        answer = responses.setdefault(str(status), {"description": titles})
        answer.setdefault("content", {})[MEDIA_TYPE] = {
            "schema": {"$ref": _REF.format(model=Problem.__name__)},
            "examples": {code: {"summary": STATUSES[code][1], "value": _problem(code)} for code in given},
        }
    operation["responses"] = dict(sorted(responses.items()))


def _problem(code: str) -> dict[str, Any]:
    status, title = STATUSES[code]
    detail, hint = "What failed, and why.", "What to do next."
    return Problem(
        title=title, status=status, code=code, detail=detail, hint=hint, facts={}, checks=[], request_id="…"
    ).model_dump(mode="json")


def _exemplify(operation: dict[str, Any], schemas: Mapping[str, Any]) -> None:
    """Give an example of each parameter that must be there, and of a body in JSON."""
    for each in operation.get("parameters", ()):
        if each.get("required"):
            each.setdefault("example", example_of(each["schema"], schemas, each["name"]))
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content:
        content.setdefault("example", example_of(content["schema"], schemas))


def _inputs(tasks: Iterable[Task]) -> dict[str, Any]:
    forms = [_inputs_of(task) for task in tasks]
    return forms[0] if len(forms) == 1 else {"anyOf": forms}


def _inputs_of(task: Task) -> dict[str, Any]:
    described = _RECORD if task.is_of_records else _columns_of(task)
    return {"type": "object", "title": f"Inputs of {task.name}", **described}


def _columns_of(task: Task) -> dict[str, Any]:
    return {
        "properties": {feature.name: _value_of(feature) for feature in task.features},
        "required": [feature.name for feature in task.features if not feature.may_be_missing],
        "additionalProperties": False,
    }


def _value_of(feature: Feature) -> Mapping[str, Any]:
    form = _form_of(feature)
    if feature.may_be_missing:
        form = {"anyOf": [form, {"type": "null"}]}
    return {**form, "description": feature.unit}


def _form_of(feature: Feature) -> dict[str, Any]:
    if feature.kind == "category":
        return {"enum": list(feature.categories)}
    if feature.kind == "flag":
        return {"enum": [0, 1, False, True]}
    kind = "integer" if feature.kind == "count" else "number"
    return {"type": kind, "minimum": feature.minimum, "maximum": feature.maximum}


_TEXT = {"type": ["string", "null"]}


def _object(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


_DIAGNOSIS = _object({"icd_code": {"type": "string"}, "icd_version": {"enum": [9, 10]}}, "icd_code", "icd_version")
_ADMISSION = _object(
    {
        "admitted": {"type": "string"},
        "discharged": _TEXT,
        "admission_type": _TEXT,
        "diagnoses": {"type": "array", "items": _DIAGNOSIS},
    },
    "admitted",
)
_RECORD: Mapping[str, Any] = {
    **_object(
        {
            "age": {"type": ["number", "null"]},
            "sex": _TEXT,
            "admission_type": _TEXT,
            "admission_location": _TEXT,
            "discharge_location": _TEXT,
            "admitted": _TEXT,
            "admissions": {"type": "array", "items": _ADMISSION},
        }
    ),
    "description": "A patient's record: the features are made from it as they were for training. What stands at the "
    "top is of the stay that is asked about: the last of the admissions, or one that begins at `admitted`.",
}
"""As ``contract.clinical.record`` reads it."""
