"""Whether this station's clock can be trusted. Recorded times are never changed for it: a `clock_check` says how they stood."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hmi.station import alarms
from hmi.station.alarms import Alarms
from hmi.station.codes import Code
from hmi.station.turn import STATION, Turn
from station_db.records.base import Instant
from station_db.records.keeping import ClockCheck

SUSPECT_US = 2_000_000
"""A clock that is surely so far off is suspect."""
CHANGED_US = 1_000_000
"""An offset that moved so far since the last check is recorded anew."""
STEADY_NS = 600_000_000_000
"""A clock that was set and went on evenly for so long is trusted again where no centre can say better."""
SECOND_US = 1_000_000
CENTRE, STEPPED, RECORD = "centre", "monotonic", "record"
"""What the clock was compared with: the centre's, our own monotonic one, the last record's time."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the clock stands: the last check of this run, its monotonic time, and what the centre said last (microseconds)."""

    last: ClockCheck | None = None
    checked_ns: int = 0
    offset_us: int | None = None
    last_record_at: Instant | None = None
    """Of the run before, where this one began earlier than that; once the centre was heard its word counts instead."""

    @property
    def is_suspect(self) -> bool:
        """Whether times recorded now may be wrong."""
        return self.last is not None and self.last.suspect


def began(last_at: Instant | None, turn: Turn) -> Standing:
    """A station that begins before its own last record has a clock that went back (or was ahead then)."""
    if last_at is None or turn.now.wall >= last_at:
        return Standing()
    return _behind(Standing(last_record_at=last_at), turn)


def stepped(standing: Standing, moved_us: int, turn: Turn) -> Standing:
    """The wall clock was set against the monotonic one."""
    seen = _checked(standing, STEPPED, -moved_us, turn, reason="set")
    return _behind(seen, turn) if _is_behind(seen, turn) else seen


def measured(standing: Standing, offset_us: int, within_us: int, turn: Turn) -> Standing:
    """The centre's clock was read: what must be added to ours to have it, known to `within_us`."""
    seen = replace(standing, offset_us=offset_us)
    is_off = abs(offset_us) - within_us > SUSPECT_US
    last = standing.last
    is_same = last is not None and last.source == CENTRE and last.suspect == is_off
    if is_same and last is not None and abs(offset_us - last.offset_us) <= CHANGED_US:
        return seen
    reason = "differs from the centre" if is_off else ""
    return _checked(replace(seen, last_record_at=None), CENTRE, offset_us, turn, within_us=within_us, reason=reason)


def settle(standing: Standing, turn: Turn) -> Standing:
    """Trust the clock again once it passed the last record, or went on evenly for long; the centre's word stands."""
    last = standing.last
    if last is None or not last.suspect or last.source == CENTRE:
        return standing
    is_past = last.source == RECORD and not _is_behind(standing, turn)
    is_steady = last.source == STEPPED and turn.now.mono - standing.checked_ns >= STEADY_NS
    return _checked(standing, last.source, 0, turn) if is_past or is_steady else standing


def tell(active: Alarms, standing: Standing, turn: Turn) -> Alarms:
    """Say that the clock is off as long as it is; a clock that was set has an alarm of its own."""
    last = standing.last
    wanted = None
    if last is not None and last.suspect and last.source != STEPPED:
        wanted = Code.CLOCK_OFF if last.source == CENTRE else Code.CLOCK_BEHIND
    for code in {Code.CLOCK_OFF, Code.CLOCK_BEHIND} - {wanted}:
        active = alarms.clear(active, (STATION, code), turn)
    if wanted is None or last is None:
        return active
    seconds = str(round(abs(last.offset_us) / SECOND_US))
    return alarms.raise_alarm(active, alarms.own(STATION, wanted, turn, seconds, priority="medium"), turn)


def _is_behind(standing: Standing, turn: Turn) -> bool:
    return standing.last_record_at is not None and turn.now.wall < standing.last_record_at


def _behind(standing: Standing, turn: Turn) -> Standing:
    assert standing.last_record_at is not None, "asked before"
    return _checked(standing, RECORD, standing.last_record_at - turn.now.wall, turn, reason="before the last record")


def _checked(standing: Standing, source: str, offset_us: int, turn: Turn, *, within_us: int = 0, reason: str = "") -> Standing:
    """Record a check; it is suspect where there is a reason."""
    check = ClockCheck(
        id=turn.new_id(),
        source=source,
        at=turn.now.wall,
        offset_us=offset_us,
        within_us=within_us,
        suspect=bool(reason),
        reason=reason,
    )
    turn.keep(check)
    return replace(standing, last=check, checked_ns=turn.now.mono)
