"""Row 7: one chart frame at 1200 x 600, ours beside pyqtgraph's PlotDataItem; and a live scroll.

The workload: 8 curves of 10,000 samples that are all new in each frame, a sine with noise of a fifth of its height. On the
cycle chart they lie over each other, as cycles do; "apart" moves each by an eighth of a turn, so that they cross everywhere.
Both sides get the same samples, fixed axes with labels, opaque lines of one colour, no antialiasing, and draw the whole
widget into a pixmap. A frame is timed from handing over the samples to the painted pixmap; the sides take turns, so that
a busy machine slows all of them alike.

`python -m benchmarks.row07_chart_frame FOLDER` saves what each side draws, to compare by eye.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pyqtgraph as pg
from PySide6.QtCore import QPoint
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from benchmarks.table import Row
from resources.themes import DAY
from widgets.chart_axes import ChartAxis, ChartView
from widgets.cycle_chart import Curve, CycleChart
from widgets.live_strip import LiveStrip
from widgets.profile import PANEL_21
from widgets.theme import Theme

CURVES, POINTS, SIZE = 8, 10_000, (1200, 600)
SCROLL = 50
"""Samples that are new in a frame of the live scroll."""
ROUNDS, OURS_A_ROUND, WIDE_EVERY = 30, 10, 4
OVER, APART = 0.0, np.pi / 4
"""By how much each curve is ahead of the one before."""

Show = Callable[[np.ndarray], None]


@dataclass(frozen=True)
class Side:
    """One way to draw the curves: the widget, and how it is given samples."""

    widget: QWidget
    show: Show
    canvas: QPixmap

    def frame(self, waves: np.ndarray) -> None:
        """Show new samples and paint all."""
        self.show(waves)
        QWidget.render(self.widget, self.canvas, QPoint())


@dataclass(frozen=True)
class Sides:
    """Ours, and pyqtgraph's with lines of 2 pixels and with its defaults."""

    ours: Side
    wide: Side
    plain: Side


def run() -> list[Row]:
    """Measure ours and both baselines."""
    theme = _theme()
    sides = _sides(theme)
    over, apart = _measured(sides, OVER), _measured(sides, APART)
    p99 = quantiles(over["ours"], n=100)[98]
    return [
        Row(7, "chart frame, 8 x 10,000 points, looks 2 px wide: p99", f"{p99:.2f} ms", "-", "-", "<= 8 ms", met=p99 <= 8),
        _row("chart frame: PlotDataItem width 2", over["ours"], over["wide"], 20),
        _row("chart frame: PlotDataItem defaults", over["ours"], over["plain"], 3),
        _row("chart frame, curves apart: PlotDataItem width 2", apart["ours"], apart["wide"], None),
        _scroll_row(theme, sides.plain),
    ]


def save_pictures(folder: Path) -> None:
    """What each side draws, as ours-over.png and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    sides = _sides(_theme())
    for name, ahead in (("over", OVER), ("apart", APART)):
        waves = _waves(1, ahead)[0]
        for who in ("ours", "wide", "plain"):
            side = getattr(sides, who)
            side.frame(waves)
            side.canvas.save(str(folder / f"{who}-{name}.png"))


def _measured(sides: Sides, ahead: float) -> dict[str, list[float]]:
    waves = _waves(ROUNDS + OURS_A_ROUND, ahead)
    times: dict[str, list[float]] = {"ours": [], "wide": [], "plain": []}
    for at in range(ROUNDS):
        times["ours"] += [_timed(partial(sides.ours.frame, waves[at + k])) for k in range(OURS_A_ROUND)]
        times["plain"].append(_timed(partial(sides.plain.frame, waves[at])))
        if at % WIDE_EVERY == 0:
            times["wide"].append(_timed(partial(sides.wide.frame, waves[at])))
    return times


def _row(name: str, ours: list[float], baseline: list[float], goal: float | None) -> Row:
    """Medians beside each other; without a goal for information only."""
    mine, theirs = median(ours), median(baseline)
    met = None if goal is None else theirs >= goal * mine
    return Row(7, name, f"{mine:.2f} ms", f"{theirs:.1f} ms", f"{theirs / mine:.1f}x", f">= {goal}x" if goal else "-", met)


def _scroll_row(theme: Theme, plain: Side) -> Row:
    waves = _waves(2, OVER)
    strip = LiveStrip(theme, curves=CURVES, low=-2, high=2, samples_per_pixel=POINTS // SIZE[0])
    strip.resize(*SIZE)
    scrolling = Side(strip, strip.append, QPixmap(*SIZE))
    ring, ours, baseline = waves[0], [], []
    for at in range(100):
        new = waves[1][:, at * SCROLL : (at + 1) * SCROLL]
        ours.append(_timed(partial(scrolling.frame, new)))
        if at % 5 == 0:
            ring = np.concatenate((ring[:, SCROLL:], new), axis=1)
            baseline.append(_timed(partial(plain.frame, ring)))
    return _row("live scroll, 8 curves, 50 new points each: PlotDataItem defaults", ours, baseline, 20)


def _theme() -> Theme:
    app = QApplication.instance() or QApplication([])
    theme = Theme(DAY, PANEL_21)
    theme.apply(app)
    return theme


def _sides(theme: Theme) -> Sides:
    sides = Sides(_ours(theme), _plot(theme, 2), _plot(theme, 1))
    for side in (sides.ours, sides.wide, sides.plain):
        side.frame(_waves(1, OVER)[0])
    return sides


def _ours(theme: Theme) -> Side:
    chart = CycleChart(theme)
    chart.resize(*SIZE)
    chart.show_axes(ChartView(ChartAxis("time, s", 0, POINTS), ChartAxis("force, kN", -2, 2)))
    x = np.arange(POINTS, dtype=float)
    return Side(chart, lambda waves: chart.show_past([Curve(x, wave) for wave in waves]), QPixmap(*SIZE))


def _plot(theme: Theme, width: int) -> Side:
    """What pyqtgraph draws by itself, with axes and labels; width 1 is all its defaults."""
    plot = pg.PlotWidget(background=theme.tokens.panel)
    plot.resize(*SIZE)
    plot.setLabel("left", "force", units="kN")
    plot.setLabel("bottom", "time", units="s")
    plot.setRange(xRange=(0, POINTS), yRange=(-2, 2), padding=0)
    pen = pg.mkPen(theme.color("past"), width=width) if width > 1 else theme.color("past")
    items = [plot.plot(pen=pen) for _ in range(CURVES)]
    x = np.arange(POINTS, dtype=float)

    def show(waves: np.ndarray) -> None:
        for item, wave in zip(items, waves, strict=True):
            item.setData(x, wave)

    return Side(plot, show, QPixmap(*SIZE))


def _waves(count: int, ahead: float) -> np.ndarray:
    """So many frames' samples, always the same ones."""
    chance = np.random.default_rng(7)
    base = np.sin(np.linspace(0, 40, POINTS) + ahead * np.arange(CURVES).reshape(-1, 1))
    return base + chance.normal(0, 0.2, (count, CURVES, POINTS))


def _timed(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return (perf_counter() - started) * 1000


if __name__ == "__main__":
    save_pictures(Path(sys.argv[1]))
