"""What a person sees in a stack light: each lamp on, off or blinking, held steady; the lamps together as a state. Pure.

A lamp that changes may have been switched or begun to blink: until that is clear it is undecided, and the state stays what it
was. What stays undecided, is bad or was not watched is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from drivers.derived.setup import LampRow, Look

_EDGES_OF_A_BLINK = 3
_UNEVEN = 1.25
"""A lamp is not on for just as long as it is off, and we see both at our own pace."""
_PATIENCE = 3
"""So many times as long as a steady lamp takes to be one may lamps be undecided."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things take, in ns: no blinking lamp keeps a level for `steady`, or blinks once within `shortest`.

    Whoever did not look for longer than `hole` may have missed a change.
    """

    steady: int
    shortest: int
    hole: int

    @classmethod
    def of(cls, blink_hz: tuple[float, float], silence: int | None = None) -> Pace:
        """From the slowest and fastest blinking there is; `silence` is how long nothing said means nothing changed."""
        slowest, fastest = blink_hz
        shortest = round(1e9 / fastest / _UNEVEN)
        return cls(round(0.5e9 / slowest * _UNEVEN), shortest, silence or shortest)


@dataclass(frozen=True, slots=True)
class Lamp:
    """One lamp as it was watched."""

    level: bool | None = None
    watched_since: int = 0
    """Since when the level was seen to hold, without a hole in the watching."""
    seen_at: int = 0
    edges: tuple[int, ...] = ()
    look: Look | None = None

    @property
    def is_decided(self) -> bool:
        """Whether what was seen of late fits its look: a steady lamp did not move, a blinking one was not still for too long."""
        if self.look is Look.BLINKING:
            first, middle, last = self.edges
            return self.seen_at - last <= _UNEVEN * max(middle - first, last - middle)
        return self.look is not None and self.level is (self.look is Look.ON) and not self.edges

    def see(self, level: bool | None, now: int, pace: Pace) -> Lamp:  # noqa: FBT001 the level is the value
        """Look again. Whoever did not look for as long as a lamp takes to be steady must begin anew."""
        if level is None:
            return Lamp()
        if self.level is None or now - self.seen_at > max(pace.steady, pace.hole):
            return Lamp(level, now, now)
        if level is not self.level:
            edges = (*self.edges, now)[-_EDGES_OF_A_BLINK:]
            return replace(self, level=level, watched_since=now, seen_at=now, edges=edges).judged(pace)
        since = now if now - self.seen_at > pace.hole else self.watched_since
        return replace(self, seen_at=now, watched_since=since).judged(pace)

    def judged(self, pace: Pace) -> Lamp:
        """Return the lamp with the look that was seen long enough; else with the one it had."""
        if self.seen_at - self.watched_since >= pace.steady:
            return replace(self, look=Look.ON if self.level else Look.OFF, edges=())
        if len(self.edges) < _EDGES_OF_A_BLINK:
            return self
        blinks = pace.shortest <= self.edges[-1] - self.edges[0] <= 2 * pace.steady
        return replace(self, look=Look.BLINKING if blinks else None)


class LampRule:
    """Lamps to the number of a state; None where it is not known."""

    def __init__(self, lamps: Mapping[str, str], rows: tuple[LampRow, ...], pace: Pace) -> None:
        self._tags = lamps
        self._rows = rows
        self._pace = pace
        self._lamps = {colour: Lamp() for colour in lamps}
        self._state: int | None = None
        self._decided_at: int | None = None

    def turn(self, image: Mapping[str, object], now: int) -> int | None:
        """Look at all lamps at `now`, in ns."""
        for colour, tag in self._tags.items():
            level = image.get(tag)
            lamp = self._lamps[colour].see(None if level is None else bool(level), now, self._pace)
            self._lamps[colour] = lamp
        if any(lamp.look is None for lamp in self._lamps.values()):
            self._state = self._decided_at = None
        elif all(lamp.is_decided for lamp in self._lamps.values()):
            self._state, self._decided_at = self._match(), now
        elif self._decided_at is not None and now - self._decided_at > _PATIENCE * self._pace.steady:
            self._state = None
        return self._state

    def forget(self) -> None:
        """The machine was not heard: nothing that was seen before counts."""
        self._lamps = {colour: Lamp() for colour in self._tags}
        self._state = self._decided_at = None

    def _match(self) -> int | None:
        for row in self._rows:
            if all(self._lamps[colour].look is look for colour, look in row.looks.items()):
                return row.state
        return None
