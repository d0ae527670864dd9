"""How the rounds of a run did: each in short, with few questions to the database."""

import threading
from typing import Any

import pytest
from sqlalchemy import event

from contract.messages.runs import MOST_SUMMARISED
from director.members.access import LOCAL_ADMIN
from director.records.run_schema import RoundRow
from director.rounds.described import run_with_id
from director.rounds.history import history_of
from tests.federation_simulator import FederationSimulator, SimulatedHospital

Three = list[SimulatedHospital]


def play(federation: FederationSimulator, three: Three, nudge: int) -> None:
    """Play one round; each hospital reports its own scores."""
    for each in three:
        work = each.work()
        if work["invitation"] is not None:
            each.answer_run(work["invitation"]["run"])
            federation.director.rounds.advance()
    for place, each in enumerate(three):
        metrics = {"accuracy": 0.25 * (place + 1), "loss": 2.0 - place, "confusion": [[1] * 3] * 3}
        answer = each.upload(each.update(each.work()["assignment"], nudge, metrics=metrics))
        assert answer.status_code == 201, answer.text
    federation.director.rounds.advance()


@pytest.fixture
def played(federation: FederationSimulator, three: Three) -> FederationSimulator:
    """Three rounds, of which the second was tried twice; on the third there is a validation table."""
    federation.open_run(rounds=3, deadline_seconds=60, quorum=3)
    for each in three:
        each.answer_run(1)
    federation.director.rounds.advance()
    play(federation, three, 1)
    federation.clock.pass_by(seconds=61)
    federation.director.rounds.advance()
    federation.http.post("/runs/1/resume", headers=federation.admin)
    federation.director.rounds.advance()
    play(federation, three, 2)
    headers = {**federation.admin, "Content-Type": "text/csv"}
    federation.http.put("/validation/diagnosis_count", content="label,diagnosis_count\nlow,3\n", headers=headers)
    play(federation, three, 3)
    return federation


def test_each_round_is_told_in_short_oldest_first(played: FederationSimulator):
    history = played.run()["history"]
    assert [
        (each["number"], each["n"], each["attempt"], each["state"], each["global_version"]) for each in history
    ] == [
        (1, 1, 1, "published", 1),
        (2, 2, 1, "failed", None),
        (2, 3, 2, "published", 2),
        (3, 4, 1, "published", 3),
    ]
    first, failed, _, last = history
    assert (first["hospitals"], first["mean"], first["worst"]) == (
        3, {"accuracy": 0.5, "loss": 1.0}, {"accuracy": 0.25, "loss": 2.0},
    )  # fmt: skip
    assert (failed["hospitals"], failed["mean"], failed["worst"], failed["held_out"]) == (0, {}, {}, None)
    assert first["held_out"] is None
    assert last["held_out"] == played.http.get("/global_models/3", headers=played.admin).json()["held_out"]
    assert all(each["closed_at"] is not None for each in history)


def test_a_round_that_is_open_has_no_closing_yet(federation: FederationSimulator, three: Three):
    federation.open_run(deadline_seconds=60)
    assert federation.run()["history"] == []
    federation.play()
    (only,) = federation.run()["history"]
    assert (only["state"], only["closed_at"], only["global_version"]) == ("collecting", None, None)


def test_hospitals_see_it_too_without_anything_of_one_of_them(played: FederationSimulator, three: Three):
    seen = three[0].http.get("/runs/1", headers=three[0].headers)
    assert seen.json()["history"] == played.run()["history"]
    assert "confusion" not in seen.text


def test_the_newest_rounds_are_told_as_many_as_are_asked_for(played: FederationSimulator):
    for asked, numbers in ((2, [3, 4]), (1, [4]), (0, []), (1000, [1, 2, 3, 4])):
        found = played.http.get(f"/runs/1?rounds={asked}", headers=played.admin).json()["history"]
        assert [each["n"] for each in found] == numbers
    assert played.http.get("/runs/1?rounds=1001", headers=played.admin).status_code == 422


def test_lists_and_whoever_changes_a_run_are_told_none(played: FederationSimulator):
    (listed,) = played.http.get("/runs", headers=played.admin).json()["items"]
    assert listed["history"] == []
    assert played.director.rounds.get(LOCAL_ADMIN, 1).history != []
    opened = played.open_run()
    assert played.http.post(f"/runs/{opened['id']}/pause", headers=played.admin).json()["history"] == []


def test_of_another_run_nothing_is_told(played: FederationSimulator):
    assert played.run(played.open_run()["id"])["history"] == []


def test_it_asks_the_database_once_however_many_rounds_there_are(played: FederationSimulator):
    database = played.director.database
    with database.write() as session:
        for number in range(4, 1100):
            session.add(
                RoundRow(
                    run_id=1, number=number, attempt=1, state="failed", reason=None, start_id=1,
                    opened_at=played.clock.now, closes_at=played.clock.now, score=None, details=None,
                )
            )  # fmt: skip
    asked: list[str] = []

    def note(*words: Any) -> None:
        if threading.current_thread() is threading.main_thread():  # the follower asks too
            asked.append(words[2])

    with database.read() as session:
        run = run_with_id(session, 1)
        event.listen(session.get_bind(), "before_cursor_execute", note)
        found = history_of(session, run, MOST_SUMMARISED)
    assert (len(found), found[0].number, found[-1].number) == (MOST_SUMMARISED, 100, 1099)
    assert len(asked) == 1
