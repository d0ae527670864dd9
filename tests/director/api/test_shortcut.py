"""The questions that don't go through the framework are answered as it would, and everything else goes to it."""

import pytest
from fastapi.testclient import TestClient
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from director.api import inference
from director.api.connection import RequestIds
from director.api.guard import DirectRoute
from director.api.shortcut import Shortcut
from director.app import create_framework
from tests.federation_simulator import FederationSimulator, SimulatedHospital

PATHS = sorted(route.path for route in inference.router.routes if isinstance(route, DirectRoute))
BODIES: tuple[dict[str, object], ...] = (
    {"envoy_name": "KUTRRH", "inputs": {"diagnosis_count": 3}},
    {"inputs": {"diagnosis_count": 3}},
    {"envoy_name": "KUTRRH", "inputs": [{"diagnosis_count": 3}]},
    {"inputs": [{"diagnosis_count": 3}]},
    {"envoy_name": "MTRH", "inputs": {}},
    {},
)


def test_every_direct_route_is_answered_as_the_framework_would(
    federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    hospital.train_and_upload()
    federation.aggregate()
    framework = TestClient(RequestIds(create_framework(federation.director)), raise_server_exceptions=False)
    assert len(PATHS) == 4
    seen = set()
    for path in PATHS:
        for body in BODIES:
            for headers in (hospital.headers, federation.admin, {}):
                ours, theirs = (http.post(path, json=body, headers=headers) for http in (federation.http, framework))
                assert ours.status_code == theirs.status_code
                assert {**ours.json(), "request_id": ""} == {**theirs.json(), "request_id": ""}
                assert {*ours.headers} == {*theirs.headers}
                seen.add(ours.status_code)
    assert seen == {200, 401, 403, 404, 422}


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
def test_what_is_no_direct_route_goes_to_the_application(method: str) -> None:
    asked: list[tuple[str, str]] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        asked.append((scope["method"], scope["path"]))
        await PlainTextResponse("the framework's")(scope, receive, send)

    http = TestClient(Shortcut(application))
    paths = ["/tasks", "/infer/", "/infer/batch/more", *(PATHS if method != "POST" else [])]
    for path in paths:
        assert http.request(method, path).text == "the framework's"
    assert asked == [(method, path) for path in paths]


def test_an_error_of_ours_leaves_as_a_problem(
    federation: FederationSimulator, hospital: SimulatedHospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(federation.director.inference, "answer", fail)
    answer = hospital.infer({"diagnosis_count": 3})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "secret" not in answer.text
