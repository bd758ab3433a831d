"""What branches off at acquisition: curves without doubles or holes unseen, frames of numbers only, honest ages."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.driver import MachineSetupError
from drivers.reading import Batch, Heard, LinkDown, LinkUp, Quality, Samples
from drivers.tag import DataType, Role, Tag
from hmi.engine.curves import CYCLES_KEPT, Curves
from hmi.engine.frames import FrameCutter
from hmi.engine.links import make_driver
from hmi.engine.sources import Source

SECOND = 1_000_000_000


def stretch(first: int, values: list[float], cycle: int = 7) -> Samples:
    return Samples("PRESS", cycle, ("position", "force"), ("mm", "kN"), first, (values, values), 0, 1, 1)


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 20)), min_size=1, max_size=8))
def test_a_curve_holds_each_sample_once_and_counts_what_is_missing(steps):
    curves, end, here = Curves(), 0, []
    for back, count in steps:
        first = max(end - back, 0) if back < 8 else end + back
        curves.add(stretch(first, [float(n) for n in range(first, first + count)]))
        here, end = (here, end) if first else ([], 0)
        here, end = ([], 0) if first == 0 else (here, end)  # a stroke from its start on begins the curve anew
        here += [n for n in range(first, first + count) if n >= end]
        end = max(end, first + count)
    (curve,) = curves.take(7).values()
    samples = np.frombuffer(curve.data, "<f4").reshape(2, -1)
    assert samples[0].tolist() == [float(n) for n in here]
    assert (curve.count, curve.lost) == (len(here), end - len(here))


def test_a_stretch_from_the_first_sample_on_begins_the_curve_anew():
    curves = Curves()
    curves.add(stretch(0, [1.0, 2.0, 3.0]))
    curves.add(stretch(5, [6.0]))
    curves.add(stretch(0, [7.0]))
    curves.add(stretch(1, [8.0]))
    (curve,) = curves.take(7).values()
    assert np.frombuffer(curve.data, "<f4").reshape(2, -1)[0].tolist() == [7.0, 8.0]
    assert (curve.count, curve.lost) == (2, 0)


def test_only_the_newest_cycles_are_kept():
    curves = Curves()
    for cycle in range(CYCLES_KEPT + 1):
        curves.add(stretch(0, [1.0], cycle))
    assert curves.take(0) == {}
    assert list(curves.take(1)) == [1]
    assert curves.take(1) == {}


def test_a_part_of_a_group_is_a_frame_with_missing_values(press_machine):
    cutter = FrameCutter(press_machine, itertools.count(11))
    batch = Batch("PRESS", "normal", ("force", "state", "good"), [1.5, 6, None], 5, 6)
    frame = cutter.cut(batch)
    assert frame.number == 11
    assert {tag: value for tag, value in zip(frame.layout.tags, frame.values, strict=True) if value is not None} == {"force": 1.5}
    assert "state" not in frame.layout.tags
    assert "heartbeat" not in frame.layout.tags
    assert cutter.cut(Batch("PRESS", "normal", ("state",), [6], 5, 6)) is None


def test_a_frame_holds_each_value_as_the_machine_told_it_and_which_are_in_doubt(press_machine):
    tags = (
        Tag("pressure", "holding:50", DataType.FLOAT32, Role.PROCESS_VALUE, group="analog"),
        Tag("flow", "holding:52", DataType.FLOAT32, Role.PROCESS_VALUE, scale=0.1, group="analog"),
        Tag("count", "holding:54", DataType.UINT64, Role.COUNTER, group="analog"),
    )
    machine = replace(press_machine, tags=tags, groups={"analog": 1000})
    cutter = FrameCutter(machine, itertools.count(1))
    qualities = (Quality.GOOD, Quality.UNCERTAIN, Quality.BAD)
    frame = cutter.cut(Batch("PRESS", "analog", ("pressure", "flow", "count"), [1.1, 2.5, None], 5, 6, qualities))
    assert frame.layout.types == ("float32", "float64", "uint64")
    assert (frame.values, frame.uncertain, frame.layout.is_past) == ((1.1, 2.5, None), 0b010, False)
    past = cutter.cut(Batch("PRESS", "analog", ("flow",), [2.5], 4, 7, is_past=True))
    assert past.layout == replace(frame.layout, is_past=True)


def scan(at: int, beat: int, group: str = "normal", **values) -> Batch:
    said = {"heartbeat": beat, **values}
    return Batch("PRESS", group, tuple(said), list(said.values()), 1, at)


def test_a_frozen_program_behind_a_living_server_is_not_live(press_machine):
    source = Source(press_machine)
    source.hear(LinkUp("PRESS", 1, 0))
    for tenth in range(30):
        source.hear(scan(tenth * SECOND // 10, beat=min(tenth, 5)))
    assert source.is_live(SECOND)
    assert not source.is_live(29 * SECOND // 10)
    assert source.age(29 * SECOND // 10).beating is False


def test_a_keep_alive_keeps_what_did_not_change_current(press_machine):
    source = Source(press_machine)
    source.hear(scan(SECOND, beat=1))
    source.hear(Heard("PRESS", 1, 3 * SECOND))
    assert source.age(3 * SECOND).groups == (("normal", 3 * SECOND, 50_000_000),)


def test_the_present_of_a_subscription_is_all_it_ever_said(press_machine):
    source = Source(press_machine)
    source.hear(LinkUp("PRESS", 1, 1))
    source.hear(scan(2, beat=1, good=5, bad=1))
    source.hear(Batch("PRESS", "normal", ("good",), [6], 3, 3, (Quality.UNCERTAIN,)))
    link, values = source.present()
    assert isinstance(link, LinkUp)
    assert dict(zip(values.tags, values.values, strict=True)) == {"heartbeat": 1, "good": 6, "bad": 1}
    assert values.qualities == (Quality.GOOD, Quality.UNCERTAIN, Quality.GOOD)
    source.hear(LinkDown("PRESS", "silent", "no answer", 4, 4))
    assert [type(event) for event in source.present()] == [LinkDown]


def test_a_protocol_nobody_installed_is_named(press_machine):
    with pytest.raises(MachineSetupError, match="bench"):
        make_driver(press_machine, lambda: (0, 0), {})
