"""The rates as a picture: each contestant a bar, with its slowest and its fastest round."""

from __future__ import annotations

from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from bench.results import read_all
from bench.rounds import Comparison

NAME = "rates.svg"
# Text stays text: it can be searched, and the file is small.
matplotlib.rcParams["svg.fonttype"] = "none"
matplotlib.rcParams["svg.hashsalt"] = "bench"  # the same figures make the same file
BASE_COLOUR, COLOUR = "#b8bec8", "#2f6f9f"


def draw(folder: Path) -> None:
    """Put the picture of all that a folder keeps into it."""
    seen = [
        (f"{result.scenario}: {one.name}, {result.engine}", one)
        for result in read_all(folder)
        for one in result.comparisons
    ]
    if not seen:
        return
    columns = 2
    rows = -(-len(seen) // columns)
    figure = Figure(figsize=(6 * columns, 1.9 * rows), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).flat
    for axis, (title, one) in zip(axes, seen, strict=False):
        _bars(axis, title, one)
    for axis in list(axes)[len(seen) :]:
        axis.set_visible(False)
    figure.savefig(folder / NAME, metadata={"Date": None})


def _bars(axis: matplotlib.axes.Axes, title: str, one: Comparison) -> None:
    sides = list(one.sides)
    rates = [one.median(side).per_second for side in sides]
    rounds = [[seen.per_second for seen in one.sides[side]] for side in sides]
    spread = [
        [rate - min(seen) for rate, seen in zip(rates, rounds, strict=True)],
        [max(seen) - rate for rate, seen in zip(rates, rounds, strict=True)],
    ]
    colours = [BASE_COLOUR if side == one.base else COLOUR for side in sides]
    bars = axis.barh(sides, rates, xerr=spread, color=colours, ecolor="#555555", capsize=2)
    labels = [
        f" {rate:,.0f}/s" + ("" if side == one.base else f" ({one.ratio(side):.2f})")
        for side, rate in zip(sides, rates, strict=True)
    ]
    axis.bar_label(bars, labels, padding=3)
    axis.set_title(title, loc="left", fontsize=10)
    axis.margins(x=0.35)
    axis.invert_yaxis()
    axis.spines[["top", "right"]].set_visible(False)
