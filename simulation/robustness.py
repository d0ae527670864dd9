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
from contract.tasks import DIAGNOSIS_COUNT
from envoy.training import train
from simulation.attacks import ATTACKS, SCALING, SIGN_FLIP, Attack
from simulation.few_hospitals_tables import WARM_UP, tables
from simulation.hostile_run import ROUNDS, Defence, Outcome, Scenario, run
from simulation.in_process import Hospital, synthetic_hospitals, update_of
from simulation.quick_training import HOUSE, LocalTraining

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
    task = DIAGNOSIS_COUNT
    scaler, state = merge_scalers([hospital.scaler for hospital in hospitals]), task.initial_state()
    number = 0
    for _ in range(rounds):
        updates = [
            update_of(
                task,
                train(task, state, scaler, each.split, seed).state,
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
        return _PAGE.format(
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
    own_task = [quarantined(synthetic_hospitals(DIAGNOSIS_COUNT, 5, 2000, seed), ROUNDS, seed) for seed in range(seeds)]
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


_PAGE = """# Robustness: hostile hospitals among honest ones

Made by `make robustness` (`python -m simulation.robustness`). Do not edit by hand.

## Few hospitals, one of them hostile

A real director, asked without HTTP: its gate, counts, aggregates, verdicts and pointer, cycle by cycle; nobody
intervenes but to roll back where that is the attack. Two consortia: the standard one (hospitals of 2,000 patients,
`diagnosis_count`; accuracy is that of the served model at the worst honest hospital, on its held-out patients) and
scikit-learn's breast-cancer table (569 patients dealt unevenly; accuracy on 57 patients whom nobody has, so that one
of them is .018). Seeds 0 to {seeds} (exclusive); **each cell is the worst seed**. Ten cycles; the hostile hospital is
there from the first. It claims its true number of examples or 10 million.

The seven attacks: *label flip* trains on swapped labels; *replay of the first start* and *unchanged base* send no
change of their own; *slow drift* goes 3.3 × as far as an honest hospital, always the same way, so that the highest
level is never answered; *lied statistics* adds a report of 10 million rows with an absurd deviation to a label flip;
*rolled-back version again* spoils the second version and sends it again after it was rolled back; *knows rule and
bounds* goes as far against the honest as the gate lets it, and a hundred times too far where nothing is compared.

### Five and eleven hospitals, unattended, default settings

To be met: .90 in every cell. On the breast-cancer table the bars here and below are near what is reached with nobody
hostile: compare *Nobody hostile*.

{unattended}
### The same with a validation table

800 and 1,760 patients whom no hospital has (breast cancer: 57). To be met: .95 in every cell.

{with_table}
### Two and three hospitals, `publish = confirmed`

After {warm_up} cycles in which all were honest; in brackets the share of the ten cycles after that from which no new
version came. Each hospital says its word as `fl-envoy evaluate --answer` does; the hostile one always accepts. To be
met: .95 in every cell.

{confirmed}
### Two and three hospitals, unattended, published at once

For comparison: nothing can be compared among so few, and half of the weight is enough. No bar.

{few_unattended}
### Nobody hostile

To be met: every cycle publishes unattended from four hospitals on, at most 1 % of the honest submissions accused, at
most .01 lost against plain FedAvg.

{clean}
### Which strategy, which count_ratio

The worst cell over all attacks, counts and seeds, unattended; in brackets the mean of the attacks' worst seeds. The
default is `clip+fedavg`: of the FedAvg-like ones it bears what drifts. A count_ratio of 2 bears as much as one of 3 and
caps more honest hospitals; the default stays 3.

{strategies}
{count_ratios}

# Eleven hospitals, several hostile

Without a director: the strategies and the screening alone.

Data: scikit-learn's breast-cancer table, 569 patients, a fifth held out; the others dealt to 11 hospitals by class with
a Dirichlet distribution of concentration 0.5, at least 10 patients each, so that some hospitals see hardly a case of
one class. Model: logistic (30 measurements, 2 classes). Shared start, exact merged scaler, {rounds} rounds, seeds 0 to
{seeds} (exclusive); each seed deals anew. Hospitals train as `diagnosis_count` does (Adam 0.01, batch 64, 2 epochs)
where nothing else is said. The hostile ones work together and know the honest updates of the same round.

*Gate* is the screening of the closed set (`aggregation.screening`) with the default bounds and capped counts; what it
quarantines enters no aggregate. The rules without a gate are told how many are hostile (f known), which nobody is in
life. Accuracy is on the held-out patients: mean over the seeds, in brackets the lowest.

Bounds: `{bounds}`.

## 2 of 11 hostile

{two}
## 4 of 11 hostile

{four}
## What is caught

Gate, clip+fedavg. A hostile submission is *caught* if it is quarantined, or if it lied about its number of examples and
counts as less. *Accuracy lost*: the mean of plain FedAvg without any attack minus this one. To be met: at most 0.03 (2
of 11) and 0.05 (4 of 11) lost; sign flip, scaling and lied counts caught in 95 % of submissions or more.

{catches}
ALIE and min-max hide within the spread of the honest ones: no comparison of updates tells them apart, and here they do
not hurt. A label flip under the product's plan is often too small to be told from an odd hospital; clipping and the
honest majority bear it.

## Other ways to train

The same bounds. Clean: {clean_runs} runs without any hostile hospital, each with 110 submissions; to be met for the
product's plan: at most 1 % accused. Beside it, the share of hostile submissions caught. With plain gradient descent an
honest norm follows the hospital's size, and near the optimum honest directions part: there the same bars are not all
met.

{trainings}
## Other bounds

One bound changed at a time, for the product's plan and for SGD of 5 epochs.

{other_bounds}
## Other caps on the count

Accuracy with gate, clip+fedavg.

{counts}
## The product's own task

The standard consortium (5 hospitals × 2,000 patients, {rounds} rounds of `diagnosis_count`, {seeds} seeds):
{own_quarantined} of {own_submissions} honest submissions would have been quarantined. A test holds the MIMIC-IV demo's
100 patients, dealt to five hospitals, to none.
"""

if __name__ == "__main__":
    main()
