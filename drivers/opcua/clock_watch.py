"""Holds a machine's clocks against ours: the server's own, and the times its values bear. Pure.

A clock that is off is told, and never makes a value old: freshness is when we heard it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

_OFF_US = 60_000_000
_RIGHT_US = 50_000_000
"""Between the two it stays as it was said, so that a clock at the edge does not flicker."""
_MINUTE_US = 60_000_000
_LATENCY_US = 1_000_000
"""A clock nearer than this is taken for ours: a value may be so long on its way, and some servers count whole seconds."""
_RECENT = 8
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


class ClockWatch:
    """How far one server's clock, and the clock behind its values, differ from ours."""

    def __init__(self) -> None:
        self._server_us = 0
        self._source_us = 0
        self._recent_server: deque[int] = deque(maxlen=_RECENT)
        self._recent_source: deque[int] = deque(maxlen=_RECENT)

    @property
    def ahead_us(self) -> int:
        """Return by how much the values' times are ahead of ours; 0 where that is no more than values are on their way.

        The largest of some differences is nearest to the truth: what took longer to come seems older.
        """
        ahead = max(self._recent_source or self._recent_server, default=0)
        return ahead if abs(ahead) > _LATENCY_US else 0

    def hear_server(self, server_us: int | None, now_us: int) -> None:
        """Take the server's time as it is now."""
        if server_us is not None:
            self._server_us = _offset(server_us - now_us, self._server_us)
            if _add(self._recent_server, server_us - now_us):
                self._recent_source.clear()

    def hear_changes(self, times: Sequence[int | None], now_us: int) -> None:
        """Take the times of values that changed just now: the newest of them should be now."""
        newest = max((time for time in times if time is not None), default=None)
        if newest is not None:
            self._source_us = _offset(newest - now_us, self._source_us)
            _add(self._recent_source, newest - now_us)

    @property
    def reason(self) -> str | None:
        """Say which clock is off and by how much; None where none is."""
        if self._server_us:
            return f"the machine's clock is {_amount(self._server_us)} ours; the station's times are by its own clock"
        if self._source_us:
            return f"the machine's values bear times {_amount(self._source_us)} ours; the station's times are by its own clock"
        return None


def _add(recent: deque[int], difference_us: int) -> bool:
    """Keep a difference; one that is far from those before stands alone. Return whether the clock was set."""
    was_set = bool(recent) and abs(difference_us - recent[-1]) > _OFF_US
    if was_set:
        recent.clear()
    recent.append(difference_us)
    return was_set


def _offset(difference_us: int, told_us: int) -> int:
    """Return the difference where it is told as one; the small moves of a clock that is off are no news."""
    if abs(difference_us) < (_RIGHT_US if told_us else _OFF_US):
        return 0
    return told_us if told_us and abs(difference_us - told_us) < _OFF_US else difference_us


def _amount(difference_us: int) -> str:
    seconds = round(abs(difference_us) / _MINUTE_US) * 60
    length, unit = next(((length, unit) for length, unit in _UNITS if seconds >= length), _UNITS[-1])
    count = round(seconds / length)
    return f"{count} {unit}{'s' if count != 1 else ''} {'ahead of' if difference_us > 0 else 'behind'}"
