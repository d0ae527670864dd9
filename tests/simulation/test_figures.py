"""Figures: what is drawn, what stands beside it, and what is said where nothing can be drawn."""

import subprocess
import sys

import matplotlib.style
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from contract.names import EnvoyName
from simulation.curves import Curves, curves_of
from simulation.figures import AXES, as_png, draw_run, draw_runs
from simulation.round_metrics import BINARY_COLUMNS, COLUMNS, TOO_FEW
from tests.simulation.runs import rows

PNG = b"\x89PNG\r\n\x1a\n"


def curves(hospitals: int, rounds: int = 3, metric: str = "accuracy") -> Curves:
    values = np.random.default_rng(0).uniform(0, 1, (hospitals, rounds)).tolist()
    return curves_of(rows(metric, *values), metric, "global")


def labels(figure: Figure) -> list[str]:
    legend = figure.axes[0].get_legend()
    assert legend is not None
    return [text.get_text() for text in legend.get_texts()]


def drawn(figure: Figure) -> dict[str, list[float]]:
    return {str(line.get_label()): np.asarray(line.get_ydata()).tolist() for line in figure.axes[0].lines}


def test_a_few_hospitals_have_a_line_each_of_their_own_colour():
    shown = curves(5)
    figure = draw_run(shown, "title", "notice")
    assert labels(figure) == ["mean hospital", "worst hospital", "A", "B", "C", "D", "E"]
    assert drawn(figure)["C"] == list(shown.hospitals[EnvoyName("C")])
    assert drawn(figure)["mean hospital"] == list(shown.mean)
    assert drawn(figure)["worst hospital"] == list(shown.worst)
    assert len({line.get_color() for line in figure.axes[0].lines}) == 7


def test_many_hospitals_share_one_line_of_the_legend():
    figure = draw_run(curves(10), "title", "notice")
    assert labels(figure) == ["mean hospital", "worst hospital", "each of 10 hospitals"]
    assert len(figure.axes[0].lines) == 12


def test_one_hospital_has_no_mean_beside_it():
    assert labels(draw_run(curves(1), "title", "notice")) == ["A"]


def test_every_score_has_its_axis_with_a_unit():
    assert set(AXES) == {*COLUMNS, *BINARY_COLUMNS} - {"held_out"}
    for metric in AXES:
        axes = draw_run(curves(2, metric=metric), "title", "notice").axes[0]
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("round", AXES[metric])
    assert all(text.endswith(")") for text in AXES.values())


def test_a_figure_without_a_value_says_why_it_is_empty():
    nothing, something = curves_of(rows("auroc", [None, None]), "auroc", "global"), curves(1, 2, "auroc")
    assert [text.get_text() for text in draw_run(nothing, "title", "notice").axes[0].texts] == [TOO_FEW]
    assert [text.get_text() for text in draw_runs({"a": nothing}, "title", "notice").axes[0].texts] == [TOO_FEW]
    assert list(draw_run(something, "title", "notice").axes[0].texts) == []
    assert list(draw_runs({"a": nothing, "b": something}, "title", "notice").axes[0].texts) == []


def test_what_can_be_below_zero_has_room_there():
    curve = curves_of(rows("calibration_in_the_large", [-0.5]), "calibration_in_the_large", "global")
    low, high = draw_run(curve, "title", "notice").axes[0].get_ylim()
    assert low < -1 < 1 < high


def test_title_and_notice_stand_on_the_figure():
    figure = draw_run(curves(2), "a title", "Not clinical.")
    assert figure.axes[0].get_title(loc="left") == "a title"
    assert figure.get_supxlabel() == "Not clinical."


def test_nothing_is_cut_off_by_the_figures_edge():
    figure = draw_run(curves(5), "title", "A notice of some length. " * 8)
    as_png(figure)  # the layout is made when it is drawn
    legend = figure.axes[0].get_legend()
    assert legend is not None
    box, whole = legend.get_window_extent(), figure.bbox
    assert whole.x0 <= box.x0 < box.x1 <= whole.x1
    assert box.x0 >= figure.axes[0].get_window_extent().x1  # beside the lines, not over them


def test_runs_have_two_lines_each_and_a_label():
    runs = {f"run {place}": curves(3, metric="loss") for place in range(8)}
    figure = draw_runs(runs, "title", "notice")
    assert labels(figure) == [*runs, "thick: mean hospital", "thin: worst hospital"]
    looks = {(line.get_color(), line.get_linestyle(), line.get_linewidth()) for line in figure.axes[0].lines[:16]}
    assert len(looks) == 16


def test_what_a_folder_is_called_is_no_formula():
    as_png(draw_runs({r"$\frac{$": curves(1)}, "title", "notice"))
    as_png(draw_runs({"run": curves(1)}, "title", r"$\frac{$"))


@pytest.mark.parametrize(("name", "shown"), [("_run", " _run"), ("", " "), ("run\x1b[2J", r"run\x1b[2J")])
def test_a_run_stands_in_the_legend_whatever_its_folder_is_called(name: str, shown: str):
    assert labels(draw_runs({name: curves(1), "b": curves(1)}, "title", "notice"))[:2] == [shown, "b"]


def test_what_is_drawn_in_ink_is_seen_on_a_dark_ground():
    with matplotlib.style.context("dark_background"):
        run, runs = draw_run(curves(2), "title", "notice"), draw_runs({"a": curves(2)}, "title", "notice")
    assert to_rgb(run.axes[0].lines[0].get_color()) == (1, 1, 1)
    assert [to_rgb(line.get_color()) for line in runs.axes[0].lines[2:]] == [(1, 1, 1)] * 2


def test_a_figure_is_drawn_where_it_is_asked_for():
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert draw_run(curves(2), "title", "notice", ax=right) is figure
    assert draw_runs({"one": curves(2)}, "title", "notice", ax=left) is figure
    assert left.lines
    assert right.lines


def test_the_same_figure_gives_the_same_bytes_and_a_notebook_sees_it_without_pyplot():
    one, again = (draw_run(curves(3), "title", "notice") for _ in range(2))
    assert as_png(one) == as_png(again)
    assert as_png(one).startswith(PNG)
    assert b"Software" not in as_png(one)  # a version of matplotlib is no part of it
    assert one._repr_png_() == as_png(again)  # type: ignore[attr-defined]


def test_pyplot_is_left_alone():
    script = (
        "import sys; from simulation.figures import draw_run; from tests.simulation.test_figures import curves;"
        "draw_run(curves(2), '', ''); assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_without_matplotlib_it_is_said_what_to_install():
    script = "import sys; sys.modules['matplotlib'] = None; import simulation.figures"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "PlotsMissingError: There is no matplotlib here, so nothing can be drawn." in result.stderr


@pytest.mark.parametrize(("rounds", "marked"), [(30, True), (31, False)])
def test_points_are_drawn_while_they_can_be_told_apart(rounds: int, marked: bool):
    lines = draw_run(curves(1, rounds), "title", "notice").axes[0].lines
    assert [line.get_marker() == "o" for line in lines] == [marked]
