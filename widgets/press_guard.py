"""Tells a second, unmeant press from a new one."""

from __future__ import annotations

from dataclasses import dataclass

DOUBLE_PRESS_MS = 400
"""UI.md C02: within this time a second press on the same control is the same wish."""

BOUNCE_MS = 60
"""On pad keys, where the same digit twice is a wish: only the bounce of one touch."""


@dataclass
class PressGuard:
    """Admits a press when the one before is `hold_ms` ago."""

    hold_ms: int = DOUBLE_PRESS_MS
    _last_ms: int | None = None

    def admits(self, now_ms: int) -> bool:
        """Whether a press at `now_ms` (any monotonic milliseconds) counts; if so it is remembered."""
        if self._last_ms is not None and now_ms - self._last_ms < self.hold_ms:
            return False
        self._last_ms = now_ms
        return True
