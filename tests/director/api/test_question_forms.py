"""How a batch is answered: ids and errors beside the answers, the model in headers and lines, ids nowhere else."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx2 as httpx
import pytest

from contract.messages.inference import BatchPrediction
from tests.director.api.house import DOCUMENT
from tests.federation_simulator import FederationSimulator

TABLE = "mrn,diagnosis_count\nMRN-4711,3\nMRN-4712,-1\n"
ROWS = [{"mrn": "MRN-4711", "diagnosis_count": 3}, {"mrn": "MRN-4712", "diagnosis_count": -1}]


@pytest.fixture(scope="module")
def federation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FederationSimulator]:
    """A federation whose current model is asked; nothing here changes it."""
    with FederationSimulator(tmp_path_factory.mktemp("formed") / "director") as federation:
        federation.enrol("KUTRRH").train_and_upload()
        assert federation.aggregate().status_code == 201
        yield federation


def ask(federation: FederationSimulator, content: str | list[Any], **query: str) -> httpx.Response:
    is_table = isinstance(content, str)
    headers = {**federation.analyst, "Content-Type": "text/csv" if is_table else "application/json"}
    body = content if isinstance(content, str) else json.dumps({"inputs": content})
    return federation.http.post("/infer_global/batch", params=query, content=body, headers=headers)


def files_in(folder: Path) -> Iterator[Path]:
    return (each for each in folder.rglob("*") if each.is_file())


def test_an_id_is_given_back_and_stands_nowhere_else(federation: FederationSimulator):
    for content in (TABLE, ROWS):
        answer = ask(federation, content, id="mrn", on_error="report")
        assert answer.status_code == 200, answer.text
        assert answer.text.count("MRN-471") == 2
        assert "MRN-471" not in str(answer.headers)
        refused = ask(federation, content, id="mrn")
        assert (refused.status_code, "MRN" in refused.text) == (422, False)
    kept = [each for each in files_in(federation.folder) if b"MRN-471" in each.read_bytes()]
    assert kept == []
    assert any(each.name.startswith("director.db") for each in files_in(federation.folder))
    assert "mrn" not in federation.file("logs", "inference.log").read_text()


def test_a_table_says_who_answered_in_its_headers_and_where_asked_in_each_line(federation: FederationSimulator):
    notice = ask(federation, [ROWS[0] | {}], id="mrn").json()["notice"]
    good = "diagnosis_count\n3\n9\n"
    for query in ({}, {"with": "model"}):
        answer = ask(federation, good, **query)
        assert answer.headers["Model-Version"] == "1"
        assert answer.headers["Model-Notice"].isascii()
        assert unquote(answer.headers["Model-Notice"]) == notice
        assert "Rows-Refused" not in answer.headers
        head, *lines = csv.reader(io.StringIO(answer.text))
        assert head[4:] == (["model_version", "model_sha256", "notice"] if query else [])
        told = ["1", answer.headers["Model-SHA256"], notice] if query else []
        assert [line[4:] for line in lines] == [told, told]


def test_how_many_rows_are_wrong_stands_in_a_header_and_in_json_in_a_field(federation: FederationSimulator):
    table, objects = (ask(federation, each, id="mrn", on_error="report") for each in (TABLE, ROWS))
    assert table.headers["Rows-Refused"] == objects.headers["Rows-Refused"] == "1"
    assert objects.json()["refused"] == 1
    assert BatchPrediction.model_validate_json(objects.content)
    assert table.text.splitlines()[0] == "mrn,risk_level,low,medium,high,error"
    assert table.text.splitlines()[2].startswith("MRN-4712,,,,,Row 2 (line 3): Feature diagnosis_count")


def test_a_whole_table_is_refused_unless_errors_are_asked_for(federation: FederationSimulator):
    answer = ask(federation, TABLE, id="mrn", on_error="refuse")
    assert (answer.status_code, answer.json()["facts"]["row"], answer.json()["facts"]["line"]) == (422, 2, 3)


@pytest.mark.parametrize(
    "query",
    [
        {"on_error": "ignore"},
        {"with": "everything"},
        {"id": ""},
        {"id": "a\nb"},
        {"id": "diagnosis_count"},
        {"with_": "model"},
    ],
)
def test_a_query_that_says_something_else_is_refused(federation: FederationSimulator, query: dict[str, str]):
    for content in ("diagnosis_count\n3\n", [{"diagnosis_count": 3}]):
        answer = ask(federation, content, **query)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), answer.text


def test_a_query_names_everything_once(federation: FederationSimulator):
    headers = {**federation.analyst, "Content-Type": "text/csv"}
    answer = federation.http.post("/infer_global/batch?id=a&id=b", content=TABLE, headers=headers)
    assert (answer.status_code, "id is named twice" in answer.json()["detail"]) == (422, True)


def test_the_document_tells_the_query_and_the_headers():
    for path in ("/infer/batch", "/infer_global/batch"):
        operation = DOCUMENT["paths"][path]["post"]
        told = {each["name"]: each["schema"] for each in operation["parameters"]}
        assert told["on_error"] == {"enum": ["refuse", "report"], "type": "string"}
        assert told["with"]["const"] == "model"
        assert told["id"]["maxLength"] == 200
        assert {"Model-Version", "Model-SHA256", "Model-Notice", "Rows-Refused"} == set(
            operation["responses"]["200"]["headers"]
        )
