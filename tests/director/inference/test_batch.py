"""Many answers at once: what single questions would be answered, in the order of the rows."""

import numpy as np
import pytest
from federation_simulator import FederationSimulator


def singles(federation: FederationSimulator, counts) -> list[dict]:
    return [federation.infer_global({"inputs": {"diagnosis_count": int(count)}}).json() for count in counts]


def test_a_batch_answers_as_single_questions_do(asked: FederationSimulator):
    counts = [0, 3, 4, 5, 14, 15, 200, 7]
    body = {"inputs": [{"diagnosis_count": count} for count in counts]}
    batch = asked.http.post("/infer_global/batch", json=body, headers=asked.analyst).json()
    expected = singles(asked, counts)
    assert [each["risk_level"] for each in batch["items"]] == [each["risk_level"] for each in expected]
    for got, single in zip(batch["items"], expected, strict=True):
        assert list(got["probabilities"].values()) == pytest.approx(list(single["probabilities"].values()), abs=1e-9)
    assert batch["model"] == expected[0]["model"]


def test_a_csv_batch_answers_in_csv_and_in_order(asked: FederationSimulator):
    counts = [15, 1, 7] * 6000  # more than one block
    body = "diagnosis_count\r\n" + "".join(f"{count}\r\n" for count in counts)
    response = asked.http.post(
        "/infer/batch?envoy_name=KNH",
        content=body,
        headers={**asked.analyst, "Content-Type": "text/csv; charset=utf-8"},
    )
    assert response.headers["content-type"].startswith("text/csv")
    header, *lines = response.text.splitlines()
    assert header == "risk_level,low,medium,high"
    assert len(lines) == len(counts)
    assert lines[:3] * 6000 == lines
    single = asked.hospitals["KNH"].infer({"diagnosis_count": 15}).json()
    level, *probabilities = lines[0].split(",")
    assert level == single["risk_level"]
    assert [float(p) for p in probabilities] == pytest.approx(list(single["probabilities"].values()), abs=1e-9)


@pytest.mark.parametrize("form", ["json", "csv"])
def test_a_batch_may_leave_the_probabilities_out(asked: FederationSimulator, form: str):
    if form == "json":
        body = {"inputs": [{"diagnosis_count": 1}], "probabilities": False}
        answer = asked.http.post("/infer_global/batch", json=body, headers=asked.analyst).json()
        assert answer["items"][0]["probabilities"] is None
    else:
        headers = {**asked.analyst, "Content-Type": "text/csv"}
        answer = asked.http.post(
            "/infer_global/batch?probabilities=false", content="diagnosis_count\n1", headers=headers
        )
        assert answer.text.splitlines()[0] == "risk_level"


def test_decimals_are_written_as_python_would(asked: FederationSimulator):
    from director.inference.batch import _decimals

    values = np.array([0.0, 1.0, 0.5, 1 / 3, 1e-9, 1 - 1e-9, 4.9e-10])
    texts = [bytes(row).decode() for row in _decimals(values)]
    assert texts == [f"{value:.9f}" for value in values]
