"""The hospital's whole act, from its tables to a parcel."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.artifacts.model_file import read_model
from contract.artifacts.scaler_file import read_scaler, write_scaler
from contract.messages.base import MetricValue
from contract.messages.runs import Assignment
from contract.names import Digest, EnvoyName
from contract.parts import Parcel
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT
from envoy.cohort import Cohort, Split, split_by_shares
from envoy.errors import DataError, PolicyError
from envoy.evaluation import leaving
from envoy.parcel import label_of
from envoy.starting_point import StartingPoint
from envoy.submission import LocalData, ScalerChoice, evaluate_start, make_submission, make_update, read_local_data
from simulation.consortium import write_consortium
from tests.envoy.own_table.heart import HEART
from tests.envoy.patients import cohort

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MERGED = ScalerState.from_moments(400, (9.0,), (9000.0,))


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_consortium(tmp_path_factory.mktemp("tables"), hospitals=1, patients=50, seed=1)[0]


@pytest.fixture(scope="module")
def data(tables: Path) -> LocalData:
    return read_local_data(DIAGNOSIS_COUNT, tables, seed=0, held_out_share=0.2)


def start(scaler: ScalerState | None) -> StartingPoint:
    file = write_scaler(scaler) if scaler else None
    return StartingPoint(DIAGNOSIS_COUNT, Digest.of(b"start"), DIAGNOSIS_COUNT.initial_state(), scaler, file)


def test_patients_are_counted_and_their_statistics_are_of_the_training_rows_alone(data: LocalData) -> None:
    assert (data.patients, data.num_examples) == (50, 40)
    rows, report = data.split.training.features, data.statistics
    assert report.num_examples == 40
    assert report.mean[0] == pytest.approx(rows.mean())
    assert report.m2[0] == pytest.approx(np.square(rows - rows.mean()).sum())


def test_too_few_patients_are_a_matter_of_policy_and_no_tables_one_of_data(tmp_path: Path) -> None:
    (few,) = write_consortium(tmp_path, hospitals=1, patients=11, seed=1)
    with pytest.raises(PolicyError, match="9 patients to train on; task diagnosis_count needs 10"):
        read_local_data(DIAGNOSIS_COUNT, few, seed=0, held_out_share=0.2)
    with pytest.raises(DataError):
        read_local_data(DIAGNOSIS_COUNT, tmp_path / "nowhere", seed=0, held_out_share=0.2)


@pytest.mark.parametrize(
    ("choice", "merged", "is_merged"),
    [("merged", MERGED, True), ("merged", None, False), ("own", MERGED, False), ("own", None, False)],
)
def test_a_model_stands_behind_the_scaler_that_was_chosen_where_there_is_one(
    data: LocalData, choice: ScalerChoice, merged: ScalerState | None, is_merged: bool
) -> None:
    trained = make_submission(data, start(merged), scaler=choice, seed=0, now=NOW)
    scaler = read_scaler(trained.parcel["scaler"], 1)
    assert scaler.num_examples == (400 if is_merged else 40)
    assert (trained.before is None) == (merged is None)
    label = label_of(trained.parcel)
    assert (label.num_examples, label.base, label.trained_at) == (40, Digest.of(b"start"), NOW)
    assert label.metrics == leaving(trained.after)
    assert "confusion" in trained.after
    assert b"confusion" not in trained.parcel["metadata"] + trained.parcel["log"]


def test_each_epoch_is_told_and_the_same_seed_gives_the_same_parcel(data: LocalData) -> None:
    epochs: list[int] = []
    first = make_submission(data, start(MERGED), scaler="merged", seed=1, now=NOW, on_epoch=epochs.append)
    again, other = (make_submission(data, start(MERGED), scaler="merged", seed=seed, now=NOW) for seed in (1, 2))
    assert epochs == [1, 2]
    assert first.parcel == again.parcel != other.parcel


def test_the_start_is_held_against_the_held_out_patients_alone() -> None:
    training, held_out = cohort(np.arange(1, 41)), cohort(np.arange(1, 4), first=100)
    found = evaluate_start(LocalData(DIAGNOSIS_COUNT, Split(training, held_out)), start(MERGED))
    assert found is not None
    patients: MetricValue = found["held_out"]
    assert patients == 3.0


def assignment(**changes: object) -> Assignment:
    start_of = {"base": Digest.of(b"start"), "model_sha256": Digest.of(b"model"), "scaler_sha256": None}
    which = {"n": 7, "run": 1, "number": 2, "rounds": 5, "task": DIAGNOSIS_COUNT.name, "global_version": None}
    how = {"seed": 3, "proximal": 0.0, "closes_at": NOW, "closes_in_seconds": 60, "awaited": []}
    return Assignment.model_validate({**start_of, **which, **how, **changes})


def test_an_update_is_the_same_bytes_for_the_same_round_and_hospital_alone(data: LocalData) -> None:
    cohort = Digest.of(b"cohort")

    def update(name: str = "KNH", **changes: object) -> Parcel:
        return make_update(data, start(MERGED), assignment(**changes), envoy=EnvoyName(name), cohort=cohort)

    first = update()
    assert first == update() == update(name="knh")
    label = label_of(first)
    assert (label.round, label.cohort, label.seed, label.trained_at) == (7, cohort, 3, None)
    others = [update("MTRH"), update(number=3), update(seed=4)]
    assert len({each.digests["model"] for each in (first, *others)}) == 4
    assert update(n=8).digests["model"] == first.digests["model"], "a round that is tried again asks for the same"


def test_a_proximal_term_holds_the_model_near_its_base(data: LocalData) -> None:
    def update(proximal: float) -> bytes:
        asked, cohort = assignment(proximal=proximal), Digest.of(b"cohort")
        return make_update(data, start(MERGED), asked, envoy=EnvoyName("KNH"), cohort=cohort)["model"]

    layout = data.task.layout
    begun, free, held = data.task.initial_state(), read_model(update(0), layout), read_model(update(100), layout)
    free_way, held_way = (sum(float(abs(s[name] - begun[name]).sum()) for name in begun) for s in (free, held))
    assert 0 < held_way < free_way


def heart_data(changes: np.random.Generator | None, parts: tuple[str, ...]) -> LocalData:
    """Give a table's patients; with changes the rows of some parts hold other values, missing ones and outcomes."""
    raw = np.random.default_rng(0).uniform([18, 0, 0.1, 0, 0], [110, 2, 30, 2, 500], (160, 5))
    raw[:, [1, 3, 4]] = np.floor(raw[:, [1, 3, 4]])
    ids, labels = np.arange(160), np.random.default_rng(1).integers(0, 2, 160)
    assert HEART.shares is not None
    split = split_by_shares(Cohort(ids, HEART.encode(raw), labels), 0, HEART.shares)
    if changes is not None:
        for name in parts:
            rows = getattr(split, name).subject_ids
            raw[rows, 0] = changes.uniform(18, 110, len(rows))
            raw[rows, 2] = np.where(changes.random(len(rows)) < 0.5, np.nan, changes.uniform(0.1, 30, len(rows)))
            labels[rows] = changes.integers(0, 2, len(rows))
        split = split_by_shares(Cohort(ids, HEART.encode(raw), labels), 0, HEART.shares)
    return LocalData(HEART, split)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32))
def test_held_out_rows_change_nothing_that_leaves_but_the_figures_about_themselves(seed: int) -> None:
    """Leak 9 would be a scaler, a missing-value figure or a weight that was made from held-out rows."""
    origin = StartingPoint(HEART, Digest.of(b"start"), HEART.initial_state(), None, None)
    found = []
    for changes in (None, np.random.default_rng(seed)):
        held = heart_data(changes, ("validation", "held_out"))
        parcel = make_submission(held, origin, scaler="own", seed=0, now=NOW).parcel
        found.append((held.statistics, parcel["model"], parcel["scaler"], label_of(parcel).num_examples))
    assert found[0] == found[1]


def test_training_rows_do_change_what_leaves() -> None:
    same, other = (heart_data(changes, ("training",)) for changes in (None, np.random.default_rng(1)))
    assert same.statistics != other.statistics


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32))
def test_where_training_stops_by_validation_patients_the_test_patients_still_change_nothing(seed: int) -> None:
    stopping = replace(HEART, training=replace(HEART.training, local_epochs=20, patience=1))
    models = []
    for changes in (None, np.random.default_rng(seed)):
        held = LocalData(stopping, heart_data(changes, ("held_out",)).split)
        scaler = stopping.fit_scaler(held.split.training.features)
        begin = StartingPoint(stopping, Digest.of(b"s"), stopping.initial_state(), scaler, write_scaler(scaler))
        models.append(make_submission(held, begin, scaler="merged", seed=0, now=NOW).parcel["model"])
    assert models[0] == models[1]
