"""Every error leaves as a problem: a status, a code, a sentence, a hint, and nothing of our inside."""

import re
from pathlib import Path

import pytest

from aggregation import errors as aggregation_errors
from contract import errors as contract_errors
from contract.errors import FederationError
from director import errors as director_errors
from director.api.problems import STATUSES
from tests.director.api.house import ROUTES
from tests.federation_simulator import FederationSimulator

ANALYSTS_PAGE = Path(__file__).parents[3] / "docs" / "analyst.md"


def codes_of(module) -> set[str]:
    kinds = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, FederationError)]
    roots = {
        "federation_error",
        "caller_error",
        "operator_error",
        "settings_invalid",
        "usage",
        "tracker_unreachable",
        "tracker_conflict",
    }  # never raised to a caller
    return {kind.code for kind in kinds} - roots


def test_every_error_has_its_status():
    codes = codes_of(contract_errors) | codes_of(aggregation_errors) | codes_of(director_errors)
    assert codes <= set(STATUSES)


def test_the_analysts_page_lists_every_code_with_its_status():
    listed = re.findall(r"^\| `(\w+)` \| (\d{3}) \|", ANALYSTS_PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {code: int(status) for code, status in listed} == {code: status for code, (status, _) in STATUSES.items()}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/no/such/path", 404, "not_found"),
        ("DELETE", "/tasks", 405, "method_not_allowed"),
        ("GET", "/tasks/No_Such", 422, "invalid_request"),
        ("GET", "/tasks/no_such", 404, "unknown_task"),
        ("GET", "/global_models/0", 422, "invalid_request"),
        ("GET", "/global_models/99999999999999999999", 422, "invalid_request"),
        ("GET", "/global_models/7", 404, "not_found"),
        ("GET", "/submissions/nothing", 404, "not_found"),
        ("GET", "/submissions?cursor=abc", 400, "malformed_request"),
        ("GET", "/submissions?limit=100000", 422, "invalid_request"),
        ("GET", "/envoys/Nowhere", 404, "unknown_envoy"),
        ("POST", "/envoys/Nowhere/disable", 404, "unknown_envoy"),
        ("POST", "/global_models/7/publish", 404, "not_found"),
    ],
)
def test_every_error_is_a_problem_with_code_sentence_and_hint(
    federation: FederationSimulator, method: str, path: str, status: int, code: str
):
    response = federation.http.request(method, path, headers=federation.admin)
    problem = response.json()
    assert (response.status_code, problem["code"], problem["status"]) == (status, code, status)
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["detail"]
    assert problem["hint"]


def test_a_failure_of_ours_is_a_problem_without_its_inside(federation: FederationSimulator, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(federation.director.models, "list", fail)
    response = federation.http.get("/global_models", headers=federation.admin)
    assert (response.status_code, response.json()["code"]) == (500, "internal_error")
    assert "secret" not in response.text
    assert "the secret inside" in federation.file("logs", "director.log").read_text()


PATHS = sorted({route.path for route in ROUTES if "path}" not in route.path} - {"/"})


@pytest.mark.parametrize("path", PATHS)
def test_no_path_is_answered_elsewhere_where_its_slashes_or_letters_differ(federation: FederationSimulator, path: str):
    path = re.sub(r"\{\w+\}", "1", path)
    for odd in (f"{path}/", f"/{path}", path.replace("/", "//"), path.upper()):
        if odd == "/DASHBOARD" or odd.startswith("/dashboard/"):
            continue
        for method in ("GET", "POST"):
            answer = federation.http.request(method, f"http://testserver{odd}", headers=federation.admin)
            assert answer.status_code == 404, (method, odd)
            assert "location" not in answer.headers
            assert answer.json()["hint"].startswith(f"The path is {path}, written exactly so"), odd


def test_a_path_says_which_methods_it_has_whichever_route_comes_first(federation: FederationSimulator):
    for path, allowed in (("/tasks", "GET, POST"), ("/infer_global", "POST"), ("/health/live", "GET, HEAD")):
        answer = federation.http.request("DELETE", path, headers=federation.admin)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
