"""The document as HTML: whatever stands in it is text."""

from director.api.documented import body_of, head_of

HOSTILE = "<script>alert(1)</script>\"'&"


def document(text: str) -> dict[str, object]:
    operation = {
        "operationId": text,
        "tags": [text],
        "summary": text,
        "description": text,
        "parameters": [
            {
                "name": text,
                "in": "query",
                "required": True,
                "schema": {"enum": [text]},
                "description": text,
                "example": text,
            }
        ],
        "requestBody": {"content": {"application/json": {"schema": {"type": text, "default": text}, "example": text}}},
        "responses": {
            text: {
                "description": text,
                "content": {"application/problem+json": {"examples": {text: {"summary": text, "value": {}}}}},
            }
        },
    }
    return {
        "info": {"title": text, "version": text, "description": text},
        "paths": {f"/{text}": {"post": operation}},
        "components": {"schemas": {text: {"properties": {text: {"$ref": f"#/{text}"}}, "description": text}}},
    }


def test_no_text_of_the_document_becomes_markup():
    page = head_of(document(HOSTILE), "", "", "n") + body_of(document(HOSTILE))
    assert page.count("<script") == 1
    assert "alert(1)" in page
    assert '"\'&"' not in page


def test_a_form_holds_the_example_and_what_must_be_given():
    page = body_of(document("plain"))
    assert '<input name="plain" data-in="query" value="plain" required>' in page
    assert '<textarea name="body">plain</textarea>' in page
    assert "<code>plain</code></td><td>plain</td>" in page
