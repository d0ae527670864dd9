"""Requests that no well-meant client sends: each is refused as a problem, and none is a fault of ours."""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx2 as httpx
import pytest

from tests.federation_simulator import FederationSimulator, SimulatedHospital

BODIES = {
    "/infer": '{"envoy_name":"KUTRRH","inputs":{"diagnosis_count":VALUE}}',
    "/infer_global": '{"inputs":{"diagnosis_count":VALUE}}',
    "/infer/batch": '{"envoy_name":"KUTRRH","inputs":[{"diagnosis_count":3},{"diagnosis_count":VALUE}]}',
    "/infer_global/batch": '{"inputs":[{"diagnosis_count":VALUE}]}',
    "/statistics/KUTRRH": '{"task":"diagnosis_count","num_examples":40,"mean":[VALUE],"m2":[900.0]}',
    "/aggregations": '{"parameters":VALUE}',
    "/envoys": '{"envoy_name":VALUE}',
    "/join": '{"code":VALUE}',
}
VALUES = {
    "NaN": b"NaN",
    "Infinity": b"Infinity",
    "-Infinity": b"-Infinity",
    "beyond the range of floats": b"1e999",
    "an integer of 5,000 digits": b"9" * 5000,
    "an integer beyond 64 bits": b"9" * 30,
    "100,000 lists in each other": b"[" * 100_000 + b"]" * 100_000,
    "100,000 objects in each other": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "a lone surrogate": b'"\\ud800"',
    "a lone surrogate as a key": b'{"\\udfff":1}',
    "NUL": b'"\\u0000"',
    "a raw control character": b'"\x01"',
    "no UTF-8": b'"\xff\xfe"',
    "an overlong UTF-8": b'"\xc0\xaf"',
    "nothing": b"",
    "a comment": b"/**/1",
    "true": b"true",
    "a text of a megabyte": b'"' + b"a" * 900_000 + b'"',
}


@pytest.fixture(scope="module")
def federation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FederationSimulator]:
    """A federation with a model, a global model and a start; no request of this module changes it."""
    with FederationSimulator(tmp_path_factory.mktemp("odd") / "director") as simulator:
        simulator.enrol("KUTRRH").train_and_upload()
        assert simulator.aggregate().status_code == 201
        yield simulator


@pytest.fixture(scope="module")
def hospital(federation: FederationSimulator) -> SimulatedHospital:
    return federation.hospitals["KUTRRH"]


def with_key(headers: Mapping[str, str], key: bytes) -> list[tuple[bytes, bytes]]:
    return [*((name.encode(), value.encode()) for name, value in headers.items()), (b"Idempotency-Key", key)]


def assert_refused(response: httpx.Response, *statuses: int) -> None:
    assert response.status_code in (statuses or (400, 401, 413, 422)), response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert len(response.content) <= 4096
    assert {"code", "detail", "hint", "request_id"} <= response.json().keys()


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_value_that_json_or_the_task_does_not_know_is_refused(
    federation: FederationSimulator, hospital: SimulatedHospital, path: str, value: bytes
):
    headers = hospital.headers if path.startswith(("/infer", "/statistics")) else federation.admin
    body = BODIES[path].encode().replace(b"VALUE", value)
    assert_refused(federation.http.post(path, content=body, headers={**headers, "Content-Type": "application/json"}))


@pytest.mark.parametrize("path", ["/infer", "/infer_global/batch", "/aggregations", "/join"])
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json; charset=utf-16", '{"inputs":'.encode("utf-16")),
        ("application/json; charset=no-such", b"{"),
        ("text/plain", b"diagnosis_count\n3\n"),
        ("application/x-www-form-urlencoded", b"inputs=3"),
        ("multipart/form-data; boundary=b", b"--b--"),
        ("\"'();:", b"\0\1\2"),
        ("", b"[]"),
        ("application/json", b'{"inputs":{"diagnosis_count":3}} {"inputs":1}'),
    ],
)
def test_a_body_of_another_kind_is_refused(federation: FederationSimulator, path: str, content_type: str, body: bytes):
    headers = {**federation.admin, "Content-Type": content_type}
    assert_refused(federation.http.post(path, content=body, headers=headers), 400, 415, 422)


TWICE = {
    "/infer": b'{"envoy_name":"Other","envoy_name":"KUTRRH","inputs":{"diagnosis_count":1}}',
    "/infer_global": b'{"inputs": {"diagnosis_count": 1, "diagnosis_count": 21}}',
    "/infer_global/batch": b'{"inputs": [{"diagnosis_count": 1}, {"diagnosis_count": 1, "diagnosis_count" : 21}]}',
    "/infer/batch": b'{"envoy_name":"KUTRRH","inputs":[{"diagnosis_count":1}],"inputs":[{"diagnosis_count":2}]}',
    "/aggregations": b'{"dry_run": true, "dry_run": false}',
    "/envoys": b'{"envoy_name": "Embu", "envoy_name": "Meru"}',
    "/statistics/KUTRRH": b'{"num_examples":40,"num_examples":41,"mean":[9.0],"m2":[900.0]}',
    "/join": b'{"code": "one", "code": "two"}',
}


@pytest.mark.parametrize("path", TWICE)
def test_what_is_named_twice_in_one_object_is_refused_wherever_json_is_read(
    federation: FederationSimulator, hospital: SimulatedHospital, path: str
):
    headers = hospital.headers if path.startswith(("/infer", "/statistics")) else federation.admin
    headers = {**headers, "Content-Type": "application/json"}
    answer = federation.http.post(path, content=TWICE[path], headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert "named twice" in answer.json()["detail"]


def encoded(text: bytes) -> list[bytes]:
    said = text.decode()
    return [b"\xef\xbb\xbf" + text, said.encode("utf-16"), b"\xfe\xff" + said.encode("utf-16-be")]


def test_a_mark_before_json_and_utf_16_change_nothing(federation: FederationSimulator, hospital: SimulatedHospital):
    """Case 7 of the public reports: PowerShell and Notepad write such files."""
    for path, body in (
        ("/infer", b'{"envoy_name": "KUTRRH", "inputs": {"diagnosis_count": 9}}'),
        ("/infer_global", b'{"inputs": {"diagnosis_count": 9}}'),
        ("/infer_global/batch", b'{"inputs": [{"diagnosis_count": 9}], "probabilities": true}'),
    ):
        plain = hospital.http.post(path, content=body, headers=hospital.headers).json()
        for written in encoded(body):
            found = hospital.http.post(path, content=written, headers=hospital.headers)
            assert {**found.json(), "request_id": ""} == {**plain, "request_id": ""}, found.text
    for written in encoded(b'{"dry_run": true}'):
        headers = {**federation.admin, "Content-Type": "application/json"}
        assert federation.http.post("/aggregations", content=written, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/infer", "/infer_global", "/infer/batch", "/infer_global/batch", "/aggregations"])
@pytest.mark.parametrize(
    ("content_type", "body", "says"),
    [
        ("multipart/form-data; boundary=b", b"--b\r\n\r\nx\r\n--b--", "--data-binary"),
        ("application/x-www-form-urlencoded", b"diagnosis_count321", "curl -d"),
        ("application/csv", b"diagnosis_count\n3\n", "Content-Type: "),
        ("text/plain", b"diagnosis_count\n3\n", "Content-Type: "),
        ("text/tab-separated-values", b"diagnosis_count\n3\n", "Content-Type: "),
    ],
)
def test_a_body_of_another_type_is_named_with_what_to_send(
    federation: FederationSimulator, path: str, content_type: str, body: bytes, says: str
):
    for content in (body, body + b"3\n" * 200_000):
        answer = federation.http.post(path, content=content, headers={**federation.admin, "Content-Type": content_type})
        if answer.status_code == 413:  # no batch
            continue
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
        assert content_type.partition(";")[0] in answer.json()["detail"]
        assert says in answer.json()["hint"]


@pytest.mark.parametrize("path", ["/infer", "/infer_global/batch", "/aggregations", "/validation/diagnosis_count"])
def test_a_compressed_body_is_named(federation: FederationSimulator, path: str):
    headers = {**federation.admin, "Content-Type": "text/csv", "Content-Encoding": "gzip"}
    method = "PUT" if path.startswith("/validation") else "POST"
    answer = federation.http.request(method, path, content=b"\x1f\x8b\x08\x00", headers=headers)
    assert (answer.status_code, "gzip" in answer.json()["detail"]) == (415, True)


def test_a_form_is_no_validation_table(federation: FederationSimulator):
    files = {"file": ("x.csv", b"label,diagnosis_count\nlow,3\n")}
    answer = federation.http.put("/validation/diagnosis_count", files=files, headers=federation.admin)
    assert (answer.status_code, "--data-binary" in answer.json()["hint"]) == (415, True)


@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        ("/tasks/%00", [422]),
        ("/tasks/%FF%FE", [422]),
        ("/tasks/diagnosis_count%00", [422]),
        ("/tasks/diagnosis_count%0A", [422]),
        ("/tasks/..%2F..%2Fetc", [404, 422]),
        ("/envoys/CON", [422]),
        ("/envoys/K%C3%9CTRRH", [422]),
        ("/envoys/" + "a" * 5000, [422]),
        ("/submissions/%00", [404]),
        ("/submissions/%ED%A0%80", [404]),
        ("/submissions/" + "f" * 5000, [404]),
        ("/submissions?cursor=" + "9" * 5000, [400]),
        ("/submissions?cursor=%FF", [400]),
        ("/submissions?cursor=-1", [400]),
        ("/submissions?cursor=%D9%A3", [400]),
        ("/submissions?cursor=1e3", [400]),
        ("/submissions?limit=1e999", [422]),
        ("/submissions?limit=" + "9" * 5000, [422]),
        ("/submissions?envoy_name=%00", [422]),
        ("/submissions?verdict[]=admitted&verdict=%FF", [422]),
        ("/global_models/1e3", [422]),
        ("/global_models/%D9%A3%FF", [422]),
        ("/global_models/" + "9" * 5000, [422]),
        ("/global_models/1?task=%00", [422]),
    ],
)
def test_a_path_or_query_that_names_nothing_is_refused(federation: FederationSimulator, path: str, statuses: list[int]):
    assert_refused(federation.http.get(path, headers=federation.admin), *statuses)


@pytest.mark.parametrize("path", ["/envoys/", "/session/", "/join/", "/tokens/", "/infer/", "/docs/"])
def test_nobody_is_sent_elsewhere_with_what_they_show(federation: FederationSimulator, path: str):
    headers = {"Host": "evil.example", **federation.admin}
    for method in ("GET", "POST"):
        answer = federation.http.request(method, path, headers=headers, json={}, follow_redirects=False)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("key", [b"", b"k" * 201, b"k" * 20_000])
def test_an_idempotency_key_is_neither_empty_nor_endless(
    federation: FederationSimulator, hospital: SimulatedHospital, key: bytes
):
    parcel = hospital.parcel(1)
    requests: list[tuple[str, dict[str, str], dict[str, Any]]] = [
        ("/aggregations", federation.admin, {"json": {}}),
        ("/join", {}, {"json": {"code": "x" * 43}}),
        ("/upload/KUTRRH", hospital.headers, {"files": parcel.files}),
    ]
    for path, headers, body in requests:
        answer = federation.http.post(path, headers=with_key(headers, key), **body)
        assert_refused(answer, 400, 422)


def test_an_idempotency_key_may_be_any_bytes(hospital: SimulatedHospital):
    parcel = hospital.parcel(2)
    headers = with_key(hospital.headers, b"\xff\x80'; --")
    first, again = (hospital.http.post("/upload/KUTRRH", files=parcel.files, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)


def test_no_answer_of_ours_is_a_table_that_a_spreadsheet_would_run(hospital: SimulatedHospital):
    """CSV goes out with numbers and risk levels only: no cell is a text that somebody sent."""
    answer = hospital.http.post(
        "/infer/batch?envoy_name=KUTRRH",
        content=b"diagnosis_count\n3\n",
        headers={**hospital.headers, "Content-Type": "text/csv"},
    )
    head, row = answer.text.splitlines()
    assert head == "risk_level,low,medium,high"
    assert row.split(",")[0] in ("low", "medium", "high")
    assert all(0 <= float(cell) <= 1 for cell in row.split(",")[1:])
