"""Hospitals over HTTP: admitted, joined, described, disabled."""

from tests.director.api.pages import every_item
from tests.federation_simulator import FederationSimulator


def test_a_hospital_is_admitted_joins_and_is_described(federation: FederationSimulator) -> None:
    added = federation.http.post("/envoys", json={"envoy_name": "KNH"}, headers=federation.admin)
    assert (added.status_code, added.json()["envoy_name"]) == (201, "KNH")
    joined = federation.http.post("/join", json={"code": added.json()["code"]})
    assert (joined.status_code, joined.json()["role"], joined.json()["envoy_name"]) == (201, "hospital", "KNH")
    headers = {"Authorization": f"Bearer {joined.json()['token']}"}
    assert federation.http.get("/envoys/knh", headers=headers).json()["envoy_name"] == "KNH"


def test_the_list_goes_on_behind_the_last_name_whatever_was_added_before_it(federation: FederationSimulator) -> None:
    names = ["Embu", "KNH", "KUTRRH", "Mbagathi", "MTRH"]
    for name in names[1:]:
        federation.enrol(name)
    first = federation.http.get("/envoys?limit=2", headers=federation.analyst).json()
    federation.enrol(names[0])
    rest = every_item(federation.http, "/envoys", federation.analyst, limit=2, cursor=first["next"])
    assert [each["envoy_name"] for each in [*first["items"], *rest]] == sorted(names[1:], key=str.lower)
    assert len(every_item(federation.http, "/envoys", federation.admin, limit=1)) == 5


def test_a_disabled_hospital_is_described_so_and_is_shut_out(federation: FederationSimulator) -> None:
    hospital = federation.enrol("KNH")
    disabled = federation.http.post("/envoys/KNH/disable", headers=federation.admin)
    assert (disabled.status_code, disabled.json()["state"]) == (200, "disabled")
    assert federation.http.get("/envoys", headers=hospital.headers).status_code == 401


def test_a_join_that_is_repeated_under_its_key_gives_one_token(federation: FederationSimulator) -> None:
    code = federation.http.post("/envoys", json={"envoy_name": "KNH"}, headers=federation.admin).json()["code"]
    answers = [
        federation.http.post("/join", json={"code": code}, headers={"Idempotency-Key": key}) for key in ("a", "a", "b")
    ]
    assert [each.status_code for each in answers] == [201, 201, 401]
    assert answers[0].json()["id"] == answers[1].json()["id"]


def test_what_is_expected_of_a_hospital_is_shown_to_it_and_to_the_admin(federation: FederationSimulator) -> None:
    hospital, other = federation.enrol("KNH"), federation.enrol("MTRH")
    path = "/envoys/knh/expectation"
    assert federation.http.get(path, headers=hospital.headers).json() == {"envoy_name": "KNH", "num_examples": None}
    said = federation.http.put(path, json={"num_examples": 400}, headers=federation.admin)
    assert (said.status_code, said.json()) == (200, {"envoy_name": "KNH", "num_examples": 400})
    for headers in (hospital.headers, federation.admin):
        assert federation.http.get(path, headers=headers).json() == said.json()
    for headers in (other.headers, federation.analyst):
        assert federation.http.get(path, headers=headers).status_code == 403
    assert federation.http.put(path, json={"num_examples": 1}, headers=hospital.headers).status_code == 403
    assert federation.http.put(path, json={"num_examples": 0}, headers=federation.admin).status_code == 422
    seen = {
        role: federation.http.get("/envoys/KNH", headers=headers).json().get("expected_examples")
        for role, headers in (("admin", federation.admin), ("analyst", federation.analyst), ("own", hospital.headers))
    }
    assert seen == {"admin": 400, "analyst": None, "own": None}


def test_a_hospital_may_be_added_with_its_size_and_a_new_code_leaves_that_as_it_is(
    federation: FederationSimulator,
) -> None:
    for request in ({"envoy_name": "KNH", "expected_examples": 20000}, {"envoy_name": "KNH"}):
        assert federation.http.post("/envoys", json=request, headers=federation.admin).status_code == 201
    shown = federation.http.get("/envoys/KNH/expectation", headers=federation.admin).json()
    assert shown["num_examples"] == 20000
    assert len(federation.log_lines("envoy.expect")) == 1
