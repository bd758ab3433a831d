"""What the core is told, one after another: each input is one call of the core."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drivers.reading import Event
from hmi.channel.hub import Reply
from hmi.clock import Moment
from hmi.station import station as core
from hmi.station.commands import Command
from hmi.station.cycles import CompletedCurve
from hmi.station.decision import WriteResult
from hmi.station.state import Station
from hmi.station.topics import AlarmView, SyncTopic
from station_db.records.base import RecordId
from station_db.records.keeping import Backup


@dataclass(frozen=True, slots=True)
class Heard:
    """A machine's event."""

    event: Event
    curves: Mapping[int, CompletedCurve]

    def tell(self, station: Station, now: Moment) -> core.Outcome:
        """Hand it to the core."""
        return core.hear(station, self.event, self.curves, now)


@dataclass(frozen=True, slots=True)
class Wished:
    """A person's command, and whoever waits for the answer."""

    command: Command
    reply: Reply

    def tell(self, station: Station, now: Moment) -> core.Outcome:
        """Hand it to the core."""
        return core.obey(station, self.command, now)


@dataclass(frozen=True, slots=True)
class Wrote:
    """A machine write ended."""

    result: WriteResult

    def tell(self, station: Station, now: Moment) -> core.Outcome:
        """Hand it to the core."""
        return core.wrote(station, self.result, now)


@dataclass(frozen=True, slots=True)
class AlarmAnswered:
    """A machine was told (or not) that a person saw its alarm."""

    result: WriteResult

    def tell(self, station: Station, now: Moment) -> core.Outcome:
        """Hand it to the core."""
        return core.answered_alarm(station, self.result, now)


@dataclass(frozen=True, slots=True)
class Learned:
    """Records of the centre, already applied."""

    records: Sequence[Any]

    def tell(self, station: Station, now: Moment) -> core.Outcome:
        """Hand them to the core."""
        return core.learn(station, self.records, now)


@dataclass(frozen=True, slots=True)
class OrderShared:
    """Which other stations work on an order, as the centre knows; none where nobody does."""

    order: RecordId
    stations: tuple[str, ...]

    def tell(self, station: Station, now: Moment) -> core.Outcome:
        """Hand it to the core."""
        return core.order_shared(station, self.order, self.stations, now)


@dataclass(frozen=True, slots=True)
class CentreStands:
    """How the centre stands."""

    sync: SyncTopic

    def tell(self, station: Station, now: Moment) -> core.Outcome:
        """Hand it to the core."""
        return core.heard_centre(station, self.sync, now)


@dataclass(frozen=True, slots=True)
class ClockMeasured:
    """The centre's clock was read: what ours lacks of it, in microseconds, and how well that is known."""

    offset_us: int
    within_us: int

    def tell(self, station: Station, now: Moment) -> core.Outcome:
        """Hand it to the core."""
        return core.measured_clock(station, self.offset_us, self.within_us, now)


@dataclass(frozen=True, slots=True)
class Faulty:
    """Something of the engine's own is wrong."""

    alarm: AlarmView

    def tell(self, station: Station, now: Moment) -> core.Outcome:
        """Hand it to the core."""
        return core.fault(station, self.alarm, now)


@dataclass(frozen=True, slots=True)
class Well:
    """It is well again."""

    source: str
    code: str

    def tell(self, station: Station, now: Moment) -> core.Outcome:
        """Hand it to the core."""
        return core.fault_over(station, self.source, self.code, now)


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup was made, or was not."""

    backup: Backup

    def tell(self, station: Station, now: Moment) -> core.Outcome:
        """Hand it to the core."""
        return core.backed_up(station, self.backup, now)


@dataclass(frozen=True, slots=True)
class HeartbeatPaused:
    """A machine did not feel us for so long that it may have voided its permit."""

    machine: str

    def tell(self, station: Station, now: Moment) -> core.Outcome:
        """Hand it to the core."""
        return core.heartbeat_paused(station, self.machine, now)


@dataclass(frozen=True, slots=True)
class TimePassed:
    """A quarter of a second went by."""

    def tell(self, station: Station, now: Moment) -> core.Outcome:
        """Hand it to the core."""
        return core.tick(station, now)


@dataclass(frozen=True, slots=True)
class Ending:
    """The engine stops; `ended` is called when that is on the disk."""

    ended: Callable[[], None]

    def tell(self, station: Station, now: Moment) -> core.Outcome:
        """Hand it to the core."""
        return core.end(station, now)


Input = (
    Heard
    | OrderShared
    | Wished
    | Wrote
    | AlarmAnswered
    | Learned
    | CentreStands
    | ClockMeasured
    | BackedUp
    | Faulty
    | Well
    | HeartbeatPaused
    | TimePassed
    | Ending
)
