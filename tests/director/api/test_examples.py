"""An example of a form is of that form."""

from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from director.api.examples import example_of
from tests.director.api.house import DOCUMENT

SCHEMAS: dict[str, dict[str, Any]] = DOCUMENT["components"]["schemas"]


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_message_has_an_example_of_its_form(name: str) -> None:
    example = example_of(SCHEMAS[name], SCHEMAS)
    validator = Draft202012Validator({**SCHEMAS[name], "components": DOCUMENT["components"]})
    assert [each.message for each in validator.iter_errors(example)] == []


@pytest.mark.parametrize(
    ("schema", "example"),
    [
        ({"type": "integer", "minimum": 40}, 40),
        ({"type": "number", "maximum": 0.25}, 0.25),
        ({"type": ["string", "null"], "maxLength": 3}, "tex"),
        ({"anyOf": [{"type": "null"}, {"enum": ["a", "b"]}]}, "a"),
        ({"type": "array", "minItems": 2, "items": {"type": "boolean"}}, [True, True]),
        ({"type": "object", "properties": {"a": {"const": 1}, "b": {}}, "required": ["a"]}, {"a": 1}),
        ({"default": 7, "type": "integer"}, 7),
    ],
)
def test_it_is_the_smallest_that_fits(schema: dict[str, Any], example: object) -> None:
    assert example_of(schema, {}) == example
