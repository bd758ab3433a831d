"""Cycles seen from outside: begun and ended by tags, their channels sampled, their results taken. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from drivers.derived.setup import CYCLE, DURATION, RUNNING_CYCLE, TIME, CycleMade, Take, TakenResult, Trigger
from drivers.tag import Value

Image = Mapping[str, Value]

_MS = 1_000_000
WIDTH = 1 << 32
"""What is counted here wraps like a uint32."""


@dataclass(frozen=True, slots=True)
class Point:
    """One sample of a running cycle: `index` within it, `values` by channel; None where a channel was bad.

    Empty values: nothing of this cycle was seen, so that no other curve is taken for its own.
    """

    cycle: int
    index: int
    values: tuple[float, ...] | None


@dataclass(slots=True)
class TriggerWatch:
    """Waits for a trigger's moment."""

    trigger: Trigger
    last: Value = None

    def fires(self, image: Image) -> bool:
        """Whether it is now: from one known value to another. What was not watched is no moment."""
        before, self.last = self.last, image.get(self.trigger.tag)
        if before is None or self.last is None or before == self.last:
            return False
        return self.trigger.becomes is None or self.last == self.trigger.becomes


@dataclass(slots=True)
class Stroke:
    """The cycle that runs."""

    started: int
    count: int = 0
    latest: dict[str, float] = field(default_factory=dict[str, float])
    low: dict[str, float] = field(default_factory=dict[str, float])
    high: dict[str, float] = field(default_factory=dict[str, float])
    now: dict[str, float | None] = field(default_factory=dict[str, float | None])

    def sample(self, channels: Mapping[str, float | None]) -> int:
        """Take one sample; return its index."""
        self.now = dict(channels)
        for name, number in channels.items():
            if number is not None:
                self.latest[name] = number
                self.low[name] = min(number, self.low.get(name, number))
                self.high[name] = max(number, self.high.get(name, number))
        self.count += 1
        return self.count - 1

    def result(self, wanted: TakenResult) -> float | None:
        """What a result is, now that the cycle ends."""
        kept = {Take.MIN: self.low, Take.MAX: self.high, Take.LAST: self.latest, Take.AT_END: self.now}[wanted.take]
        return kept.get(wanted.channel)


class CycleWatch:
    """One machine's cycles."""

    def __init__(self, setup: CycleMade, silence: int | None = None) -> None:
        """`silence` is for how many ns nothing said means nothing changed; None where silence means nobody looked."""
        self._setup = setup
        self._hole = silence or setup.typical_ms * _MS // 2
        self._start = None if setup.start is None else TriggerWatch(setup.start)
        self._end = TriggerWatch(setup.end)
        self._stroke: Stroke | None = None
        self._completed = 0
        self._seen_at: int | None = None
        self._told: dict[str, Value] = dict.fromkeys((DURATION, *(result.name for result in setup.results)))

    def turn(self, image: Image, now: int) -> list[Point]:
        """Look at all tags at `now`, in ns; return the samples to tell before `made`."""
        self._seen_at = now
        begins = self._start is not None and self._start.fires(image)
        ends = self._end.fires(image)
        points: list[Point] = []
        if self._stroke is not None:
            points.append(self._sample(self._stroke, image, now, is_last=ends))
        elif ends:
            points.append(Point(self._number_of(image, is_last=True), 0, ()))
        if ends:
            self._finish(now)
        if begins or (ends and self._start is None):
            self._stroke = Stroke(now)
            points.append(self._sample(self._stroke, image, now))
        return points

    def made(self, image: Image) -> dict[str, Value]:
        """The values of the tags that a cycle makes; None where its triggers can't be seen."""
        if any(image.get(watch.trigger.tag) is None for watch in self._watches()):
            return dict.fromkeys((CYCLE, RUNNING_CYCLE, *self._told))
        last = self._last(image)
        running = last if last is None or self._stroke is None else (last + 1) % self._setup.modulus
        return {CYCLE: last, RUNNING_CYCLE: running, **self._told}

    def unseen_since(self, image: Image, now: int) -> int | None:
        """Since when nobody saw the triggers, where that is so long that a cycle may have ended by `now`."""
        if self._seen_at is None:
            return None
        is_bad = any(image.get(watch.trigger.tag) is None and watch.last is not None for watch in self._watches())
        return self._seen_at if is_bad or now - self._seen_at > self._hole else None

    def begin_anew(self) -> None:
        """Count from nought; a cycle that runs was not watched whole and is not kept."""
        self._completed = 0
        self._stroke = None
        self._told = dict.fromkeys(self._told)

    def forget(self) -> None:
        """The machine was not heard."""
        self._seen_at = None
        for watch in self._watches():
            watch.last = None

    def _watches(self) -> tuple[TriggerWatch, ...]:
        return (self._end,) if self._start is None else (self._start, self._end)

    def _last(self, image: Image) -> int | None:
        """The number of the last completed cycle: the machine's own, else ours."""
        if self._setup.counter is None:
            return self._completed
        own = image.get(self._setup.counter)
        return None if own is None or isinstance(own, str) else int(own)

    def _finish(self, now: int) -> None:
        """A cycle ended; what was not seen from its start has no duration and no results."""
        stroke, self._stroke = self._stroke, None
        self._completed = (self._completed + 1) % WIDTH
        self._told = {result.name: None if stroke is None else stroke.result(result) for result in self._setup.results}
        self._told[DURATION] = None if stroke is None else round((now - stroke.started) / _MS)

    def _sample(self, stroke: Stroke, image: Image, now: int, *, is_last: bool = False) -> Point:
        channels = {tag: _number(image.get(tag)) for tag in self._setup.channels if tag != TIME}
        if TIME in self._setup.channels:
            channels[TIME] = (now - stroke.started) / 1e9
        index = stroke.sample(channels)
        values = tuple(channels[tag] for tag in self._setup.channels)
        whole = tuple(value for value in values if value is not None)
        return Point(self._number_of(image, is_last=is_last), index, whole if len(whole) == len(values) else None)

    def _number_of(self, image: Image, *, is_last: bool) -> int:
        """The number of the cycle a sample belongs to: the machine's own has moved already in the scan that ends it."""
        last = self._last(image) or 0
        moved = is_last and self._setup.counter is not None
        return last if moved else (last + 1) % self._setup.modulus


def _number(value: Value) -> float | None:
    if value is None or isinstance(value, str) or not math.isfinite(value):
        return None
    return float(value)
