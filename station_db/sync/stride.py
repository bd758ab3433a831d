"""How much goes to the centre at once: a little on a new connection, more as long as each piece is over well within a second."""

from __future__ import annotations

from dataclasses import dataclass

LEAST_BYTES = 16 * 1024
FIRST_BYTES = 64 * 1024
MOST_BYTES = 4 * 1024 * 1024
QUICK_S, SLOW_S = 0.3, 0.8


@dataclass(slots=True)
class Stride:
    """Learns from each piece. On the slowest line one still ends before its deadline, and whoever is next waits briefly."""

    limit_bytes: int = FIRST_BYTES

    def took(self, seconds: float) -> None:
        """A piece as large as was allowed took so long."""
        if seconds < QUICK_S:
            self.limit_bytes = min(MOST_BYTES, self.limit_bytes * 2)
        elif seconds > SLOW_S:
            self.limit_bytes = max(LEAST_BYTES, self.limit_bytes // 2)

    def broke(self) -> None:
        """A step failed: it may have been too much, so the next is small, and the same is not tried for ever."""
        self.limit_bytes = max(LEAST_BYTES, self.limit_bytes // 8)
