"""How far the clocks of panel and server are apart, in words. Pure but for `utc_now`."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

TOLERATED = timedelta(minutes=1)
"""What two clocks may differ; beyond it certificates are judged differently at both ends."""


def utc_now() -> datetime:
    """Now by the panel's clock, by which certificates are judged."""
    return datetime.fromtimestamp(time.time_ns() / 1e9, UTC)


def apart(ahead: timedelta | None) -> str:
    """Say how far the server's clock is `ahead` of the panel's; empty where that may be, or nobody knows."""
    if ahead is None or abs(ahead) <= TOLERATED:
        return ""
    side = "behind" if ahead > timedelta(0) else "ahead of"
    return f"the panel's clock is {_amount(abs(ahead))} {side} the server's: set the clock that is wrong first"


def _amount(gap: timedelta) -> str:
    """Round to the unit a person would use; so coarse that it reads the same at the next try."""
    minutes = round(gap / timedelta(minutes=1))
    if minutes < 120:
        return f"{minutes} min"
    hours = round(gap / timedelta(hours=1))
    return f"{hours} h" if hours < 48 else f"{round(gap / timedelta(days=1))} days"
