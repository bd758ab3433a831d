"""When a machine's program may start anew: never right after a cycle nobody could have read. Times are real milliseconds."""

from __future__ import annotations

QUIET_MS = 400.0
"""A restart stays away so long from the last completed cycle."""
RESET_MS = 2000.0
"""How long a restarted program resets before it works: time for the station to say again what it permits."""
MID_STROKE = (0.3, 0.7)


class Restart:
    """A restart that is wanted, and one that goes on."""

    def __init__(self) -> None:
        self.is_wanted = False
        self.began_ms = 0.0
        """When the program that runs began."""
        self._completed_ms = self._works_from_ms = float("-inf")

    def note_completion(self, now_ms: float) -> None:
        """A cycle was completed."""
        self._completed_ms = now_ms

    def is_due(self, now_ms: float, *, is_safe: bool) -> bool:
        """True if a wanted restart may happen now; `is_safe` says that the machine waits or is in mid-stroke."""
        return self.is_wanted and is_safe and now_ms - self._completed_ms >= QUIET_MS

    def begin(self, now_ms: float) -> None:
        """The program starts anew."""
        self.is_wanted = False
        self.began_ms, self._works_from_ms = now_ms, now_ms + RESET_MS

    def is_resetting(self, now_ms: float) -> bool:
        """True while the new program does not work yet."""
        return now_ms < self._works_from_ms
