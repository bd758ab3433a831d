"""What stands over and on the chart: whose curve it is, whether it runs, and whether it may be believed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hmi.clock import Moment
from hmi.presenters.curves import MachineCurves
from hmi.presenters.freshness import reason
from hmi.presenters.picture import Picture
from hmi.presenters.value import format_value
from hmi.presenters.words import joined, translate
from hmi.station.topics import MachineView
from widgets.chart_axes import ChartAxis, ChartView, ChartWindow


@dataclass(frozen=True, slots=True)
class ChartHeading:
    """Title and note over the chart; `stale` says why it is old, `empty` why there is no curve."""

    title: str
    note: str = ""
    stale: str = ""
    empty: str = ""


def present_heading(picture: Picture, machine: MachineView | None, curves: MachineCurves, now: Moment) -> ChartHeading:
    """Say whose curve it is."""
    if machine is None:
        return ChartHeading(translate("chart", "No machine"), empty=translate("chart", "No machine is set up."))
    freshness = picture.hearing.of_device(machine.id, now.mono)
    stale = "" if freshness.is_live else joined(freshness.old_text, reason(freshness, machine.name))
    empty = "" if curves.running or curves.good else translate("chart", "The first cycle draws the first curve.")
    return ChartHeading(_title(picture, machine, curves), _note(curves), stale, empty)


def _title(picture: Picture, machine: MachineView, curves: MachineCurves) -> str:
    """The machine with the unit or the cycle it works on."""
    cycle = curves.running.cycle if curves.running else machine.last_cycle
    if cycle is None:
        return machine.name
    last = picture.cycle
    if last.machine == machine.id and last.number == cycle and last.unit_number is not None:
        return translate("chart", "{0}: unit {1}").format(machine.name, last.unit_number)
    step = picture.work.step
    if step and picture.work.unit and step.spec.machine == machine.id and not curves.is_last:
        return translate("chart", "{0}: unit {1}").format(machine.name, picture.work.unit.number)
    return translate("chart", "{0}: cycle {1}").format(machine.name, cycle)


def _note(curves: MachineCurves) -> str:
    last = translate("chart", "last cycle") if curves.is_last else ""
    behind = translate("chart", "behind it: the last {0} good").format(len(curves.good)) if curves.good else ""
    return joined(last, behind)


def chart_view(machine: MachineView) -> ChartView | None:
    """The chart's fixed axes and its end window; None for a machine without a curve."""
    if len(machine.channels) < 2:
        return None
    x, y = machine.channels[:2]
    window = ChartWindow(*machine.window, translate("chart", "end window")) if machine.window else None
    return ChartView(
        ChartAxis(joined_unit(x.title, x.unit), x.low, x.high), ChartAxis(joined_unit(y.title, y.unit), y.low, y.high), window
    )


def joined_unit(title: str, unit: str) -> str:
    """`force, kN`."""
    return f"{title}, {unit}" if unit else title


def head_flag(machine: MachineView, curves: MachineCurves) -> str:
    """The value at the curve's head: `30.9 kN`; empty for a cycle that is over."""
    if curves.running is None or curves.is_last or len(machine.channels) < 2:
        return ""
    heights = curves.running.samples[1]
    known = heights[~np.isnan(heights)]
    return f"{format_value(float(known[-1]))} {machine.channels[1].unit}" if known.size else ""
