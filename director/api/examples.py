"""An example of each message, made from its form in the interface document: what it must hold, and no more."""

import math
from collections.abc import Mapping
from typing import Any

from contract.tasks import DEFAULT_TASK

_OF_NAME: Mapping[str, Any] = {
    "envoy_name": "KUTRRH",
    "envoy": "KUTRRH",
    "task": str(DEFAULT_TASK),
    "task_name": str(DEFAULT_TASK),
    "version": 1,
    "note": "Looked at",
    "reason": "Looked at, and known",
    "code": "a one-time code",
    "alias": "production",
    "submission_id": "0123456789abcdef",
    "token_id": "0123456789ab",
    "Content-Range": "bytes 0-0/1",
}
_OF_PATTERN: Mapping[str, str] = {
    "^[a-z][a-z0-9_]{0,62}$": str(DEFAULT_TASK),
    "^[a-z][a-z0-9_-]{0,62}$": "production",
    "^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$": "KUTRRH",
    "^[0-9]{1,12}$": "1",
    "^(0|[0-9]{1,16}\\.[0-9a-f]{1,32})$": "0",
    "^[0-9a-f]{12}$": "0123456789ab",
    "^[0-9a-f]{16}$": "0123456789abcdef",
    "^[0-9a-f]{64}$": "0" * 64,
    "^bytes [0-9]{1,15}-[0-9]{1,15}/[0-9]{1,15}$": "bytes 0-0/1",
}
_OF_FORMAT = {"date-time": "2026-01-01T08:00:00Z", "binary": "…", "uuid": "00000000-0000-0000-0000-000000000000"}


def example_of(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str = "") -> Any:
    """Give something that a schema takes.

    Args:
        schema: Of the document.
        schemas: All that it may point to, by their names.
        name: What the value is called where it stands, if it is.
    """
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas, name)
    for said in ("example", "const", "default"):
        if schema.get(said) is not None:
            return schema[said]
    if "enum" in schema:
        return schema["enum"][0]
    for either in ("anyOf", "oneOf", "allOf"):
        if either in schema:
            options = [each for each in schema[either] if each.get("type") != "null"]
            return example_of(options[0], schemas, name) if options else None
    return _of_type(schema, schemas, name)


def _of_type(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str) -> Any:
    kinds = schema.get("type", "object" if "properties" in schema else None)
    kind = next((each for each in kinds if each != "null"), None) if isinstance(kinds, list) else kinds
    if kind == "object":
        wanted = schema.get("required", ())
        found = schema.get("properties", {}).items()
        return {each: example_of(form, schemas, each) for each, form in found if each in wanted}
    if kind == "array":
        tuple_items = schema.get("prefixItems")
        if tuple_items:
            return [example_of(each, schemas, name) for each in tuple_items]
        return [example_of(schema.get("items", {}), schemas, name)] * max(1, schema.get("minItems", 1))
    if kind in ("integer", "number"):
        fitting = _OF_NAME.get(name)
        if isinstance(fitting, int):
            return fitting
        usual = 9 if kind == "integer" else 0.5
        lowest, highest = schema.get("minimum", usual), schema.get("maximum", math.inf)
        found = min(max(usual, lowest), highest)
        return int(found) if kind == "integer" else found
    if kind == "string":
        return _text(schema, name)
    return {"boolean": True}.get(str(kind))


def _text(schema: Mapping[str, Any], name: str) -> str:
    shaped = _OF_PATTERN.get(schema.get("pattern", "")) or _OF_FORMAT.get(schema.get("format", ""))
    if shaped is not None:
        return shaped
    found = _OF_NAME.get(name)
    text = found if isinstance(found, str) else name or "text"
    return text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength", len(text) + 99)]
