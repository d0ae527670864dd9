"""Runs and rounds as each may see them."""

from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_of_other_hospitals_answers_a_hospital_learns_nothing(
    federation: FederationSimulator, three: list[SimulatedHospital]
):
    federation.open_run()
    three[0].answer_run(1)
    three[1].answer_run(1, "refuse", reason="Secret")
    seen = three[0].http.get("/runs/1", headers=three[0].headers).json()["hospitals"]
    assert [(each["choice"], each["reason"], each["patients"]) for each in seen] == [
        ("take_part", None, 50), (None, None, None), (None, None, None),
    ]  # fmt: skip
    whole = federation.run()["hospitals"]
    assert [(each["choice"], each["reason"]) for each in whole] == [
        ("take_part", None), ("refuse", "Secret"), (None, None),
    ]  # fmt: skip


def test_runs_are_listed_newest_first_a_page_at_a_time(federation: FederationSimulator, three: list[SimulatedHospital]):
    for _ in range(3):
        run = federation.open_run()["id"]
        federation.http.post(f"/runs/{run}/close", headers=federation.admin)
    first = federation.http.get("/runs?limit=2", headers=federation.admin).json()
    rest = federation.http.get(f"/runs?cursor={first['next']}", headers=federation.admin).json()
    assert [each["id"] for each in first["items"] + rest["items"]] == [3, 2, 1]
    assert federation.http.get("/runs?task=other", headers=three[0].headers).json()["items"] == []


def test_a_round_says_who_returned_who_is_waited_for_and_what_it_gave(
    federation: FederationSimulator, three: list[SimulatedHospital]
):
    federation.open_run(deadline_seconds=60)
    federation.play()
    three[1].take_part()
    found = three[0].http.get("/rounds/1", headers=three[0].headers).json()
    assert (found["returned"], found["awaited"], found["closed_at"]) == (["KUTRRH"], ["KNH", "MTRH"], None)
    federation.play()
    found = federation.round(1)
    assert (found["state"], found["awaited"], found["global_version"]) == ("published", [], 1)
    assert found["closed_at"] is not None


def test_what_is_not_there_is_not_found(federation: FederationSimulator):
    for path, what in (("/runs/7", "run 7"), ("/rounds/7", "round 7")):
        answer = federation.http.get(path, headers=federation.admin)
        assert (answer.status_code, answer.json()["detail"]) == (404, f"There is no {what}.")
