"""What the gallery shows: the values of one shift, in the look of the pictures the screens are drawn from."""

from __future__ import annotations

import numpy as np

from resources.assets import IconName
from widgets.chart_axes import ChartAxis, ChartView, ChartWindow
from widgets.cycle_chart import Curve
from widgets.display import (
    AlarmRowText,
    AlarmText,
    AsideText,
    CountText,
    LimitView,
    NavPlace,
    OrderText,
    RowText,
    Severity,
    SpanKind,
    StripSpan,
    StripView,
    UnitMark,
    UnitText,
)

PLACES = (
    NavPlace("run", "Run", IconName.RUN),
    NavPlace("orders", "Orders", IconName.ORDERS),
    NavPlace("stops", "Stops", IconName.STOPS),
    NavPlace("help", "Call help", IconName.HELP),
    NavPlace("more", "More", IconName.MORE),
)

ALARM = AlarmText(
    Severity.WARNING,
    "High",
    "Press: hydraulic oil is hot",
    "58 °C, limit 55 · seals wear · slow down or check the cooler",
    "3 min",
)

CRITICAL = AlarmText(
    Severity.ALARM, "Critical", "Press: no answer", "values are old · the press may run on · look at the machine", "12 s", "+2"
)

ALARM_ROWS = (
    AlarmRowText(
        ("press", "oil"),
        Severity.WARNING,
        "High",
        "Press: hydraulic oil is hot",
        "seals wear · slow down or check the cooler",
        age="3 min",
        state="not acknowledged",
        action="Acknowledge",
        blinks=True,
    ),
    AlarmRowText(("press", "air"), Severity.NOTICE, "Low", "Press: air was low", note="the press did not take it", age="over"),
)

LIMITS = LimitView(0.0, 0.05, "0", "0.050", 0.032)

UNITS = tuple(UnitText(str(n), str(n), UnitMark.BAD if n == 181 else UnitMark.GOOD) for n in range(174, 186))
MIXED_UNITS = tuple(UnitText(m.value, str(181 + at), m) for at, m in enumerate(UnitMark))

_STOPS = ((6.38, 6.48), (7.26, 7.29), (9.2, 9.37), (10.08, 10.15))

ORDERS = (
    OrderText(
        "1", "WO-24117", "done about 12:10", "P-310 C · pump housing", "13 min late", "182 of 240", "running", running=True
    ),
    OrderText("2", "WO-24121", "12:20 to 14:45", "P-310 D · pump housing", "everything is here", "0 of 120", "ready"),
    OrderText(
        "3",
        "WO-24125",
        "15:10 to 16:30",
        "P-450 A · valve body",
        "bearing lot 6204: 20 short",
        "0 of 60",
        "not ready",
        Severity.WARNING,
    ),
)

ROWS = (
    RowText("185", ("10:41:31", "185", "4.21 s", "64.9"), "good"),
    RowText("184", ("10:40:14", "184", "4.19 s", "64.7"), "good"),
    RowText("181", ("10:36:21", "181", "4.80 s", "71.6"), "held", Severity.WARNING),
    RowText("180", ("10:35:02", "180", "4.22 s", "59.1"), "bad", Severity.ALARM),
)

CHART = ChartView(ChartAxis("position, mm", 0, 30), ChartAxis("force, kN", 0, 80), ChartWindow(27, 30, 52, 72, "end window"))


def shift() -> StripView:
    """A shift from 06:00 to 14:00 as it stands at 10:42, with a break and an unknown stretch."""
    spans, at = [], 6.0
    for start, end in _STOPS:
        spans += [StripSpan(SpanKind.RAN, at, start), StripSpan(SpanKind.STOPPED, start, end)]
        at = end
    spans.append(StripSpan(SpanKind.RAN, at, 10.7))
    spans.append(StripSpan(SpanKind.PAUSE, 8.0, 8.17))
    spans.append(StripSpan(SpanKind.UNKNOWN, 8.5, 8.8))
    spans.append(StripSpan(SpanKind.IDLE, 9.0, 9.1))
    return StripView(6, 14, 10.7, tuple(spans), tuple((hour, f"{hour:02}:00") for hour in range(6, 15, 2)))


def force(seed: int, until: float = 30.0) -> Curve:
    """A press-fit: contact, slope, end; `seed` scatters it."""
    scatter = np.random.default_rng(seed)
    x = np.linspace(0, until, max(2, int(until * 40)))
    y = 6 + 0.12 * x + np.clip(x - 7, 0, None) * 0.9 + np.clip(x - 19, 0, None) ** 1.5 * 1.15
    slow = np.interp(x, np.linspace(0, 30, 31), scatter.normal(0, 0.35, 31))
    return Curve(x, y * (1 + scatter.normal(0, 0.012)) + slow)


def broken_force() -> Curve:
    """A cycle with samples lost in the middle."""
    curve = force(3, 22)
    curve.y[300:420] = np.nan
    return curve


def band() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The band of the last 200 good cycles: x, low, high."""
    curve = force(1)
    spread = 3 + curve.y * 0.06
    return curve.x, curve.y - spread, curve.y + spread


SUM = (CountText("captured", "218"), CountText("sent", "201"), CountText("waiting here", "14"), CountText("set aside", "3"))
ASIDES = (
    AsideText("Cycle", "cycle.3 is newer than the reader, which knows cycle up to version 2", "3 min", "entry 48"),
    AsideText("weld_spot.1", "unknown kind", "1 h 37 min", "entry 47"),
)
