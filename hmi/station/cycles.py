"""From counters that moved to records: the last cycle as it was seen, the others as unseen parts, the rest as a gap."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from drivers.tag import Purpose, Tag
from hmi.station.counters import Count, Positions, Reading, explain, most
from hmi.station.liveness import Watch
from hmi.station.turn import Turn
from hmi.station.wiring import Image, Wiring
from station_db.records.base import Digest, Instant, Verdict
from station_db.records.production import CountGap, Cycle, Result, UnseenParts

SETTLE_NS = 1_000_000_000
"""Counters that contradict each other are given so long to come right, or two of their periods where that is longer:
a subscription brings them one by one."""
STILL_NS = 200_000_000
"""Counters that were not told anew for so long were all told."""
LONGEST = 5
"""So many times as long they are waited for at most."""
MS_NS = 1_000_000
MINUTE_NS = 60_000_000_000
VERDICTS: Mapping[int, Verdict] = {1: Verdict.GOOD, 2: Verdict.BAD}
MILLISECONDS: Mapping[str, float] = {"ms": 1.0, "s": 1000.0}


@dataclass(frozen=True, slots=True)
class CompletedCurve:
    """The samples of a cycle as acquisition gathered them; `data`, `count` and `digest` as in `station_db` `Curve`."""

    digest: Digest
    names: tuple[str, ...]
    units: tuple[str, ...]
    count: int
    data: bytes
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Made:
    """What one scan said was made: at most one cycle with its details, unseen parts beside it, gaps."""

    positions: Positions
    cycle: Cycle | None = None
    unseen: UnseenParts | None = None
    gaps: tuple[CountGap, ...] = ()
    parts: int = 0
    reading: Reading = Reading.FIRST
    rebooted: bool = False


def standing(wiring: Wiring, image: Image, at: Instant) -> Positions | None:
    """Where the counters stand; None until the machine said all of them (and its boot id, where it has one)."""
    values = {purpose: wiring.number(image, purpose) for purpose in wiring.counters}
    boot = wiring.number(image, Purpose.BOOT)
    if not values or None in values.values() or (boot is None and Purpose.BOOT in wiring.by_purpose):
        return None
    return Positions({purpose: value for purpose, value in values.items() if value is not None}, boot, at)


def count(old: Positions | None, watch: Watch, wiring: Wiring, turn: Turn) -> tuple[Watch, Made | None]:
    """Explain the latest scan. None: nothing new, or to be looked at again when the counters agree."""
    new = standing(wiring, watch.image, turn.now.wall)
    if new is None or watch.read_ns is None:
        return watch, None
    asked_ns = _asked_ns(watch, watch.read_ns, wiring)
    limits = (most(wiring.machine.rate_max, _elapsed_us(old, watch, until, turn)) for until in (asked_ns, watch.read_ns))
    found = explain(old, new, wiring, *limits)
    if found.reading is Reading.CONTRADICTORY and _may_come_right(watch, turn.now.mono, asked_ns, wiring):
        return replace(watch, unsettled_ns=asked_ns), None
    settled = _understood(watch, watch.read_ns, found, turn)
    if old is not None and old.values == new.values and old.boot == new.boot:
        return settled, None
    known = old or new
    since = known if watch.counted_at is None else replace(known, at=watch.counted_at)
    return settled, _made(since, new, found, watch, wiring, turn)


def _asked_ns(watch: Watch, read_ns: int, wiring: Wiring) -> int:
    """Since when the counters are waited for; not across a time in which they were not read."""
    asked_ns = watch.unsettled_ns or read_ns
    return asked_ns if read_ns - asked_ns <= LONGEST * settle_ns(wiring) else read_ns


def settle_ns(wiring: Wiring) -> int:
    """How long counters that contradict each other may take to come right."""
    return max(SETTLE_NS, 2 * wiring.machine.groups.get(wiring.count_group, 0) * MS_NS)


def _may_come_right(watch: Watch, mono: int, asked_ns: int, wiring: Wiring) -> bool:
    """Whether to wait: at first always, then as long as they still move, because only some of them may have been told."""
    waited_ns, patience_ns = mono - asked_ns, settle_ns(wiring)
    return waited_ns < patience_ns or (mono - watch.moved_ns < STILL_NS and waited_ns < LONGEST * patience_ns)


def _understood(watch: Watch, read_ns: int, found: Count, turn: Turn) -> Watch:
    quiet_ns = watch.counted_ns if found.parts else watch.quiet_ns
    read_at = Instant(turn.now.wall - (turn.now.mono - read_ns) // 1000)
    return replace(watch, counted_ns=read_ns, counted_at=read_at, quiet_ns=quiet_ns, unsettled_ns=None)


def _elapsed_us(old: Positions | None, watch: Watch, asked_ns: int, turn: Turn) -> int:
    """How long the machine had: by the monotonic clock within this life, by the wall clock over a restart of ours."""
    if watch.counted_ns is not None:
        return (asked_ns - watch.counted_ns) // 1000
    return 0 if old is None else turn.now.wall - old.at


def _made(old: Positions, new: Positions, found: Count, watch: Watch, wiring: Wiring, turn: Turn) -> Made:
    rebooted = old.boot is not None and old.boot != new.boot
    gaps = _gaps(old, new, found, wiring, turn)
    if found.reading is Reading.RESTARTED and not _was_watched(watch, wiring):
        gaps += (_gap(wiring.counters[-1], old, new, found, "restarted_unwatched", wiring, turn),)
    cycle = _cycle(found, new, watch.image, wiring, turn)
    unseen = _unseen(found, cycle, old, wiring, turn)
    return Made(new, cycle, unseen, gaps, found.parts, found.reading, rebooted=rebooted)


def _was_watched(watch: Watch, wiring: Wiring) -> bool:
    """Whether the time since the last part, before a restart, was too short for one which nobody can count any more."""
    if watch.quiet_ns is None or watch.read_ns is None:
        return False
    return (watch.read_ns - watch.quiet_ns) * wiring.machine.rate_max <= MINUTE_NS


def _cycle(found: Count, new: Positions, image: Image, wiring: Wiring, turn: Turn) -> Cycle | None:
    """The last cycle; None if none was made or if its verdict can't be told among several."""
    verdict = _verdict(found, image, wiring)
    if found.parts == 0 or (verdict is Verdict.UNKNOWN and found.parts > 1):
        return None
    ms = _duration_ms(image, wiring)
    ended_at = turn.now.wall
    return Cycle(
        id=turn.new_id(),
        machine=wiring.machine.id,
        number=_cycle_number(new, wiring),
        boot=new.boot,
        started_at=None if ms is None else Instant(ended_at - ms * 1000),
        ended_at=ended_at,
        duration_ms=ms,
        verdict=verdict,
        results=tuple(Result(tag.name, _figure(image, tag), tag.unit) for tag in wiring.results),
    )


def _cycle_number(new: Positions, wiring: Wiring) -> int:
    """The machine's own number, else the sum of its good and bad."""
    total = sum(value for purpose, value in new.values.items() if purpose is not Purpose.CYCLE)
    return new.values.get(Purpose.CYCLE, total % wiring.round(wiring.counters[0]).size)


def _verdict(found: Count, image: Image, wiring: Wiring) -> Verdict:
    """By the counters where only one of them moved, else as the machine says."""
    good, bad = found.steps.get(Purpose.GOOD), found.steps.get(Purpose.BAD)
    if good == found.parts or (bad == 0 and Purpose.CYCLE not in found.steps):
        return Verdict.GOOD
    if bad == found.parts:
        return Verdict.BAD
    return VERDICTS.get(wiring.number(image, Purpose.VERDICT) or 0, Verdict.UNKNOWN)


def _duration_ms(image: Image, wiring: Wiring) -> int | None:
    tag = wiring.by_purpose.get(Purpose.DURATION)
    figure = None if tag is None else _figure(image, tag)
    return None if tag is None or figure is None else round(figure * MILLISECONDS.get(tag.unit, 1.0))


def _figure(image: Image, tag: Tag) -> float | None:
    value = image.get(tag.name)
    if value is None or isinstance(value, str) or not math.isfinite(value):
        return None
    return float(value)


def _unseen(found: Count, cycle: Cycle | None, old: Positions, wiring: Wiring, turn: Turn) -> UnseenParts | None:
    """The parts beside the one that was seen, exactly as the counters say."""
    rest = found.parts - (cycle is not None)
    if rest == 0:
        return None
    verdict = None if cycle is None else cycle.verdict
    return UnseenParts(
        id=turn.new_id(),
        machine=wiring.machine.id,
        cycles=rest,
        good=max(found.steps.get(Purpose.GOOD, 0) - (verdict is Verdict.GOOD), 0),
        bad=max(found.steps.get(Purpose.BAD, 0) - (verdict is Verdict.BAD), 0),
        from_at=old.at,
        to_at=turn.not_before(old.at),
        reason="several_between_scans",
    )


DOUBTS: Mapping[Reading, str] = {
    Reading.AMBIGUOUS: "restart_ambiguous",
    Reading.WRAPPED: "may_have_wrapped",
    Reading.DOUBTED: "record_restored",
}


def _gaps(old: Positions, new: Positions, found: Count, wiring: Wiring, turn: Turn) -> tuple[CountGap, ...]:
    """A gap for each counter that can't be explained, or one for the three of them where they only disagree."""
    if found.reading in DOUBTS:
        return (_gap(wiring.counters[-1], old, new, found, DOUBTS[found.reading], wiring, turn),)
    if found.reading is not Reading.CONTRADICTORY:
        return ()
    if not found.jumped:
        return (_gap(wiring.counters[0], old, new, found, "counters_disagree", wiring, turn),)
    return tuple(_gap(purpose, old, new, found, "jump", wiring, turn) for purpose in found.jumped)


def _gap(purpose: Purpose, old: Positions, new: Positions, found: Count, reason: str, wiring: Wiring, turn: Turn) -> CountGap:
    return CountGap(
        id=turn.new_id(),
        machine=wiring.machine.id,
        counter=purpose,
        old=old.values.get(purpose, 0),
        new=new.values[purpose],
        from_at=old.at,
        to_at=turn.not_before(old.at),
        reason=reason,
        counted=found.parts,
    )
