"""Cuts the samples around occasions out of a channel's stream, exact to the sample. Pure.

A window waits for its samples and is over once they have passed its end; what happens within it moves the end. A hole in the
samples ends a piece and the next begins behind it; a piece is also cut at `MOST_BYTES`, so that a window that never ends is
stored all the same.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from drivers.reading import Waveform

MOST_BYTES = 16_000_000
LATE_US = 10_000_000
"""An occasion is told so much later than its samples at most; they are held for it."""
WINDOWS_MAX = 100
"""That wait for samples which do not come; then the oldest goes."""
CAUSES_MAX = 100
"""Of one window, the latest: a machine that makes nothing but bad parts for a day has one window for all of them."""
_US = 1_000_000
_SAMPLE = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """Samples in a row, the first at `from_at`; `lost` went missing just before it. `causes` say what it was kept for."""

    from_at: int
    samples: bytes
    lost: int
    causes: tuple[str, ...]


@dataclass(slots=True)
class _Window:
    """A span that is to be kept, and the part of it that is not handed out yet. Of several only the first has any."""

    since: int
    until: int
    causes: list[str]
    parts: list[bytes] = field(default_factory=list[bytes])
    size: int = 0
    from_at: int = 0
    lost: int = 0
    next: int = -1
    """Number of the sample that would follow."""
    kept_to: int = 0


class RawStream:
    """One channel's."""

    def __init__(self, before_s: float, after_s: float, most_bytes: int = MOST_BYTES) -> None:
        self._before_us, self._after_us = round(before_s * _US), round(after_s * _US)
        self._most_bytes = most_bytes // _SAMPLE * _SAMPLE
        self._recent: deque[Waveform] = deque()
        self._windows: list[_Window] = []
        self._kept_to = 0
        """Up to when samples were handed out: none is handed out twice."""

    def take(self, stretch: Waveform) -> Iterator[Piece]:
        """Add a stretch; yield what it completes."""
        if self._recent and stretch.at < self._recent[-1].at - LATE_US:
            yield from self._begin_anew()
        oldest = _time_of(stretch, 0) - self._before_us - LATE_US
        while self._recent and self._recent[0].at < oldest:
            self._recent.popleft()
        self._recent.append(stretch)
        for window in tuple(self._windows):
            yield from self._fill(window, stretch)

    def happened(self, at: int, cause: str) -> Iterator[Piece]:
        """Something happened at this time: the samples around it are to be kept. Yield what is complete already."""
        since, until = max(at - self._before_us, self._kept_to + 1), at + self._after_us
        near = next((window for window in self._windows if window.since <= until and since <= window.until), None)
        if near is None:
            yield from self._begin(_Window(since, until, [cause]))
            return
        if cause not in near.causes:
            near.causes = [*near.causes, cause][-CAUSES_MAX:]
        near.until = max(near.until, until)
        self._join_behind(near)
        if since < near.since:
            yield from self._begin(_Window(since, near.since - 1, [cause]))

    def expire(self, before: int) -> Iterator[Piece]:
        """Close the windows that ended before this time: their samples come no more."""
        for window in [window for window in self._windows if window.until < before]:
            yield from self._end(window)

    def _begin_anew(self) -> Iterator[Piece]:
        """The clock was set back: what is held has times that come once more, and says nothing of them."""
        for window in tuple(self._windows):
            yield from self._end(window)
        self._recent.clear()
        self._kept_to = 0

    def _begin(self, window: _Window) -> Iterator[Piece]:
        """Open a window and fill it with what is held; nothing where all of its span was handed out already."""
        if window.until < window.since:
            return
        if len(self._windows) >= WINDOWS_MAX:
            yield from self._end(self._windows[0])
        self._windows.append(window)
        self._windows.sort(key=lambda each: each.since)
        for stretch in tuple(self._recent):
            if window in self._windows:
                yield from self._fill(window, stretch)

    def _join_behind(self, window: _Window) -> None:
        """A window that grew into others takes them over."""
        for other in [other for other in self._windows if window.since < other.since <= window.until]:
            window.until = max(window.until, other.until)
            window.causes = [*window.causes, *(cause for cause in other.causes if cause not in window.causes)][-CAUSES_MAX:]
            self._windows.remove(other)

    def _fill(self, window: _Window, stretch: Waveform) -> Iterator[Piece]:
        count = len(stretch.samples) // _SAMPLE
        goes_on = window.next == stretch.first  # then none is left out, though polls make the times of stretches overlap
        begin, end = 0 if goes_on else _number_at(stretch, window.since), _number_at(stretch, window.until + 1)
        if begin < end:
            if window.next != stretch.first + begin or (begin == 0 and stretch.lost):
                yield from _cut(window, _time_of(stretch, begin), stretch.lost if begin == 0 else 0)
            yield from self._add(window, stretch, begin, end)
        if end < count or stretch.at >= window.until:
            yield from self._end(window)

    def _add(self, window: _Window, stretch: Waveform, begin: int, end: int) -> Iterator[Piece]:
        while begin < end:
            room = (self._most_bytes - window.size) // _SAMPLE
            upto = min(end, begin + room)
            window.parts.append(stretch.samples[begin * _SAMPLE : upto * _SAMPLE])
            window.size += (upto - begin) * _SAMPLE
            window.next, window.kept_to = stretch.first + upto, _time_of(stretch, upto - 1)
            begin = upto
            if window.size >= self._most_bytes:
                yield from _cut(window, _time_of(stretch, begin), 0)

    def _end(self, window: _Window) -> Iterator[Piece]:
        self._windows.remove(window)
        self._kept_to = max(self._kept_to, window.kept_to)
        yield from _cut(window, 0, 0)


def _cut(window: _Window, next_at: int, lost: int) -> Iterator[Piece]:
    """Yield what a window holds; its next piece begins at `next_at`, with so many samples missing before it."""
    if window.parts:
        yield Piece(window.from_at, b"".join(window.parts), window.lost, tuple(window.causes))
    window.parts, window.size = [], 0
    window.from_at, window.lost = next_at, lost


def _time_of(stretch: Waveform, number: int) -> int:
    """When a sample of a stretch was taken."""
    count = len(stretch.samples) // _SAMPLE
    return stretch.at - round((count - 1 - number) * _US / stretch.rate_hz)


def _number_at(stretch: Waveform, at: int) -> int:
    """The first sample of a stretch at or after a time; its count where there is none."""
    count = len(stretch.samples) // _SAMPLE
    number = min(max(count - 1 - math.floor((stretch.at - at) * stretch.rate_hz / _US), 0), count)
    while number > 0 and _time_of(stretch, number - 1) >= at:
        number -= 1
    while number < count and _time_of(stretch, number) < at:
        number += 1
    return number
