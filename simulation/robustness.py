"""The tables of ``docs/robustness.md``: hostile hospitals among honest ones, with and without the screening."""

import argparse
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path
from statistics import fmean

from aggregation.scaling import merge_scalers
from aggregation.screening import Bounds, screen_updates
from aggregation.strategy import aggregate, strategy_named
from envoy.training import order_of_cycle, train
from simulation.attacks import ATTACKS, SCALING, SIGN_FLIP, Attack
from simulation.demonstration import DEMONSTRATION
from simulation.few_hospitals_tables import WARM_UP, tables
from simulation.hostile_run import ROUNDS, Defence, Outcome, Scenario, run
from simulation.in_process import Hospital, synthetic_hospitals, update_of
from simulation.quick_training import HOUSE, LocalTraining
from simulation.robustness_page import PAGE

SEEDS, CLEAN_RUNS = 5, 50
HOSTILE = (2, 4)
BOUNDS = Bounds()
PLAIN = Defence("plain FedAvg", "fedavg")
GATED = Defence("**gate, clip+fedavg**", "clip+fedavg", is_gated=True)
DEFENCES = (
    PLAIN,
    GATED,
    Defence("gate, clip+trimmed_mean", "clip+trimmed_mean", is_gated=True),
    Defence("clip+trimmed_mean, f known", "clip+trimmed_mean", knows_f=True),
    Defence("geometric_median", "geometric_median"),
    Defence("multi_krum, f known", "multi_krum", knows_f=True),
)
TRAININGS = (
    HOUSE,
    LocalTraining("SGD 0.1, batch 16, 5 epochs", "sgd", 0.1, 16, 5),
    LocalTraining("SGD 0.1, batch 16, 1 epoch", "sgd", 0.1, 16, 1),
    LocalTraining("SGD 0.01, batch 16, 5 epochs", "sgd", 0.01, 16, 5),
    LocalTraining("one step of 0.5 on all patients", "sgd", 0.5, None, 1),
)
OTHER_BOUNDS = (
    ("as they are", BOUNDS),
    ("norm_ratio 2", replace(BOUNDS, norm_ratio=2.0)),
    ("norm_ratio 3", replace(BOUNDS, norm_ratio=3.0)),
    ("norm_ratio 5", replace(BOUNDS, norm_ratio=5.0)),
    ("cosine -0.2", replace(BOUNDS, cosine=-0.2)),
    ("cosine -0.8", replace(BOUNDS, cosine=-0.8)),
    ("against 0.5", replace(BOUNDS, against=0.5)),
    ("against 2", replace(BOUNDS, against=2.0)),
)
COUNT_RATIOS = (2.0, 3.0, 5.0, 10.0)


def accuracies(hostile: int, seeds: int) -> str:
    """Give mean accuracy and lowest seed for each attack and defence, the clean run above them."""
    rows = [["no attack", *(_accuracy(_runs(defence, seeds)) for defence in DEFENCES)]]
    for attack in ATTACKS:
        found = [_runs(defence, seeds, attack=attack, hostile=hostile) for defence in DEFENCES]
        rows.append([attack.name, *map(_accuracy, found)])
    return _table(["hostile hospitals", *(defence.name for defence in DEFENCES)], rows)


def catches(seeds: int) -> str:
    """Give, for each attack, the share of hostile submissions caught and of honest ones accused, and what it costs."""
    clean = fmean(outcome.accuracy for outcome in _runs(PLAIN, seeds))
    rows = []
    for attack in ATTACKS:
        row = [attack.name]
        for hostile in HOSTILE:
            found = _runs(GATED, seeds, attack=attack, hostile=hostile)
            loss = clean - fmean(outcome.accuracy for outcome in found)
            row += [_share_caught(found), _share_accused(found), f"{loss:+.3f}"]
        rows.append(row)
    head = [f"{hostile} of 11: {what}" for hostile in HOSTILE for what in ("caught", "honest accused", "accuracy lost")]
    return _table(["attack", *head], rows)


def trainings(seeds: int, clean_runs: int) -> str:
    """Give what the screening does when hospitals train in other ways than the product's."""
    rows = []
    for training in TRAININGS:
        clean = _runs(GATED, clean_runs, training=training)
        caught = [
            _share_caught(_runs(GATED, seeds, attack=attack, hostile=hostile, training=training))
            for attack in (SIGN_FLIP, SCALING)
            for hostile in HOSTILE
        ]
        rows.append([training.name, _accuracy(clean), _share_accused(clean), *caught])
    head = [f"{attack.name}, {hostile} of 11" for attack in (SIGN_FLIP, SCALING) for hostile in HOSTILE]
    return _table(["training", "accuracy, clean", "honest accused, clean", *head], rows)


def other_bounds(seeds: int, clean_runs: int) -> str:
    """Give what the screening would do under other bounds, for two ways to train."""
    rows = []
    for name, bounds in OTHER_BOUNDS:
        row = [name]
        for training in TRAININGS[:2]:
            row.append(_share_accused(_runs(GATED, clean_runs, training=training, bounds=bounds)))
            for attack in (SIGN_FLIP, SCALING):
                found = _runs(GATED, seeds, attack=attack, hostile=4, training=training, bounds=bounds)
                row.append(_share_caught(found))
        rows.append(row)
    head = [
        f"{training}: {what}"
        for training in ("Adam", "SGD, 5 epochs")
        for what in ("honest accused, clean", f"{SIGN_FLIP.name} caught, 4 of 11", f"{SCALING.name} caught, 4 of 11")
    ]
    return _table(["bounds", *head], rows)


def count_ratios(seeds: int) -> str:
    """Give the accuracy under a lied count for other caps."""
    lies = [attack for attack in ATTACKS if attack.claim is not None]
    rows = []
    for ratio in COUNT_RATIOS:
        bounds = replace(BOUNDS, count_ratio=ratio)
        found = [
            _runs(GATED, seeds, attack=attack, hostile=hostile, bounds=bounds) for attack in lies for hostile in HOSTILE
        ]
        rows.append([f"{ratio:g}", _accuracy(_runs(GATED, seeds, bounds=bounds)), *map(_accuracy, found)])
    head = [f"{attack.name}, {hostile} of 11" for attack in lies for hostile in HOSTILE]
    return _table(["count_ratio", "clean", *head], rows)


def quarantined(hospitals: Sequence[Hospital], rounds: int, seed: int) -> int:
    """Train the product's own task with honest hospitals; give how many submissions it would set aside."""
    task = DEMONSTRATION
    scaler, state = merge_scalers([hospital.scaler(task) for hospital in hospitals]), task.initial_state()
    number = 0
    for _ in range(rounds):
        order = order_of_cycle(seed, state)
        updates = [
            update_of(
                task,
                train(task, state, scaler, each.split, order, validates=False).state,
                len(each.split.training),
                scaler,
                base=state,
            )
            for each in hospitals
        ]
        number += sum(not found.passed for found in screen_updates(updates, BOUNDS))
        state = aggregate(updates, strategy_named("fedavg", {}), scaler).state
    return number


def page(seeds: int, clean_runs: int) -> str:
    """Run everything: few hospitals on all processors, the larger consortium beside them."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        many = pool.submit(many_hospitals, seeds, clean_runs)
        few = tables(seeds, pool)
        return PAGE.format(
            seeds=seeds,
            clean_runs=clean_runs,
            rounds=ROUNDS,
            bounds=BOUNDS,
            warm_up=WARM_UP,
            **vars(few),
            **many.result(),
        )


def many_hospitals(seeds: int, clean_runs: int) -> Mapping[str, object]:
    """Run what is about eleven hospitals without a director."""
    own_task = [quarantined(synthetic_hospitals(DEMONSTRATION, 5, 2000, seed), ROUNDS, seed) for seed in range(seeds)]
    return {
        "two": accuracies(2, seeds),
        "four": accuracies(4, seeds),
        "catches": catches(seeds),
        "trainings": trainings(seeds, clean_runs),
        "other_bounds": other_bounds(seeds, clean_runs),
        "counts": count_ratios(seeds),
        "own_submissions": 5 * ROUNDS * seeds,
        "own_quarantined": sum(own_task),
    }


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(prog="python -m simulation.robustness")
    parser.add_argument("--out", type=Path, default=Path("docs/robustness.md"))
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--clean-runs", type=int, default=CLEAN_RUNS)
    options = parser.parse_args()
    options.out.write_text(page(options.seeds, options.clean_runs), encoding="utf-8")


_run = cache(run)  # several tables show the same run


def _runs(
    defence: Defence,
    seeds: int,
    *,
    attack: Attack | None = None,
    hostile: int = 0,
    training: LocalTraining = HOUSE,
    bounds: Bounds = BOUNDS,
) -> list[Outcome]:
    return [_run(Scenario(seed, attack, hostile, training), defence, bounds) for seed in range(seeds)]


def _accuracy(outcomes: Sequence[Outcome]) -> str:
    found = [outcome.accuracy for outcome in outcomes]
    return f"{fmean(found):.3f} ({min(found):.3f})"


def _share_caught(outcomes: Sequence[Outcome]) -> str:
    return f"{sum(each.caught for each in outcomes) / sum(each.hostile for each in outcomes):.1%}"


def _share_accused(outcomes: Sequence[Outcome]) -> str:
    return f"{sum(each.accused for each in outcomes) / sum(each.honest for each in outcomes):.2%}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    text = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    print(text, file=sys.stderr)
    return text


if __name__ == "__main__":
    main()
