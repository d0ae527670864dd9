"""The interface as a page, for people without a network: fields, examples, errors and a form of each operation."""

import re

from tests.director.api.house import OPERATIONS
from tests.federation_simulator import FederationSimulator


def test_the_documentation_needs_no_network(federation: FederationSimulator):
    answer = federation.http.get("/docs")
    page = answer.text
    assert "/infer_global/batch" in page
    for outside in (
        "http://",
        "https://",
        "src=",
        "@import",
        "url(",
        "localStorage",
        "sessionStorage",
        "document.cookie",
    ):
        assert outside not in page.replace("https://tools.ietf.org", ""), outside
    document = federation.http.get("/openapi.json").json()
    assert "/upload/{envoy_name}" in document["paths"]


def test_only_the_pages_own_script_and_style_run_by_a_nonce_of_each_answer(federation: FederationSimulator):
    nonces = set()
    for _ in range(2):
        answer = federation.http.get("/docs")
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        (nonce,) = set(re.findall(r"nonce-([\w-]+)", policy))
        assert re.findall(r"<(script|style)( [^>]*)>", answer.text) == [
            ("style", f' nonce="{nonce}"'),
            ("script", f' nonce="{nonce}"'),
        ]
        assert not re.search(r"\son\w+=", answer.text)
        assert answer.headers["x-frame-options"] == "DENY"
        nonces.add(nonce)
    assert len(nonces) == 2


def test_each_operation_shows_its_fields_its_errors_and_a_form(federation: FederationSimulator):
    page = federation.http.get("/docs").text
    for operation in OPERATIONS:
        part = page.partition(f'<details id="{operation.name}">')[2].partition("<details")[0]
        assert f"{operation.method} {operation.path}" in part
        assert "<code>head_too_large</code>" in part
        for name in operation.parameters("query") | operation.parameters("path"):
            assert f"<code>{name}</code>" in part
        is_form = "multipart/form-data" in part or "application/octet-stream" in part.partition("<h3>Answers")[0]
        assert ("<form" in part) == (not is_form), operation.name
    for field in ("envoy_name", "inputs", "probabilities"):
        assert f"<td><code>{field}</code></td>" in page.partition('<details id="InferenceRequest">')[2]


def test_what_changes_something_asks_first_and_a_question_does_not(federation: FederationSimulator):
    page = federation.http.get("/docs").text
    forms = dict(re.findall(r'<form data-method="\w+" data-path="([^"]+)"( data-asks="[^"]+")?', page))
    assert forms["/aggregations"]
    assert forms["/envoys/{envoy_name}/disable"]
    assert not forms["/infer_global"]
    assert not forms["/infer/batch"]
    assert not forms["/overview"]
