"""The table of each round's metrics at each hospital."""

import csv
from pathlib import Path

from contract.tasks import DIAGNOSIS_COUNT
from simulation.in_process import run_federation, synthetic_hospitals
from simulation.round_metrics import RoundMetrics


def test_each_round_and_hospital_has_a_row_for_its_local_and_for_the_global_model(tmp_path: Path):
    hospitals = synthetic_hospitals(DIAGNOSIS_COUNT, hospitals=2, patients=60, seed=0)
    with RoundMetrics(tmp_path / "rounds.csv", DIAGNOSIS_COUNT, hospitals) as metrics:
        run = run_federation(DIAGNOSIS_COUNT, hospitals, rounds=2, on_round=metrics.add)
    rows = list(csv.DictReader((tmp_path / "rounds.csv").read_text().splitlines()))
    assert [(row["round"], row["hospital"], row["model"]) for row in rows] == [
        (number, name, model) for number in "12" for name in ("KUTRRH", "MTRH") for model in ("local", "global")
    ]
    last = run.metrics(DIAGNOSIS_COUNT, hospitals)[1]
    for row, found in zip(rows[-2:], last, strict=True):
        assert (row["num_examples"], row["held_out"]) == ("48", "12.0")
        assert (float(row["accuracy"]), float(row["loss"])) == (found["accuracy"], found["loss"])


def test_a_round_is_in_the_file_as_soon_as_it_is_over_and_what_can_not_be_said_is_empty(tmp_path: Path):
    hospitals = synthetic_hospitals(DIAGNOSIS_COUNT, hospitals=1, patients=10, seed=0)
    seen = []
    with RoundMetrics(tmp_path / "rounds.csv", DIAGNOSIS_COUNT, hospitals) as metrics:

        def see(done):
            metrics.add(done)
            seen.append((tmp_path / "rounds.csv").read_text().count("\n"))

        run_federation(DIAGNOSIS_COUNT, hospitals, rounds=3, on_round=see)
    assert seen == [3, 5, 7]
    (row, *_) = csv.DictReader((tmp_path / "rounds.csv").read_text().splitlines())
    levels = set(hospitals[0].split.held_out.labels.tolist())
    assert [row["f1_low"] == "", row["f1_medium"] == "", row["f1_high"] == ""] == [
        place not in levels for place in range(3)
    ]
