"""Times and spans as people say them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hmi.presenters.words import translate

SECOND_US = 1_000_000
SECOND_NS = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def local(at: int, zone: str) -> datetime:
    """An instant (UTC microseconds) on the wall clock of `zone`."""
    return (_EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(zone or "UTC"))


def clock_time(at: int, zone: str) -> str:
    """`10:42`."""
    return f"{local(at, zone):%H:%M}"


def clock_seconds(at: int, zone: str) -> str:
    """`10:42:07`."""
    return f"{local(at, zone):%H:%M:%S}"


def due_time(at: int, now: int, zone: str) -> str:
    """The time of day, with the date where it is not today."""
    due, today = local(at, zone), local(now, zone)
    return f"{due:%H:%M}" if due.date() == today.date() else f"{due:%Y-%m-%d %H:%M}"


def span(seconds: float) -> str:
    """`12 s`, `33 min`, `2 h 05 min`: as coarse as people say it; never below zero."""
    whole = max(0, int(seconds))
    if whole < 60:
        return translate("durations", "{0} s").format(whole)
    if whole < 3600:
        return translate("durations", "{0} min").format(whole // 60)
    if whole < 86_400:
        return translate("durations", "{0} h {1} min").format(whole // 3600, f"{whole % 3600 // 60:02d}")
    return translate("durations", "{0} d {1} h").format(whole // 86_400, whole % 86_400 // 3600)


def elapsed(since: int, now: int) -> str:
    """How long since an instant, both in UTC microseconds."""
    return span((now - since) / SECOND_US)


def age(nanoseconds: int) -> str:
    """How old, from monotonic nanoseconds."""
    return span(nanoseconds / SECOND_NS)
