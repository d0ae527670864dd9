"""``fl-director run | round | quiesce``."""

import json
from pathlib import Path

import pytest

from contract.messages.engine_plans import EnginePlan
from contract.messages.runs import MOST_SUMMARISED
from director.cli.failures import EXIT_REFUSED, EXIT_USAGE
from director.records.run_schema import RoundRow
from tests.director.cli.conftest import Run
from tests.federation_simulator import FederationSimulator, SimulatedHospital


@pytest.fixture
def two(federation: FederationSimulator) -> list[SimulatedHospital]:
    hospitals = [federation.enrol(name) for name in ("KUTRRH", "MTRH")]
    for each in hospitals:
        each.send_statistics()
    return hospitals


def test_a_run_is_opened_listed_shown_and_played(served: Run, federation: FederationSimulator, two: object) -> None:
    assert served("run", "list").stdout == "No runs yet. Open one: fl-director run open --rounds 10\n"
    opened = served("run", "open", "--task", "diagnosis_count", "--rounds", 2, "--quorum", 1, "--deadline", "10m",
                    "--strategy", "trimmed_mean", "--parameter", "f=0", "--json")  # fmt: skip
    run = json.loads(opened.stdout)
    assert (run["rounds"], run["quorum"], run["deadline_seconds"]) == (2, 1, 600)
    assert (run["strategy"], run["parameters"]) == ("trimmed_mean", {"f": 0})
    shown = served("run", "show", 1).stdout
    assert shown.startswith("run 1 of diagnosis_count: inviting, 0 of 2 rounds, trimmed_mean")
    assert "none yet" in shown
    for nudge in range(3):
        federation.play(nudge=nudge)
    assert "finished" in served("run", "list").stdout
    assert json.loads(served("run", "list", "--json").stdout)[0]["published"] == 2
    shown = served("run", "show", 1).stdout
    assert "round 2 (round 2 of the federation): published" in shown
    assert "returned: KUTRRH, MTRH" in shown
    assert "global model 2" in shown


def test_a_run_is_shown_with_what_its_rounds_gave(
    served: Run, federation: FederationSimulator, two: list[SimulatedHospital]
) -> None:
    federation.open_run(rounds=2, deadline_seconds=60)
    assert "accuracy: mean" not in served("run", "show", 1).stdout
    for each in two:
        each.answer_run(1)
    federation.director.rounds.advance()
    for place, each in enumerate(two):
        metrics = {"accuracy": 0.5 + place / 4, "loss": 2.0}
        each.upload(each.update(each.work()["assignment"], metrics=metrics))
    federation.director.rounds.advance()
    shown = served("run", "show", 1).stdout
    rows = [[each.strip() for each in line[1:-1].split("│")] for line in shown.splitlines() if "│" in line]
    assert ["1", "1", "2", "0.6250", "0.5000", "2.0000", "2.0000"] in rows
    assert ["2", "collecting", "0", "", "", "", ""] in rows
    assert "the newest" not in shown
    told = json.loads(served("run", "show", 1, "--json").stdout)["history"]
    assert [(each["number"], each["global_version"]) for each in told] == [(1, 1), (2, None)]


def test_of_a_long_run_it_says_that_only_the_newest_rounds_are_shown(
    served: Run, federation: FederationSimulator, two: object
) -> None:
    federation.open_run(rounds=2000, deadline_seconds=60)
    federation.play()
    now = federation.clock.now
    with federation.director.database.write() as session:
        for number in range(2, MOST_SUMMARISED + 3):
            session.add(
                RoundRow(
                    run_id=1, number=number, attempt=1, state="failed", reason=None, start_id=1, opened_at=now,
                    closes_at=now, score=None, details=None,
                )
            )  # fmt: skip
    shown = served("run", "show", 1).stdout
    assert "the newest 1000 rounds:" in shown
    assert len([line for line in shown.splitlines() if "│ failed" in line]) == MOST_SUMMARISED


def test_one_round_is_a_run_of_one(served: Run, two: object) -> None:
    run = json.loads(served("round", "open", "--deadline", "3d", "--envoy", "MTRH", "--json").stdout)
    assert (run["rounds"], run["deadline_seconds"]) == (1, 3 * 24 * 3600)
    assert [each["envoy_name"] for each in run["hospitals"]] == ["MTRH"]


def test_a_run_is_paused_resumed_and_closed(served: Run, two: object) -> None:
    served("run", "open")
    assert "paused" in served("run", "pause", 1, "--reason", "A holiday").stdout
    assert "A holiday" in served("run", "show", 1).stdout
    assert "inviting" in served("run", "resume", 1).stdout
    asked = served("run", "close", 1)
    assert (asked.exit_code, "Run 1 of diagnosis_count ends for good after 0 of 1 rounds" in asked.stderr) == (2, True)
    assert "inviting" in served("run", "show", 1).stdout
    assert "closed" in served("run", "close", 1, "--yes").stdout
    again = served("run", "close", 1)
    assert (again.exit_code, "Run 1 is closed." in again.stderr) == (EXIT_REFUSED, True)


def test_how_many_patients_fit_is_asked_first(
    served: Run, federation: FederationSimulator, two: list[SimulatedHospital]
):
    served("run", "open", "--paused")
    two[0].answer_run(1)
    two[1].answer_run(1, "refuse", reason="The ethics board has not met")
    shown = served("run", "show", 1).stdout
    assert "take_part" in shown
    assert "50" in shown
    assert "The ethics board has not met" in shown
    two[0].answer_run(1, patients=None)
    assert "fewer than 11" in served("run", "show", 1).stdout


def test_quiescing_says_when_it_is_safe_to_redeploy(served: Run, federation: FederationSimulator, two: object) -> None:
    assert served("quiesce", "--wait", "1s").stdout == "safe to redeploy\n"
    assert served("quiesce", "--end").stdout == "Rounds are opened as they are due.\n"
    federation.open_run()
    federation.play()
    done = served("quiesce", "--wait", "1s")
    assert done.exit_code == 0
    assert "Round 1 of run 1 is collecting until" in done.stdout
    assert "safe to redeploy: what has returned is kept, and it goes on.\n" in done.stdout
    assert json.loads(served("quiesce", "--wait", "1s", "--json").stdout)["is_safe"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(("--late", "perhaps"), EXIT_USAGE, id="no such rule"),
        pytest.param(("--deadline", "soon"), EXIT_USAGE, id="no duration"),
        pytest.param(("--deadline", "9000d"), EXIT_USAGE, id="longer than any deadline"),
        pytest.param(("--quorum", 9), EXIT_REFUSED, id="a quorum that can not be reached"),
        pytest.param(("--parameter", "f"), EXIT_USAGE, id="no parameter"),
    ],
)
def test_what_can_not_be_is_refused(served: Run, two: object, words: tuple[object, ...], code: int) -> None:
    assert served("run", "open", *words).exit_code == code


def test_a_plan_for_another_engine_is_written_and_nothing_happens_here(
    served: Run, federation: FederationSimulator, two: object, tmp_path: Path
) -> None:
    before, folder = len(federation.log_lines()), tmp_path / "plan"
    arguments = ("run", "plan", folder, "--rounds", 10, "--strategy", "trimmed_mean", "--parameter", "f=0", "--seed", 7)
    told = served(*arguments, "--quorum", 1)
    assert told.exit_code == 0, told.stderr
    assert told.stdout.startswith("diagnosis_count from the shared start, trimmed_mean, rounds: 10\n")
    assert "With 1 of 2 hospitals a round counts." in told.stdout
    assert f"Next: fl-flower run {folder} --out RESULT, where the SuperLink runs; docs/engines.md\n" in told.stderr
    assert {each.name for each in folder.iterdir()} == {"plan.json", "model.pt", "scaler.pkl"}
    plan = EnginePlan.model_validate_json((folder / "plan.json").read_bytes())
    assert (plan.rounds, plan.seed, plan.quorum, plan.parameters) == (10, 7, 1, {"f": 0})
    again = served(*arguments, "--json")
    assert json.loads(again.stdout) == json.loads((folder / "plan.json").read_bytes())
    assert len(federation.log_lines()) == before


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--rounds", 0], EXIT_USAGE, "rounds"),
        ([], EXIT_USAGE, "rounds"),
        (["--rounds", 1, "--parameter", "f"], EXIT_USAGE, "f"),
        (["--rounds", 1, "--strategy", "no_such"], EXIT_REFUSED, "no_such"),
        (["--rounds", 1, "--quorum", 3], EXIT_REFUSED, "A quorum of 3 can't be reached"),
        (["--rounds", 1, "--task", "falls"], EXIT_REFUSED, "falls"),
    ],
)
def test_a_plan_that_cant_be_is_refused_and_nothing_is_written(
    served: Run, two: object, tmp_path: Path, arguments: list[object], code: int, says: str
) -> None:
    failed = served("run", "plan", tmp_path / "plan", *arguments)
    assert (failed.exit_code, failed.stdout, says in failed.stderr) == (code, "", True)
    assert not (tmp_path / "plan").exists()


def test_a_plan_is_written_into_no_folder_of_others(served: Run, two: object, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    refused = served("run", "plan", tmp_path, "--rounds", 1)
    assert (refused.exit_code, "notes.txt" in refused.stderr) == (EXIT_USAGE, True)
