"""The ways side by side as a table."""

import numpy as np

from envoy.cohort import Cohort
from simulation.sharing import FEDERATED, LOCAL
from simulation.sharing_table import EVERYBODY, TOO_FEW, as_markdown, as_records, measured, rows_over

DRAW = np.random.default_rng(0)


def cohort(events: int, others: int) -> Cohort:
    labels = np.repeat([1, 0], [events, others])
    return Cohort(np.arange(len(labels)), DRAW.normal(labels[:, None], 1.0), labels)


WAYS = {LOCAL: lambda place, rows: rows.features[:, 0] * (place + 1), FEDERATED: lambda _, rows: rows.features[:, 0]}
LARGE, SMALL = cohort(40, 60), cohort(40, 10)


def test_a_hospital_with_too_few_outcomes_is_not_judged_and_counts_among_all() -> None:
    rows = rows_over([measured(WAYS, ["large", "small"], [LARGE, SMALL])], ["large", "small"])
    judged = {(row.hospital, row.way): len(row.figures) for row in rows}
    assert judged == {(name, way): int(name != "small") for name in (EVERYBODY, "large", "small") for way in WAYS}
    page = as_markdown(rows)
    assert page.count(TOO_FEW) == 2
    assert all(line.count("|") == 7 for line in page.splitlines())


def test_the_mean_and_the_spread_are_over_the_seeds() -> None:
    found = [measured(WAYS, ["large"], [each]) for each in (LARGE, cohort(40, 60))]
    row = next(row for row in rows_over(found, ["large"]) if (row.hospital, row.way) == ("large", FEDERATED))
    values = [each["large", FEDERATED].auroc for each in found]
    assert row.mean("auroc") == np.mean(values)
    assert row.spread("auroc") == np.std(values, ddof=1)
    assert as_records([row])[0]["auroc"] == np.mean(values)
