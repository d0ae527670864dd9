"""The words of ``docs/robustness.md`` around its tables, which ``simulation.robustness`` makes."""

PAGE = """# Robustness: hostile hospitals among honest ones

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

## Eleven hospitals, several hostile

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
