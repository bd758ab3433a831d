"""How long ago something was, in a person's words."""

from __future__ import annotations

SECOND_US = 1_000_000


def ago(age_us: int) -> str:
    """`3 s ago`, `12 min ago`, `5 h ago`, `9 days ago`."""
    return f"{span(age_us)} ago"


def span(age_us: int) -> str:
    """`3 s`, `12 min`, `5 h`, `9 days`."""
    seconds = max(0, age_us // SECOND_US)
    for unit, size, below in (("s", 1, 120), ("min", 60, 7200), ("h", 3600, 172_800)):
        if seconds < below:
            return f"{seconds // size} {unit}"
    return f"{seconds // 86_400} days"
