"""Curves → a figure. Knows matplotlib, no run and no file, and touches nothing that figures of others share.

Colours: Okabe and Ito 2008, "Color Universal Design", which most who are colour-blind can tell apart.
"""

import io
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from contract.visible_text import visible
from simulation.curves import Curves
from simulation.errors import PlotsMissingError
from simulation.round_metrics import TOO_FEW

try:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator
except ImportError:
    raise PlotsMissingError(
        "There is no matplotlib here, so nothing can be drawn.",
        hint="pip install 'fl-director[plots]', or take the numbers from the frame.",
    ) from None

if TYPE_CHECKING:
    from matplotlib.typing import ColorType

AXES: Mapping[str, str] = {
    "accuracy": "accuracy (share of held-out patients)",
    "macro_f1": "mean F1 of the levels (0 to 1)",
    "f1_low": "F1 of level low (0 to 1)",
    "f1_medium": "F1 of level medium (0 to 1)",
    "f1_high": "F1 of level high (0 to 1)",
    "loss": "loss (mean cross-entropy, nats)",
    "auroc": "AUROC (0 to 1)",
    "auprc": "AUPRC (0 to 1)",
    "brier": "Brier score (0 to 1)",
    "calibration_in_the_large": "calibration in the large (-1 to 1)",
}
"""Score → what stands beside the axis."""

_BLUE, _ORANGE, _GREEN, _PURPLE, _SKY, _VERMILLION = "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00"
_INK, _GREY, _PALE = "#222222", "#767676", "#bdbdbd"
_OF_HOSPITALS = (_BLUE, _ORANGE, _GREEN, _PURPLE, _SKY)
_OF_RUNS = (*_OF_HOSPITALS, _VERMILLION)
_STYLES = ("-", "--", "-.", ":")
_MOST_MARKED = 30
"""With more rounds than these, points would hide the lines."""


class ShownFigure(Figure):
    """A figure that a notebook shows by itself, without pyplot."""

    def _repr_png_(self) -> bytes:
        return as_png(self)


def draw_run(curves: Curves, title: str, notice: str, ax: Axes | None = None) -> Figure:
    """Draw a thin line a hospital, above them their mean and the worst of them.

    Args:
        curves: Of one run.
        title: Above it.
        notice: Below it: what its reader must know.
        ax: Where; None: in a figure of its own.
    """
    ax = ax or _axes(notice)
    few = len(curves.hospitals) <= len(_OF_HOSPITALS)
    if len(curves.hospitals) > 1:
        _line(ax, curves, curves.mean, _ink(ax), 2.6, label="mean hospital")
        # below the lines of few hospitals, so that the worst one's own is seen in it; above those of many
        _line(ax, curves, curves.worst, _VERMILLION, 3.0 if few else 2.0, "--", "worst hospital", marked=not few)
    for place, (name, values) in enumerate(curves.hospitals.items()):
        label = str(name) if few else None if place else f"each of {len(curves.hospitals)} hospitals"
        color, width = (_OF_HOSPITALS[place], 1.3) if few else (_PALE, 0.8)
        _line(ax, curves, values, color, width, label=label, marked=few, on_top=few)
    return _finished(ax, curves.metric, title, is_empty=curves.best_round is None)


def draw_runs(runs: Mapping[str, Curves], title: str, notice: str, ax: Axes | None = None) -> Figure:
    """Draw the mean hospital of each run, and thinner in the same colour its worst hospital.

    Args:
        runs: Label → curves, all of one metric.
        title: Above it.
        notice: Below it.
        ax: Where; None: in a figure of its own.
    """
    ax = ax or _axes(notice)
    for place, (label, curves) in enumerate(runs.items()):
        color, style = _OF_RUNS[place % len(_OF_RUNS)], _STYLES[place // len(_OF_RUNS) % len(_STYLES)]
        _line(ax, curves, curves.worst, color, 0.9, style)
        _line(ax, curves, curves.mean, color, 2.6, style, _shown(label))
    ax.plot([], [], color=_ink(ax), linewidth=2.6, label="thick: mean hospital")
    ax.plot([], [], color=_ink(ax), linewidth=0.9, label="thin: worst hospital")
    is_empty = all(each.best_round is None for each in runs.values())
    return _finished(ax, next(iter(runs.values())).metric, title, is_empty=is_empty)


def as_png(figure: Figure) -> bytes:
    """Give the file; the same figure gives the same bytes."""
    file = io.BytesIO()
    figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()


def _axes(notice: str) -> Axes:
    figure = ShownFigure(figsize=(8, 4.4), dpi=100, layout="constrained")
    figure.supxlabel(textwrap.fill(notice, 110), x=0.01, ha="left", fontsize=8, color=_GREY, parse_math=False)
    return figure.add_subplot()


def _ink(ax: Axes) -> "ColorType":
    """Give what is written with on these axes: a user's style may have made their ground dark."""
    color = ax.xaxis.label.get_color()
    return _INK if color == "black" else color


def _shown(label: object) -> str:
    """Give a label that a legend shows: it leaves out what begins with an underscore, and a folder's name may."""
    text = visible(str(label))
    return f" {text}" if not text or text.startswith("_") else text


def _line(
    ax: Axes,
    curves: Curves,
    values: Sequence[float],
    color: "ColorType",
    width: float,
    style: str = "-",
    label: str | None = None,
    *,
    marked: bool = True,
    on_top: bool = True,
) -> None:
    marker = "o" if marked and len(curves.rounds) <= _MOST_MARKED else ""
    (drawn,) = ax.plot(curves.rounds, values, color=color, linewidth=width, linestyle=style, label=label)
    drawn.set(marker=marker, markersize=width * 1.6, zorder=2.1 if on_top else 1.9)


def _finished(ax: Axes, metric: str, title: str, *, is_empty: bool) -> Figure:
    ax.set_title(title, loc="left", fontsize=11)
    ax.set_xlabel("round")
    ax.set_ylabel(AXES[metric])
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))
    if "nats" in AXES[metric]:
        ax.set_ylim(bottom=0)
    elif "(-1 to 1)" in AXES[metric]:
        ax.set_ylim(-1.02, 1.02)
    else:
        ax.set_ylim(-0.02, 1.02)
    if is_empty:
        ax.text(0.5, 0.5, TOO_FEW, transform=ax.transAxes, ha="center", color=_ink(ax))
    ax.grid(color="#e6e6e6", linewidth=0.8)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    legend = ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0.0, frameon=False, fontsize=9)
    for text in legend.get_texts():
        text.set_parse_math(False)  # a folder's name may hold a $
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ValueError("These axes are in no figure.")
    return figure
