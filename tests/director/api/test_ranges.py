"""A file from a byte on: what is put together again is the file, and each reading of a model is on record."""

import pytest

from contract.names import Digest
from director.api.ranges import in_range
from director.errors import RangeNotSatisfiableError
from tests.federation_simulator import FederationSimulator, SimulatedHospital

DATA = bytes(range(100))


@pytest.mark.parametrize(
    ("header", "status", "start", "end"),
    [
        (None, 200, 0, 100), ("bytes=0-", 206, 0, 100), ("bytes=40-", 206, 40, 100), ("bytes=40-49", 206, 40, 50),
        ("bytes=99-1000", 206, 99, 100), ("bytes=-5", 200, 0, 100), ("bytes=0-1,5-6", 200, 0, 100), ("x", 200, 0, 100),
    ],
)  # fmt: skip
def test_one_range_is_given_and_another_kind_stands_for_the_whole(
    header: str | None, status: int, start: int, end: int
) -> None:
    answer = in_range(DATA, header)
    assert (answer.status_code, bytes(answer.body)) == (status, DATA[start:end])
    assert answer.headers["etag"] == f'"{Digest.of(DATA)}"'
    assert answer.headers.get("content-range") == (f"bytes {start}-{end - 1}/100" if status == 206 else None)


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=999999-"])
def test_bytes_that_a_file_does_not_have_are_refused(header: str) -> None:
    with pytest.raises(RangeNotSatisfiableError, match="has 100 bytes"):
        in_range(DATA, header)


def test_the_rest_of_a_start_is_given_and_on_record(
    federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    digest = hospital.start()["model_sha256"]
    whole = hospital.blob(digest)
    before = len(federation.log_lines("start.read"))
    rest = hospital.http.get(f"/blobs/{digest}", headers={**hospital.headers, "Range": "bytes=1000-"})
    assert (rest.status_code, rest.content) == (206, whole[1000:])
    assert len(federation.log_lines("start.read")) == before + 1
    hospital.train_and_upload()
    federation.aggregate()
    model = hospital.http.get("/global_models/1/model.pt", headers=hospital.headers).content
    rest = hospital.http.get("/global_models/1/model.pt", headers={**hospital.headers, "Range": "bytes=7-"})
    assert (rest.status_code, rest.content) == (206, model[7:])
    beyond = hospital.http.get(f"/blobs/{digest}", headers={**hospital.headers, "Range": f"bytes={len(whole)}-"})
    assert (beyond.status_code, beyond.json()["code"]) == (416, "range_not_satisfiable")
