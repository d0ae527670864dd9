"""The centre over HTTP: who may do what, the strategies, how it is, and that it opens nothing new."""

from contract.messages.runs import Quiescence
from contract.messages.system import Permissions, System
from director.app import RESOURCES
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_whoever_has_a_token_reads_who_may_do_what(federation: FederationSimulator) -> None:
    found = Permissions.model_validate_json(federation.http.get("/permissions", headers=federation.analyst).content)
    assert [each.name for each in found.operations] == [
        route.name for resource in RESOURCES for route in resource.router.routes if route.methods != {"HEAD"}
    ]
    publish = next(each for each in found.operations if each.name == "publish_global_model")
    assert (publish.method, publish.path) == ("POST", "/global_models/{version}/publish")
    assert (publish.roles, publish.tag) == (["admin"], "global models")
    assert next(each for each in found.operations if each.name == "live").roles is None


def test_the_strategies_are_those_that_an_aggregate_takes(
    federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    hospital.train_and_upload()
    for each in federation.http.get("/strategies", headers=hospital.headers).json()["items"]:
        for name in (each["name"], f"clip+{each['name']}"):
            answer = federation.aggregate(strategy=name, dry_run=True)
            assert answer.status_code == 200 or answer.json()["code"] == "too_few_updates", answer.text


def test_the_system_is_the_admins_to_read(federation: FederationSimulator, hospital: SimulatedHospital) -> None:
    answer = federation.http.get("/system", headers=federation.admin)
    found = System.model_validate_json(answer.content)
    assert found.checks == federation.http.get("/health/ready").json()["checks"]
    assert found.version == federation.http.get("/health/live").json()["version"]
    assert {each.name: each.value for each in found.settings}["data_dir"] == str(federation.folder)


def test_nothing_new_is_opened_until_the_admin_says_so(
    federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    def asked(method: str) -> Quiescence:
        answer = federation.http.request(method, "/quiescence", headers=federation.admin)
        assert answer.status_code == 200, answer.text
        return Quiescence.model_validate_json(answer.content)

    assert not asked("GET").is_quiet
    began = asked("POST")
    assert (began.is_quiet, began.is_safe, began.since) == (True, True, federation.clock.now)
    assert asked("POST") == asked("GET") == began
    assert federation.http.post("/runs", json={}, headers=federation.admin).status_code == 409
    assert not asked("DELETE").is_quiet
    assert not asked("DELETE").is_quiet
    assert federation.open_run()["id"] == 1
    lines = [line["actor"] for act in ("quiescence.begin", "quiescence.end") for line in federation.log_lines(act)]
    assert len(lines) == 2
    assert all(actor.startswith("admin:") and actor != "admin:cli" for actor in lines)
