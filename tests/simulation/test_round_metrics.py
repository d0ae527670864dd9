"""The table of each round's metrics at each hospital."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.names import EnvoyName
from contract.tasks import DIAGNOSIS_COUNT
from simulation.errors import SavedRunError
from simulation.in_process import run_federation, synthetic_hospitals
from simulation.round_metrics import COLUMNS, HEADER, RoundMetrics, RoundRow, read_rows, rows_of, written


def test_each_round_and_hospital_has_a_row_for_its_local_and_for_the_global_model(tmp_path: Path):
    hospitals = synthetic_hospitals(DIAGNOSIS_COUNT, hospitals=2, patients=60, seed=0)
    with RoundMetrics(tmp_path / "rounds.csv") as metrics:
        run = run_federation(
            DIAGNOSIS_COUNT,
            hospitals,
            rounds=2,
            on_round=lambda done: metrics.write(rows_of(done, DIAGNOSIS_COUNT, hospitals)),
        )
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
    with RoundMetrics(tmp_path / "rounds.csv") as metrics:

        def see(done):
            metrics.write(rows_of(done, DIAGNOSIS_COUNT, hospitals))
            seen.append((tmp_path / "rounds.csv").read_text().count("\n"))

        run_federation(DIAGNOSIS_COUNT, hospitals, rounds=3, on_round=see)
    assert seen == [3, 5, 7]
    (row, *_) = csv.DictReader((tmp_path / "rounds.csv").read_text().splitlines())
    levels = set(hospitals[0].split.held_out.labels.tolist())
    assert [row["f1_low"] == "", row["f1_medium"] == "", row["f1_high"] == ""] == [
        place not in levels for place in range(3)
    ]


SHARES = st.none() | st.floats(0, 1)
ROWS = st.builds(
    RoundRow,
    round=st.integers(1, 10_000),
    hospital=st.from_regex(r"Hospital[0-9]{2}", fullmatch=True).map(EnvoyName),
    num_examples=st.integers(1, 10**9),
    model=st.sampled_from(["local", "global"]),
    metrics=st.fixed_dictionaries(
        {name: st.floats(0, 1e300) if name == "loss" else SHARES for name in COLUMNS if name != "held_out"}
        | {"held_out": st.integers(0, 10**9).map(float)}
    ),
)


@given(st.lists(ROWS))
def test_what_is_written_is_read_back_to_the_last_bit(rows: list[RoundRow]):
    assert list(read_rows(written(rows))) == rows


def test_the_bytes_are_those_that_are_written_round_by_round(tmp_path: Path):
    rows = [RoundRow(number, EnvoyName("KNH"), 40, "global", {"accuracy": 0.5}) for number in (1, 2)]
    with RoundMetrics(tmp_path / "rounds.csv") as metrics:
        for row in rows:
            metrics.write([row])
    assert (tmp_path / "rounds.csv").read_bytes() == written(rows)


GOOD = "1,KNH,40,global,0.5,0.5,0.5,0.5,0.5,1.5,10.0"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1: the columns are not round, hospital"),
        ("round,hospital\n", "line 1: the columns are not round, hospital"),
        (f"HEADER\n{GOOD}\n{GOOD.removesuffix(',10.0')}\n", "line 3: it is no row"),
        (f"HEADER\n{GOOD},1\n", "line 2: it is no row"),
        (f"HEADER\n{GOOD.replace('1.5', 'nan')}\n", "line 2: The metric loss is not a number from 0"),
        (f"HEADER\n{GOOD.replace('1.5', 'much')}\n", "line 2: it is no row"),
        (f"HEADER\n{GOOD.replace('global', 'server')}\n", "line 2: it is no row"),
        (f"HEADER\n{GOOD.replace('KNH', '../KNH')}\n", "line 2: '../KNH' is not an envoy's name"),
        (f'HEADER\n{GOOD},"1"2\n', "no table of text"),
        (f"HEADER\n{GOOD}\udcff\n", "no table of text"),
    ],
)
def test_what_is_no_such_table_is_refused_by_its_line(text: str, says: str):
    data = text.replace("HEADER", ",".join(HEADER)).encode(errors="surrogateescape")
    with pytest.raises(SavedRunError, match=says):
        list(read_rows(data))
