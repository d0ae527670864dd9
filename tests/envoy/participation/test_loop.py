"""The long life of a participating envoy."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contract.messages.runs import Assignment
from contract.names import Digest
from contract.parts import Parcel
from envoy.errors import OlderDirectorError, RefusedError
from envoy.hours import read_hours
from envoy.outbox import Outbox
from envoy.participation.participant import Participant
from envoy.participation.status import read_status
from envoy.participation.switches import Switches
from tests.envoy.participation.rounds_played import PlayedRounds, Taking

LATE = 409, {"code": "round_closed", "detail": "Round 1 of run 1 takes no further update."}
BUSY = 503, {"code": "busy", "detail": "Too much is asked."}


def test_an_invitation_is_answered_and_each_round_is_returned_until_the_run_is_over(
    director: PlayedRounds, taking: Taking
) -> None:
    taking.take_part()
    (answer,) = director.answers
    assert (answer["choice"], answer["patients"]) == ("take_part", 50)
    assert [each["cohort"] for each in director.returned.values()] == [answer["cohort"]] * 2
    assert taking.events == [
        "ready", "invited", "answered", "round.training", "update.returned", "round.training", "update.returned",
        "waiting", "run.over",
    ]  # fmt: skip
    assert "MTRH also awaited; closes 2026-01-01 08:00:00 UTC, in 600 s" in taking.said("round.training")
    status = read_status(taking.home)
    assert status is not None
    assert (status.state, status.run, status.last_error) == ("stopped", None, None)


def test_a_round_costs_a_question_and_an_upload_once_its_base_is_here(director: PlayedRounds, taking: Taking) -> None:
    taking.take_part()
    asked = [each.path.split("?")[0] for each in director.asked]
    first = asked.index("/upload/KNH")
    assert asked[first + 1 :] == ["/envoys/KNH/work", "/upload/KNH", "/envoys/KNH/work", "/runs/1"]
    assert asked.count("/tasks/diagnosis_count") == 1
    assert len([path for path in asked if path.startswith("/blobs/")]) == 2


def test_nothing_of_the_time_is_in_an_update_so_that_one_cut_off_is_made_again_to_the_same_bytes(
    director: PlayedRounds, taking: Taking
) -> None:
    taking.take_part()
    first = dict(director.returned)
    director.returned.clear()
    again = Taking(director.url, taking.home, taking.tables)
    again.take_part(in_run=1)
    assert director.returned == first
    assert not any("trained_at" in each for each in director.returned.values())
    digests = {Digest(each["model_sha256"]) for each in first.values()}
    assert len(digests) == 2, "each round has an order of its own"


def test_who_was_cut_off_after_the_last_update_learns_that_the_run_is_over(
    director: PlayedRounds, taking: Taking
) -> None:
    director.is_invited, director.rounds = False, 0
    taking.take_part(in_run=1)
    assert taking.events == ["ready", "waiting", "run.over"]


def test_a_run_of_an_earlier_start_does_not_count_for_the_one_that_follows(
    director: PlayedRounds, taking: Taking
) -> None:
    taking.take_part(in_run=7)
    assert list(director.returned) == [1, 2]


def test_a_run_that_the_director_does_not_know_is_over(director: PlayedRounds, taking: Taking) -> None:
    director.is_invited, director.rounds = False, 0
    taking.take_part(in_run=7)
    assert "knows no run 7" in taking.said("run.over")


def test_an_update_that_can_not_be_sent_is_kept_and_sent_when_there_is_a_link(
    director: PlayedRounds, taking: Taking
) -> None:
    director.said["/upload/KNH"] = BUSY
    pauses: list[float] = []

    def mended(seconds: float) -> None:
        pauses.append(seconds)
        assert Outbox(taking.home, taking.url).rounds() == [1]
        status = read_status(taking.home)
        assert status is not None
        assert (status.state, "Too much is asked." in (status.last_error or "")) == ("retrying", True)
        if len(pauses) == 3:
            director.said.clear()

    taking.sleep = mended
    taking.take_part()
    assert Outbox(taking.home, taking.url).rounds() == []
    assert list(director.returned) == [1, 2]
    assert pauses[0] < pauses[1] < pauses[2], "it waits for longer each time"
    assert taking.events.count("outbox.sending") == 3
    told = [each.sentence for each in taking.told if each.event == "retrying"]
    assert all("Trying again in" in each for each in told)
    assert ["Try again later." in each for each in told] == [True, False, False], "what to do is said once"


def test_what_was_kept_is_sent_at_the_next_start_and_a_late_one_is_told(director: PlayedRounds, taking: Taking) -> None:
    director.said["/upload/KNH"] = BUSY

    def cut(seconds: float) -> None:
        raise KeyboardInterrupt

    taking.sleep = cut
    with pytest.raises(KeyboardInterrupt):
        taking.take_part()
    assert Outbox(taking.home, taking.url).rounds() == [1]
    director.said.clear()
    director.refuses[1] = LATE
    again = Taking(director.url, taking.home, taking.tables)
    again.take_part(in_run=1)
    assert again.events[:4] == ["ready", "outbox.sending", "update.refused", "retrying"]
    assert "came too late" in again.said("update.refused")
    assert "takes no further update" in again.said("retrying")
    assert Outbox(taking.home, taking.url).rounds() == []


def test_a_pause_is_seen_before_anything_is_asked_and_is_over_when_somebody_says_so(
    director: PlayedRounds, taking: Taking
) -> None:
    switches = Switches(taking.home)
    switches.pause(datetime.now(UTC))

    def resume(seconds: float) -> None:
        status = read_status(taking.home)
        assert status is not None
        assert (status.state, director.asked) == ("paused", [])
        switches.resume()

    taking.sleep = resume
    taking.take_part()
    assert taking.events[:3] == ["ready", "paused", "resumed"]


def test_outside_of_the_hours_nothing_is_asked(director: PlayedRounds, taking: Taking) -> None:
    now = [datetime(2026, 1, 1, 19, 59)]

    def passing(seconds: float) -> None:
        assert director.asked == []
        now[0] = datetime(2026, 1, 1, 20, 0)

    taking.hours, taking.local_time, taking.sleep = read_hours("20:00-06:00"), lambda: now[0], passing
    taking.take_part()
    assert taking.events[:3] == ["ready", "outside_hours", "resumed"]


def test_a_run_of_a_task_that_is_not_allowed_is_refused(director: PlayedRounds, taking: Taking) -> None:
    taking.tasks = ()
    taking.take_part()
    (answer,) = director.answers
    assert (answer["choice"], answer["patients"]) == ("refuse", None)
    assert answer["reason"] == "This hospital does not take part in runs of task diagnosis_count."
    assert director.returned == {}


def test_a_run_that_is_refused_while_it_goes_on_gets_no_further_update(director: PlayedRounds, taking: Taking) -> None:
    director.is_invited = False
    Switches(taking.home, taking.url).refuse(1, "The ethics board asked us to stop.")
    taking.take_part()
    (answer,) = director.answers
    assert (answer["choice"], answer["reason"]) == ("refuse", "The ethics board asked us to stop.")
    assert (director.returned, taking.events[-1]) == ({}, "run.over")


def test_a_token_that_holds_no_more_ends_it(director: PlayedRounds, taking: Taking) -> None:
    director.said["/envoys/KNH/work"] = 401, {"code": "unauthenticated", "detail": "No such token."}
    with pytest.raises(RefusedError, match="No such token"):
        taking.take_part()


def test_a_token_that_was_renewed_meanwhile_is_taken(director: PlayedRounds, taking: Taking) -> None:
    director.said["/envoys/KNH/work"] = 401, {"code": "unauthenticated", "detail": "No such token."}

    def renewed() -> bool:
        director.said.clear()
        return True

    taking.renew = renewed
    taking.take_part()
    assert taking.events[:3] == ["ready", "token.renewed", "invited"]


def test_while_nothing_is_asked_versions_that_wait_get_their_word(director: PlayedRounds, taking: Taking) -> None:
    asked: list[str] = []
    taking.between = asked.append
    taking.take_part()
    assert asked == ["diagnosis_count"]


def test_a_director_that_asks_for_the_same_again_and_again_is_not_served_without_a_breath(
    director: PlayedRounds, taking: Taking
) -> None:
    again = director.assignment().model_dump(mode="json")
    director.said["/envoys/KNH/work"] = 200, {"assignment": again}
    breaths: list[float] = []

    def breathe(seconds: float) -> None:
        breaths.append(seconds)
        if len(breaths) == 3:
            raise KeyboardInterrupt

    taking.sleep = breathe
    with pytest.raises(KeyboardInterrupt):
        taking.take_part()
    assert director.paths("POST").count("/upload/KNH") == 3


def test_a_director_that_holds_nothing_back_is_not_asked_without_a_breath(
    director: PlayedRounds, taking: Taking
) -> None:
    director.said["/envoys/KNH/work"] = 200, {"waits_for": "\x1b[31mNo run is open."}
    breaths: list[float] = []

    def breathe(seconds: float) -> None:
        breaths.append(seconds)
        if len(breaths) == 3:
            raise KeyboardInterrupt

    taking.sleep = breathe
    with pytest.raises(KeyboardInterrupt):
        taking.take_part()
    assert [each.path.split("=")[1] for each in director.asked] == ["1", "2", "4"]
    assert taking.said("waiting") == "\\x1b[31mNo run is open."


@pytest.mark.parametrize("status", [404, 405])
def test_a_director_that_knows_no_rounds_is_said_to_be_older(
    director: PlayedRounds, taking: Taking, status: int
) -> None:
    director.said["/envoys/KNH/work"] = status, {"code": "not_found", "detail": "No such path."}
    with pytest.raises(OlderDirectorError, match="of an earlier version") as failure:
        taking.take_part()
    assert "fl-envoy train" in failure.value.hint


def test_tables_with_a_defect_are_looked_at_again_once_they_are_mended(
    director: PlayedRounds, taking: Taking, tmp_path
) -> None:
    sound, taking.tables = taking.tables, tmp_path / "tables"
    taking.tables.mkdir()

    def mend(seconds: float) -> None:
        if not (taking.tables / "hosp").exists():
            (taking.tables / "hosp").symlink_to(sound / "hosp")

    taking.sleep = mend
    taking.take_part()
    assert "There is no hosp/diagnoses_icd.csv" in taking.said("retrying")
    assert list(director.returned) == [1, 2]


def test_what_can_not_be_written_is_said_and_tried_again(
    director: PlayedRounds, taking: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = Outbox.rounds
    calls = []

    def full(outbox: Outbox) -> list[int]:
        calls.append(1)
        if len(calls) == 1:
            raise OSError(28, "No space left on device", "outbox")
        return written(outbox)

    monkeypatch.setattr(Outbox, "rounds", full)
    taking.take_part()
    assert "outbox: No space left on device." in taking.said("retrying")


def test_an_envoy_that_was_started_again_gives_its_word_on_a_version_that_waits(
    director: PlayedRounds, taking: Taking
) -> None:
    director.is_invited = False
    director.returned = {1: {}, 2: {}}
    asked = []

    def run(request: object) -> tuple[int, dict[str, Any]]:
        asked.append(request)
        return 200, {**director._run(), "state": "finished" if len(asked) > 3 else "running"}

    words: list[str] = []
    director.said["/runs/1"] = run
    taking.between = words.append
    taking.take_part(in_run=1)
    assert "diagnosis_count" in words


def test_a_pause_is_seen_between_two_epochs_and_the_round_is_trained_again(
    director: PlayedRounds, taking: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    switches, update, trained = Switches(taking.home), Participant.update, []

    def interrupted(participant: Participant, assignment: Assignment, **more: Any) -> Parcel:
        trained.append(assignment.n)
        if len(trained) == 1:
            switches.pause(datetime.now(UTC))
        return update(participant, assignment, **more)

    def resume(seconds: float) -> None:
        switches.resume()

    monkeypatch.setattr(Participant, "update", interrupted)
    taking.sleep = resume
    taking.take_part()
    assert "training.left" in taking.events
    assert (trained, list(director.returned)) == ([1, 1, 2], [1, 2])
