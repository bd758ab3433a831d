"""What is made from a machine's signals: lamps, edges, currents and raw numbers as states, counts and cycles.

Declarations only, as station.toml gives them after it was checked; each is named like the tag it makes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from drivers.tag import Value

CYCLE = "cycle"
"""The tag a declared cycle makes: number of the last completed cycle."""
CYCLE_TABLE = "[machine.cycle]"
"""What an error names that is not about one tag of a cycle."""
RUNNING_CYCLE = "running_cycle"
DURATION = "duration"
BOOT = "boot"
"""The tag that changes when what is counted here begins anew."""
TIME = "time"
"""As a channel of a cycle: seconds since its start."""


class Look(StrEnum):
    """How a lamp looks to a person."""

    ON = "on"
    OFF = "off"
    BLINKING = "blinking"


@dataclass(frozen=True, slots=True)
class LampRow:
    """If the lamps look so (those not named may look anyhow), the machine is in the state of this number."""

    looks: Mapping[str, Look]
    state: int


@dataclass(frozen=True, slots=True)
class Lamps:
    """A stack light: `lamps` are colour to tag, the first row that fits wins, `blink_hz` how slow and fast it may blink."""

    name: str
    lamps: Mapping[str, str]
    rows: tuple[LampRow, ...]
    blink_hz: tuple[float, float] = (0.4, 3.0)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The tags it is made from."""
        return tuple(self.lamps.values())


@dataclass(frozen=True, slots=True)
class Edges:
    """Parts that pass a switch: a part is `per` pulses; a level counts once it held `min_on_ms` or `min_off_ms`.

    `shortest_ms` is the shortest the switch is ever on or off: whoever looks less often than twice in it may miss a part.
    """

    name: str
    tag: str
    shortest_ms: int
    is_falling: bool = False
    per: int = 1
    min_on_ms: int = 0
    min_off_ms: int = 0

    @property
    def inputs(self) -> tuple[str, ...]:
        """The tags it is made from."""
        return (self.tag,)


@dataclass(frozen=True, slots=True)
class Running:
    """A machine runs while `tag` is at or above `threshold`, and stands once it is below it by `hysteresis`; each for so long."""

    name: str
    tag: str
    threshold: float
    hysteresis: float
    on_delay_ms: int = 0
    off_delay_ms: int = 0

    @property
    def inputs(self) -> tuple[str, ...]:
        """The tags it is made from."""
        return (self.tag,)


@dataclass(frozen=True, slots=True)
class Condition:
    """What a tag must be: one of `values`, or a number from `low` to `high`; `is_not` turns it round."""

    tag: str
    values: tuple[Value, ...] = ()
    low: float | None = None
    high: float | None = None
    is_not: bool = False


@dataclass(frozen=True, slots=True)
class MapRow:
    """If all conditions hold, the value is this."""

    when: tuple[Condition, ...]
    value: Value


@dataclass(frozen=True, slots=True)
class Mapped:
    """A table from raw values to one: the first row that fits wins, and where none fits nothing is known."""

    name: str
    rows: tuple[MapRow, ...]

    @property
    def inputs(self) -> tuple[str, ...]:
        """The tags it is made from."""
        return tuple(dict.fromkeys(condition.tag for row in self.rows for condition in row.when))


Made = Lamps | Edges | Running | Mapped


@dataclass(frozen=True, slots=True)
class Trigger:
    """A moment: `tag` becomes a value, or (without one) moves from one value to another."""

    tag: str
    becomes: Value = None


class Take(StrEnum):
    """What of a channel is a cycle's result."""

    MIN = "min"
    MAX = "max"
    LAST = "last"
    """The last good sample."""
    AT_END = "at_end"
    """The sample of the scan that ended the cycle; nothing where it was bad."""


PEAKS = (Take.MIN, Take.MAX)


@dataclass(frozen=True, slots=True)
class TakenResult:
    """A result of a cycle, by the tag it makes."""

    name: str
    channel: str
    take: Take


@dataclass(frozen=True, slots=True)
class CycleMade:
    """A cycle seen from outside. Without `start` one begins where the last one ended.

    `counter` is the machine's own tag of completed cycles, which wraps at `modulus`; without it they are counted here.
    `channels` are tags, x first, or `TIME`. All tags of it are in `group`. `typical_ms` is how long a cycle takes;
    `min_rate_hz` how many samples a second a peak needs to be believed.
    """

    end: Trigger
    channels: tuple[str, ...]
    units: tuple[str, ...]
    typical_ms: int
    group: str
    start: Trigger | None = None
    counter: str | None = None
    modulus: int = 1 << 32
    results: tuple[TakenResult, ...] = ()
    min_rate_hz: float = 0.0

    @property
    def inputs(self) -> tuple[str, ...]:
        """The tags it is made from."""
        triggers = (self.end.tag,) if self.start is None else (self.start.tag, self.end.tag)
        own = () if self.counter is None else (self.counter,)
        return tuple(dict.fromkeys((*triggers, *own, *(tag for tag in self.channels if tag != TIME))))


@dataclass(frozen=True, slots=True)
class Derivation:
    """All that is made of one machine's signals: in the order of the file, so that one may be made from another.

    `groups` says in which group's batches each made tag is told; what is not in it is not told.
    """

    made: tuple[Made, ...] = ()
    cycle: CycleMade | None = None
    groups: Mapping[str, str] = field(default_factory=dict[str, str])
