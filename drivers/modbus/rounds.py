"""When each group is due: on the beat of its period, without drift; beats that were missed are not made up for. Pure."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)
_EARLY_S = 0.0005
"""A timer may fire this much before its time; the beat counts as reached."""


class Rounds(Generic[T]):
    """The beats of some groups; all start at `start`, in seconds of the loop's clock."""

    def __init__(self, periods_s: Mapping[T, float], start: float) -> None:
        self._periods = dict(periods_s)
        self._due = dict.fromkeys(self._periods, start)

    def next_at(self) -> float:
        """Return when the next round begins."""
        return min(self._due.values())

    def take(self, now: float) -> list[T]:
        """Return the groups that are due and move each to its next beat after `now`."""
        reached = now + _EARLY_S
        due = [group for group, at in self._due.items() if at <= reached]
        for group in due:
            period = self._periods[group]
            beats = math.floor((reached - self._due[group]) / period) + 1
            self._due[group] += beats * period
        return due
