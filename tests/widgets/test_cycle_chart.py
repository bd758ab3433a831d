"""The chart keeps every peak, draws no line over a gap, and looks stale when it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent

from widgets.chart_axes import ChartAxis, ChartView
from widgets.curve_item import CurveItem
from widgets.cycle_chart import Curve, CycleChart
from widgets.minmax import PixelMap, column_lines, envelope, merged

VALUES = some.floats(-1e6, 1e6, allow_nan=False) | some.just(float("nan"))
CURVES = arrays.arrays(np.float64, some.integers(1, 300), elements=VALUES)
PIXELS = PixelMap(0.25, 3.0, -0.5, 400.0)


@given(CURVES)
def test_few_lines_keep_the_greatest_and_least_of_every_pixel_column(y):
    x = np.arange(len(y), dtype=float)
    lines = column_lines(x, y, PIXELS).uprights
    columns = np.floor(x * PIXELS.x_scale + PIXELS.x_offset)
    up = y * PIXELS.y_scale + PIXELS.y_offset
    for column in np.unique(columns[np.isfinite(y)]):
        inside = up[(columns == column) & np.isfinite(y)]
        drawn = lines[np.floor(lines[:, 0]) == column][:, [1, 3]]
        assert drawn.min() == inside.min()
        assert drawn.max() == inside.max()


@given(CURVES)
def test_no_line_crosses_a_gap(y):
    x = np.arange(len(y), dtype=float)
    lines = column_lines(x, y, PixelMap(1.0, 0.0, 1.0, 0.0)).joins
    for gap in np.flatnonzero(~np.isfinite(y)):
        assert not ((np.minimum(lines[:, 0], lines[:, 2]) < gap) & (np.maximum(lines[:, 0], lines[:, 2]) > gap)).any()


UPRIGHTS = some.tuples(some.integers(0, 3), some.floats(0, 40), some.floats(0, 40))


def covered(uprights):
    """The pixels under them."""
    return {(int(column), row) for column, low, _, high in uprights for row in range(int(low), int(high) + 1)}


@given(some.lists(UPRIGHTS, max_size=30))
def test_uprights_over_each_other_are_drawn_once_and_leave_no_pixel_out(drawn):
    uprights = np.array([(column, min(ends), column, max(ends)) for column, *ends in drawn]).reshape(-1, 4)
    # A quarter of a pixel is exact in every float on the way.
    uprights = np.round(uprights * 4) / 4
    fewer = merged(uprights)
    assert len(fewer) <= len(uprights)
    assert covered(fewer) == covered(uprights)


@given(CURVES)
def test_a_thinned_band_still_holds_every_sample(y):
    x = np.arange(len(y), dtype=float)
    _, low, high = envelope(x, y - 1, y + 1, most=20)
    known = y[np.isfinite(y)]
    assert len(low) <= max(20, 1)
    if len(known):
        assert low.min() == (known - 1).min()
        assert high.max() == (known + 1).max()


def test_a_curve_that_runs_back_is_drawn_both_ways():
    x, y = np.array([0.0, 10.0, 10.0, 0.0]), np.array([0.0, 0.0, 5.0, 5.0])
    lines = column_lines(x, y, PixelMap(1, 0, 1, 0)).joins
    assert any(tuple(line) == (10.0, 5.0, 0.0, 5.0) for line in lines)


@pytest.fixture
def chart(qtbot, theme):
    chart = CycleChart(theme)
    qtbot.addWidget(chart)
    chart.resize(800, 400)
    chart.show_axes(ChartView(ChartAxis("position, mm", 0, 30), ChartAxis("force, kN", 0, 80)))
    return chart


def share_of(chart, theme, token, left=0.0, right=1.0):
    """How much of a part of the plot has a token's colour."""
    picture, plot, wanted = chart.grab().toImage(), chart.plot_rect(), theme.color(token).rgb()
    columns = range(int(plot.left() + plot.width() * left) + 6, int(plot.left() + plot.width() * right) - 6)
    rows = range(int(plot.top()) + 2, int(plot.bottom()) - 2)
    hits = sum(picture.pixel(x, y) == wanted for x in columns for y in rows)
    return hits / (len(columns) * len(rows))


def test_lost_samples_are_a_hole_in_the_curve(chart, theme):
    x = np.linspace(0, 30, 600)
    y = np.full(600, 40.0)
    y[200:400] = np.nan
    chart.show_current(Curve(x, y))
    assert share_of(chart, theme, "trace", 0.0, 1 / 3) > 0
    assert share_of(chart, theme, "trace", 1 / 3, 2 / 3) == 0
    assert share_of(chart, theme, "trace", 2 / 3, 0.97) > 0


def test_a_stale_chart_is_hatched_and_says_why_until_it_is_live_again(chart, theme):
    chart.show_current(Curve(np.linspace(0, 20, 50), np.full(50, 30.0)), "30.0 kN")
    assert share_of(chart, theme, "border") < 0.01
    chart.show_stale("12 s old, the press does not answer")
    assert chart.property("quality") == "stale"
    assert share_of(chart, theme, "border") > 0.03
    texts = [text.text for text in chart.painted_texts()]
    assert "12 s old, the press does not answer" in texts
    assert "30.0 kN" not in texts
    chart.show_stale("")
    assert chart.property("quality") == "live"
    assert share_of(chart, theme, "border") < 0.01


def test_axes_name_their_units_and_stand_still(chart):
    texts = {text.text for text in chart.painted_texts()}
    assert {"force, kN", "position, mm", "0", "80", "30"} <= texts
    chart.show_current(Curve(np.array([0.0, 10.0]), np.array([0.0, 5000.0])))
    assert {text.text for text in chart.painted_texts()} == texts


def test_a_wheel_and_a_drag_move_nothing(chart):
    before = chart.grab().toImage()
    where = QPointF(400, 200)
    wheel = QWheelEvent(
        where,
        where,
        QPoint(0, 0),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    chart.wheelEvent(wheel)
    assert chart.grab().toImage() == before
    assert chart.contextMenuPolicy() is Qt.ContextMenuPolicy.PreventContextMenu


def test_an_empty_curve_draws_nothing_and_fails_nothing(chart):
    chart.show_current(None)
    chart.show_past([Curve(np.empty(0), np.empty(0))])
    chart.show_empty("No cycle yet.")
    assert not chart.grab().isNull()
    assert CurveItem(QColor("black")).boundingRect().isNull()
