"""What each hospital is asked to do, and what it is told while there is nothing."""

from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_first_the_invitation_then_the_round_then_whom_everybody_waits_for(
    federation: FederationSimulator, three: list[SimulatedHospital]
):
    knh, _kutrrh, _mtrh = three
    federation.open_run(rounds=2, deadline_seconds=600, strategy="fedavg", seed=7)
    invitation = knh.work()["invitation"]
    assert (invitation["run"], invitation["rounds"], invitation["invited"], invitation["quorum"]) == (1, 2, 3, 3)
    knh.answer_run(1)
    assert knh.work()["waits_for"] == (
        "Run 1 waits for an answer of KUTRRH, MTRH; it begins at its deadline at the latest."
    )
    federation.play("KUTRRH", "MTRH")
    federation.clock.pass_by(seconds=100)
    assignment = knh.work()["assignment"]
    assert (assignment["n"], assignment["run"], assignment["number"], assignment["rounds"]) == (1, 1, 1, 2)
    assert (assignment["seed"], assignment["proximal"], assignment["closes_in_seconds"]) == (7, 0, 500)
    assert assignment["awaited"] == ["KNH", "KUTRRH", "MTRH"]
    assert assignment["base"] == knh.start()["base"]
    knh.take_part()
    told = knh.work()
    assert (told["assignment"], told["waits_for"]) == (
        None, "Round 1 of 2 (run 1) waits for KUTRRH, MTRH; it closes at 2026-01-01 08:10:00 UTC at the latest.",
    )  # fmt: skip


def test_who_refused_or_was_not_invited_finds_nothing(federation: FederationSimulator, three: list[SimulatedHospital]):
    federation.open_run(envoys=["KNH", "KUTRRH"], quorum=1)
    three[0].answer_run(1)
    three[1].answer_run(1, "refuse", reason="No")
    federation.director.rounds.advance()
    assert [each.work()["assignment"] is not None for each in three] == [True, False, False]


def test_a_paused_run_says_why(federation: FederationSimulator, three: list[SimulatedHospital]):
    federation.open_run()
    federation.play()
    three[0].take_part()
    federation.http.post("/runs/1/pause", json={"reason": "A holiday"}, headers=federation.admin)
    assert three[0].work()["waits_for"] == "Run 1 is paused. A holiday"


def test_a_hospital_reads_its_own_board_alone(federation: FederationSimulator, three: list[SimulatedHospital]):
    answer = federation.http.get("/envoys/MTRH/work", headers=three[0].headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
