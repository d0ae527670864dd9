"""The interface document as HTML: fields, examples, errors, a form. Knows no request; every text of it is escaped."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from director.api.examples import example_of
from director.api.problems import MEDIA_TYPE

Json = Mapping[str, Any]

_ASKS_NOTHING = ("inference",)
"""Operations of these tags change nothing, whatever their method."""


def head_of(document: Json, style: str, script: str, nonce: str) -> str:
    """Give the page's beginning: what is made anew for each reader."""
    title = escape(f"{document['info']['title']} {document['info']['version']}")
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{title}</title><style nonce="{nonce}">{style}</style><script nonce="{nonce}">{script}</script>'
    )


def body_of(document: Json) -> str:
    """Give all the rest."""
    return "".join(_body(document))


def _body(document: Json) -> Iterator[str]:
    title = escape(f"{document['info']['title']} {document['info']['version']}")
    yield f"<h1>{title}</h1><p>{escape(document['info']['description'])}</p>"
    yield (
        "<p>Send the header <code>Authorization: Bearer TOKEN</code>. "
        "Errors are <code>application/problem+json</code>: a stable <code>code</code>, what failed, what to do next. "
        'For programs: <a href="/openapi.json">openapi.json</a>.</p>'
        '<label>Token for the forms below, which is kept nowhere: <input id="token" type="password" size="60" '
        'autocomplete="off" spellcheck="false"></label>'
    )
    operations = [
        (operation.get("tags", ["other"])[0], method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    schemas = document.get("components", {}).get("schemas", {})
    for tag in dict.fromkeys(tag for tag, *_ in operations):
        yield f"<h2>{escape(tag)}</h2>"
        for _, method, path, operation in (each for each in operations if each[0] == tag):
            yield from _operation(tag, method, path, operation, schemas)
    yield "<h2>schemas</h2>"
    for name, schema in schemas.items():
        about = escape(schema.get("description", ""))
        yield f'<details id="{escape(name)}"><summary>{escape(name)}</summary><p>{about}</p>'
        yield from _fields(schema)
        yield f"{_json(schema)}</details>"
    yield "</html>"


def _operation(tag: str, method: str, path: str, operation: Json, schemas: Json) -> Iterator[str]:
    yield f'<details id="{escape(operation["operationId"])}"><summary><code>{method} {escape(path)}</code> '
    yield f"{escape(operation['summary'])}</summary><p>{escape(operation.get('description', ''))}</p>"
    parameters, contents = operation.get("parameters", []), operation.get("requestBody", {}).get("content", {})
    yield from _parameters(parameters)
    for media_type, content in contents.items():
        yield f"<h3>Body, {escape(media_type)}</h3>{_kind(content['schema'])}"
        if "example" in content:
            yield _example(content["example"])
    yield from _answers(operation.get("responses", {}), schemas)
    if all(media_type.startswith(("application/json", "text/", "application/toml")) for media_type in contents):
        yield from _form(tag, method, path, parameters, contents)
    yield "</details>"


def _parameters(parameters: list[Json]) -> Iterator[str]:
    if not parameters:
        return
    yield "<table><tr><th>parameter</th><th>in</th><th>is</th><th></th></tr>"
    for each in parameters:
        needed = each["in"] if each.get("required") else f"{each['in']}, optional"
        about = escape(each.get("description", ""))
        yield f"<tr><td><code>{escape(each['name'])}</code></td><td>{escape(needed)}</td>"
        yield f"<td>{_kind(each['schema'])}</td><td>{about}</td></tr>"
    yield "</table>"


def _fields(schema: Json) -> Iterator[str]:
    if not schema.get("properties"):
        return
    yield "<table><tr><th>field</th><th>is</th><th></th></tr>"
    for name, field in schema["properties"].items():
        needed = "" if name in schema.get("required", ()) else ", optional"
        yield f"<tr><td><code>{escape(name)}</code></td><td>{_kind(field)}{needed}</td>"
        yield f"<td>{escape(field.get('description', ''))}</td></tr>"
    yield "</table>"


def _kind(schema: Json) -> str:
    """Say in a few words what a value is."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    for either in ("anyOf", "oneOf", "allOf"):
        if either in schema:
            return " or ".join(dict.fromkeys(_kind(each) for each in schema[either]))
    if "enum" in schema or "const" in schema:
        return ", ".join(
            f"<code>{escape(json.dumps(each))}</code>" for each in schema.get("enum", [schema.get("const")])
        )
    kind = schema.get("type", "anything")
    said = " or ".join(kind) if isinstance(kind, list) else kind
    if said == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    bounds = [f"{word} {schema[key]}" for key, word in _BOUNDS.items() if key in schema]
    return escape(", ".join([schema.get("title", said) if said == "object" else said, *bounds]))


_BOUNDS = {"minimum": "from", "maximum": "to", "minLength": "at least", "maxLength": "at most", "default": "else"}


def _answers(responses: Json, schemas: Json) -> Iterator[str]:
    yield "<h3>Answers</h3><table><tr><th>status</th><th>code</th><th></th></tr>"
    for status, response in responses.items():
        problems = response.get("content", {}).get(MEDIA_TYPE, {}).get("examples", {})
        for code, problem in problems.items():
            yield f"<tr><td>{escape(status)}</td><td><code>{escape(code)}</code></td>"
            yield f"<td>{escape(problem.get('summary', ''))}</td></tr>"
        if not problems:
            yield f"<tr><td>{escape(status)}</td><td></td><td>{escape(response.get('description', ''))}</td></tr>"
    yield "</table>"
    for status, response in responses.items():
        content = response.get("content", {}).get("application/json", {})
        if status.startswith("2") and content.get("schema"):
            yield f"<p>{escape(status)}: {_kind(content['schema'])}</p>"
            yield _example(example_of(content["schema"], schemas))


def _form(tag: str, method: str, path: str, parameters: list[Json], contents: Json) -> Iterator[str]:
    is_act = method != "GET" and tag not in _ASKS_NOTHING
    asks = (
        f' data-asks="{escape(f"This changes something at the director: {method} {path}. Send it?")}"' if is_act else ""
    )
    yield f'<h3>Try it</h3><form data-method="{method}" data-path="{escape(path)}"{asks}>'
    for each in parameters:
        name, needed = escape(each["name"]), " required" if each.get("required") else ""
        example = escape(str(each.get("example", "")))
        value = f' value="{example}"' if needed else f' placeholder="{example}"'
        yield f'<label>{name} <input name="{name}" data-in="{escape(each["in"])}"{value}{needed}></label>'
    if contents:
        yield '<label>Content-Type <select name="media-type">'
        texts = {kind: _text(content.get("example", "")) for kind, content in contents.items()}
        for kind, text in texts.items():
            yield f'<option data-example="{escape(text)}">{escape(kind)}</option>'
        first = escape(next(iter(texts.values())))
        yield f'</select></label><label>Body <textarea name="body">{first}</textarea></label>'
    yield "<button>Send</button><output></output></form>"


def _text(example: object) -> str:
    return example if isinstance(example, str) else json.dumps(example, indent=2, ensure_ascii=False)


def _example(example: object) -> str:
    return f"<pre>{escape(_text(example))}</pre>"


def _json(value: object) -> str:
    return f"<pre>{escape(json.dumps(value, indent=2))}</pre>"
