"""The figures are a table: each has one name and one sentence, and its labels are bounded."""

import re
from pathlib import Path

from director.watching.figures import BY_NAME, FIGURES, PREFIX, WORKER, table


def test_each_figure_has_a_name_of_its_own_in_the_form_that_prometheus_asks_for():
    assert len(BY_NAME) == len(FIGURES)
    for figure in FIGURES:
        assert re.fullmatch(r"[a-z][a-z_]*", figure.name), figure
        assert figure.name.endswith("_total") == (figure.kind == "counter"), figure
        assert figure.means.endswith("."), figure


def test_a_figure_of_a_worker_says_whose_it_is():
    for figure in FIGURES:
        assert (WORKER in figure.labels) == figure.is_of_worker, figure
    assert BY_NAME["requests_total"].labels == ("method", "route", "status", "worker")


def test_the_table_has_a_row_for_each():
    rows = table().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == [PREFIX + figure.name for figure in FIGURES]
    assert all(row.count(" | ") == 3 for row in rows)


def test_the_page_tells_of_each_figure_as_it_is():
    """``python docs/write_metrics.py`` writes it anew."""
    page = (Path(__file__).parents[3] / "docs" / "watching.md").read_text("utf-8")
    between = page.partition("<!-- made by docs/write_metrics.py -->")[2].partition("<!-- end -->")[0]
    assert between.strip() == table().strip()
