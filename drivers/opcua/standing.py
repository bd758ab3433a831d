"""The remarks that stand, so that each is told once, and once more when it is over. Pure."""

from __future__ import annotations

from drivers.driver import Stamp
from drivers.link import RemarkCode
from drivers.reading import Remark


class Standing:
    """What a person has been told of one link; it outlives connections."""

    def __init__(self, device: str, stamp: Stamp) -> None:
        self._device = device
        self._stamp = stamp
        self._told: dict[RemarkCode, str] = {}

    def now(self, code: RemarkCode, reason: str | None) -> list[Remark]:
        """Return what is news where `code` now stands for `reason`, or for nothing (None); another reason is told anew."""
        told = self._told.get(code)
        if reason is None:
            return self._over(code) if told is not None else []
        if told == reason:
            return []
        self._told[code] = reason
        return [Remark(self._device, code, reason, *self._stamp())]

    def _over(self, code: RemarkCode) -> list[Remark]:
        reason = self._told.pop(code)
        return [Remark(self._device, code, reason, *self._stamp(), is_over=True)]
