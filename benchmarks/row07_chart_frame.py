"""Row 7: one chart frame of 8 curves x 10,000 points at 1200 x 600, ours beside pyqtgraph; and a live scroll."""

from __future__ import annotations

import os
from collections.abc import Callable
from statistics import median, quantiles
from time import perf_counter

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pyqtgraph as pg
from PySide6.QtCore import QPoint
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from benchmarks.table import Row, print_rows
from resources.themes import DAY
from widgets.chart_axes import ChartAxis, ChartView
from widgets.cycle_chart import Curve, CycleChart
from widgets.live_strip import LiveStrip
from widgets.profile import PANEL_21
from widgets.theme import Theme

CURVES, POINTS, SIZE = 8, 10_000, (1200, 600)
SCROLL = 50
"""Samples that are new in a frame of the live scroll."""


def run() -> list[Row]:
    """Measure ours and both baselines in turn, so that a busy machine slows all of them alike."""
    app = QApplication.instance() or QApplication([])
    theme = Theme(DAY, PANEL_21)
    theme.apply(app)
    waves = _waves(40)
    ours, wide, plain = _ours(theme), _plot(2), _plot(1)
    times: dict[str, list[float]] = {"ours": [], "wide": [], "plain": []}
    for at in range(30):
        times["ours"] += [_timed(lambda k=k: ours(waves[k])) for k in range(at % 30, at % 30 + 10)]
        times["plain"].append(_timed(lambda at=at: plain(waves[at])))
        if at % 4 == 0:
            times["wide"].append(_timed(lambda at=at: wide(waves[at])))
    return [*_frame_rows(times), _scroll_row(theme)]


def _frame_rows(times: dict[str, list[float]]) -> list[Row]:
    ours, p99 = median(times["ours"]), quantiles(times["ours"], n=100)[98]
    wide, plain = median(times["wide"]), median(times["plain"])
    name = "chart frame, 8 x 10,000 points, looks 2 px wide"
    return [
        Row(7, f"{name}: p99", f"{p99:.2f} ms", "-", "-", "<= 8 ms", p99 <= 8),
        Row(
            7,
            f"{name}: PlotDataItem width 2",
            f"{ours:.2f} ms",
            f"{wide:.1f} ms",
            f"{wide / ours:.1f}x",
            ">= 20x",
            wide >= 20 * ours,
        ),
        Row(
            7,
            f"{name}: PlotDataItem defaults",
            f"{ours:.2f} ms",
            f"{plain:.1f} ms",
            f"{plain / ours:.1f}x",
            ">= 3x",
            plain >= 3 * ours,
        ),
    ]


def _scroll_row(theme: Theme) -> Row:
    waves = _waves(2)
    strip = LiveStrip(theme, curves=CURVES, low=-2, high=2, samples_per_pixel=POINTS // SIZE[0])
    strip.resize(*SIZE)
    canvas = QPixmap(*SIZE)
    plain = _plot(1)
    ring = waves[0].copy()
    ours, base = [], []
    for at in range(100):
        new = waves[1][:, at * SCROLL : (at + 1) * SCROLL]
        ours.append(_timed(lambda new=new: (strip.append(new), strip.render(canvas, QPoint()))))
        if at % 5 == 0:
            ring = np.concatenate((ring[:, SCROLL:], new), axis=1)
            base.append(_timed(lambda ring=ring: plain(ring)))
    mine, theirs = median(ours), median(base)
    name = "live scroll, 8 curves, 50 new points each: PlotDataItem defaults"
    return Row(7, name, f"{mine:.2f} ms", f"{theirs:.1f} ms", f"{theirs / mine:.1f}x", ">= 20x", theirs >= 20 * mine)


def _ours(theme: Theme) -> Callable[[np.ndarray], None]:
    chart = CycleChart(theme)
    chart.resize(*SIZE)
    chart.show_axes(ChartView(ChartAxis("time, s", 0, POINTS), ChartAxis("force, kN", -2, 2)))
    x = np.arange(POINTS, dtype=float)
    return _painted(chart, lambda waves: chart.show_past([Curve(x, wave) for wave in waves]))


def _plot(width: int) -> Callable[[np.ndarray], None]:
    """What pyqtgraph draws by itself, with axes and labels; width 1 is all its defaults."""
    plot = pg.PlotWidget()
    plot.resize(*SIZE)
    plot.setLabel("left", "force", units="kN")
    plot.setLabel("bottom", "time", units="s")
    pens = [pg.mkPen(pg.intColor(at), width=width) if width > 1 else pg.intColor(at) for at in range(CURVES)]
    items = [plot.plot(pen=pen) for pen in pens]
    x = np.arange(POINTS, dtype=float)

    def show(waves: np.ndarray) -> None:
        for item, wave in zip(items, waves, strict=True):
            item.setData(x, wave)

    return _painted(plot, show)


def _painted(widget: QWidget, show: Callable[[np.ndarray], None]) -> Callable[[np.ndarray], None]:
    canvas = QPixmap(*SIZE)

    def frame(waves: np.ndarray) -> None:
        show(waves)
        QWidget.render(widget, canvas, QPoint())

    frame(_waves(1)[0])
    return frame


def _waves(count: int) -> np.ndarray:
    """Cycles over each other, as the chart shows them: a wave with noise of a fifth of its height."""
    chance = np.random.default_rng(7)
    base = np.sin(np.linspace(0, 40, POINTS)) + np.zeros((CURVES, 1))
    return base + chance.normal(0, 0.2, (count, CURVES, POINTS))


def _timed(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return (perf_counter() - started) * 1000


if __name__ == "__main__":
    print_rows(run())
