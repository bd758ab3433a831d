"""Counts values that are gone, and tells them as few gaps rather than one a scan. Pure."""

from __future__ import annotations

from drivers.driver import Stamp
from drivers.reading import Lost

_TELL_EVERY_NS = 5_000_000_000


class Losses:
    """One group's lost values: the first is told at once, what follows within seconds of it as one more gap."""

    def __init__(self, device: str, group: str, stamp: Stamp) -> None:
        self._device = device
        self._group = group
        self._stamp = stamp
        self._gaps = 0
        self._since: int | None = None
        self._whole_at = stamp()[0]
        self._told_ns: int | None = None

    @property
    def are_going_on(self) -> bool:
        """Say whether values were lost within the last seconds."""
        return self._told_ns is not None and self._stamp()[1] - self._told_ns < 2 * _TELL_EVERY_NS

    def hear(self, gaps: int) -> list[Lost]:
        """Take in a scan that came after so many gaps (0 for whole ones); return what is to be told now."""
        at, now_ns = self._stamp()
        if gaps:
            self._since = self._whole_at if self._since is None else self._since
            self._gaps += gaps
        else:
            self._whole_at = at
        is_due = self._told_ns is None or now_ns - self._told_ns >= _TELL_EVERY_NS
        if self._since is None or not is_due:
            return []
        told = Lost(self._device, self._group, _reason(self._gaps), self._since, at, now_ns)
        self._gaps, self._since, self._told_ns = 0, None, now_ns
        return [told]


def _reason(gaps: int) -> str:
    return f"values came faster than the queues hold: {gaps} gap{'s' if gaps != 1 else ''}"
