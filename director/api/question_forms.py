"""What a request asks: a JSON body, or a query beside a CSV. How a batch is answered, the query says of both."""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contract.errors import FederationError, InvalidNameError
from contract.messages.base import MAX_BATCH_ROWS, Message, OfTask
from contract.messages.inference import BatchGlobalInferenceRequest, GlobalInferenceRequest
from contract.names import EnvoyName
from contract.visible_text import ONE_SEEN_LINE
from director.api.content_types import CSV, JSON, content_type, is_json, refused_type, require_charset
from director.api.guard import caller_of
from director.errors import InvalidRequestError, MalformedRequestError
from director.inference.beside import Wanted
from director.json_text import plain_json, require_names_once

_Form = TypeVar("_Form", bound=BaseModel)
_Question = TypeVar("_Question", bound=OfTask)

_IN_QUERY = "With a CSV body, task, envoy_name and probabilities are query parameters."
_ID = Field(
    default=None,
    min_length=1,
    max_length=200,
    pattern=ONE_SEEN_LINE,
    description="A column of the CSV, or a member of each of the JSON's inputs, that is given back beside each answer "
    "and kept nowhere.",
)


class HowAnswered(Message):
    """What the query says of how a batch shall be answered."""

    id: Annotated[str | None, _ID] = None
    on_error: Annotated[
        Literal["refuse", "report"],
        Field(description="report: a wrong row is answered by its error, beside the others' answers."),
    ] = "refuse"
    with_: Annotated[
        Literal["model"] | None,
        Field(alias="with", description="model: each line of a CSV says which model answered, and the notice."),
    ] = None

    model_config = ConfigDict(populate_by_name=False)

    @property
    def wanted(self) -> Wanted:
        """The same for the stage that answers."""
        return Wanted(self.id, keeps_bad=self.on_error == "report", model=self.with_ == "model")


class GlobalCsv(OfTask, HowAnswered):
    """What the query says of a CSV body."""

    probabilities: bool = True


class EnvoyCsv(GlobalCsv):
    """The same, for one hospital's model."""

    envoy_name: EnvoyName


def json_body(form: type[BaseModel]) -> dict[str, Any]:
    """Describe an operation's body, for the interface document."""
    schema = {"schema": {"$ref": f"#/components/schemas/{form.__name__}"}}
    return {"requestBody": {"required": True, "content": {JSON: schema}}}


def batch_body(form: type[BaseModel]) -> dict[str, Any]:
    """Describe a batch's body and query, for the interface document."""
    body = json_body(form)
    body["requestBody"]["content"][CSV] = {"schema": {"type": "string"}, "example": "diagnosis_count\n3\n12\n"}
    of_csv = [
        {"name": name, "in": "query", "required": False, "schema": {"type": kind}, "description": "With a CSV body."}
        for name, kind in (("envoy_name", "string"), ("task", "string"), ("probabilities", "boolean"))
        if name in form.model_fields
    ]
    body["parameters"] = [*of_csv, *_how_described()]
    return body


def _how_described() -> Iterator[dict[str, Any]]:
    for name, schema in HowAnswered.model_json_schema()["properties"].items():
        about = schema.pop("description")
        for word in ("title", "default"):
            schema.pop(word, None)
        if "anyOf" in schema:  # what is left out is no null in a query
            schema = next(each for each in schema["anyOf"] if each != {"type": "null"})
        yield {"name": name, "in": "query", "required": False, "schema": schema, "description": about}


def is_csv(request: Request) -> bool:
    """Tell whether a body says that it is CSV.

    Raises:
        UnsupportedMediaTypeError: It is, in an encoding that is not read.
    """
    if content_type(request) != CSV:
        return False
    require_charset(request)
    return True


def about_csv(request: Request, form: type[_Form]) -> _Form:
    """Read what the query says of a CSV; raises InvalidRequestError."""
    return _of_query(request, form, _IN_QUERY)


def about_answers(request: Request, body: bytes) -> HowAnswered:
    """Read what the query says of how a JSON batch shall be answered.

    Raises:
        InvalidRequestError: It says something else too.
        ForbiddenError: The body names another hospital, whatever else is wrong.
    """
    if not request.url.query:
        return HowAnswered()
    try:
        return _of_query(
            request, HowAnswered, "Of a JSON batch the query says id, on_error and with; say the rest in the JSON body."
        )
    except InvalidRequestError:
        _require_named_envoy(request, body)
        raise


def _of_query(request: Request, form: type[_Form], hint: str) -> _Form:
    query = request.query_params.multi_items()
    try:
        found = form.model_validate(dict(query))
    except ValidationError as error:
        raise _misfit(error, hint) from None
    names = [name for name, _ in query]
    for name in names:
        if names.count(name) > 1:
            raise InvalidRequestError(f"{name} is named twice in the query.", hint="Name it once.", field=name)
    return found


def parse(request: Request, form: type[_Question], body: bytes, rows_before: int = 0) -> _Question:
    """Read a question's JSON, or a piece of a batch's.

    Raises:
        MalformedRequestError, UnsupportedMediaTypeError: It is none, or says that it is something else.
        InvalidRequestError: It is of another form, or names something twice.
        ForbiddenError: It names another hospital, whatever else is wrong.
    """
    try:
        found = form.model_validate_json(body)
    except ValidationError as error:
        plain = plain_json(body)
        if plain != body:
            return parse(request, form, plain, rows_before)
        _require_named_envoy(request, body)
        _require_json(request, *((CSV, JSON) if issubclass(form, BatchGlobalInferenceRequest) else (JSON,)))
        raise _misfit(error, "Send JSON as GET /docs says, or text/csv to a batch.", rows_before) from None
    require_names_once(body, _names_in(found))
    return found


def first_piece(request: Request, pieces: Iterator[bytes]) -> bytes:
    """Take the first of a batch's pieces; raises as ``in_pieces``.

    Raises:
        UnsupportedMediaTypeError: There is none, and the body says that it is something else.
    """
    try:
        return next(pieces)
    except (InvalidRequestError, MalformedRequestError):
        _require_json(request, CSV, JSON)
        raise


def further_rows(
    request: Request, form: type[BatchGlobalInferenceRequest], pieces: Iterator[bytes], rows: int
) -> Iterator[Mapping[str, object]]:
    """Read the rows of a batch's further pieces; raises as ``parse``.

    Raises:
        InvalidRequestError: There are too many.
    """
    for piece in pieces:
        batch = parse(request, form, piece, rows)
        rows += len(batch.inputs)
        if rows > MAX_BATCH_ROWS:
            raise InvalidRequestError(
                f"inputs: {rows:,} rows or more.", hint=f"Send at most {MAX_BATCH_ROWS:,} at once.", rows=rows
            )
        yield from batch.inputs


def _require_json(request: Request, *wanted: str) -> None:
    """Where a body was not read: name the type that it says it has, if that is another."""
    kind = content_type(request)
    if kind and not is_json(kind):
        raise refused_type(request, *wanted) from None


def _names_in(question: OfTask) -> int:
    """Count the names in a question, as far as they are at its top and in its inputs."""
    names = len(question.model_fields_set)
    if isinstance(question, BatchGlobalInferenceRequest):
        return names + sum(map(len, question.inputs))
    return names + len(question.inputs) if isinstance(question, GlobalInferenceRequest) else names


def _require_named_envoy(request: Request, body: bytes) -> None:
    """Let a hospital name no other one in a body, whatever else is wrong with it."""
    try:
        found = json.loads(body, parse_int=float)  # an int of thousands of digits would hide the name beside it
        named = EnvoyName(found["envoy_name"])
    except (ValueError, RecursionError, TypeError, KeyError, InvalidNameError):
        return
    caller_of(request).require_envoy(named)


def _misfit(error: ValidationError, hint: str, rows_before: int = 0) -> FederationError:
    first = error.errors(include_url=False, include_input=False)[0]
    loc = (part + rows_before if isinstance(part, int) else part for part in first["loc"])
    where = ".".join(str(part) for part in loc)[:120]
    kind = MalformedRequestError if first["type"] == "json_invalid" else InvalidRequestError
    return kind(f"{where or 'body'}: {first['msg'][:300]}.", hint=hint)
