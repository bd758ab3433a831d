"""The shape of `[machine.derived.NAME]` and `[machine.cycle]`: what is made from a machine's signals."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from drivers.derived.setup import CYCLE, DURATION, RUNNING_CYCLE, Look, Take
from drivers.tag import Purpose
from hmi.configuration_base import Name, Table

LookName = Annotated[Look, Field(strict=False)]
Exact = bool | int | float | str
Milliseconds = Annotated[int, Field(ge=0, le=3_600_000)]


class LampTags(Table):
    """Which tag is which lamp."""

    red: Name | None = None
    yellow: Name | None = None
    green: Name | None = None
    blue: Name | None = None
    white: Name | None = None


class LampRowTable(Table):
    """`{ red = "blinking", state = "Aborted" }`: a lamp not named may look anyhow."""

    red: LookName | None = None
    yellow: LookName | None = None
    green: LookName | None = None
    blue: LookName | None = None
    white: LookName | None = None
    state: str


class LampsTable(Table):
    """A stack light as the machine's state."""

    kind: Literal["lamps"]
    title: str = ""
    lamps: LampTags
    rows: Annotated[tuple[LampRowTable, ...], Field(strict=False, min_length=1)]
    blink_hz: Annotated[tuple[float, float], Field(strict=False)] = (0.4, 3.0)


class EdgesTable(Table):
    """Parts counted from a switch."""

    kind: Literal["edges"]
    title: str = ""
    purpose: Literal["good", "bad", "cycle"] | None = None
    tag: Name
    edge: Literal["rising", "falling"] = "rising"
    per: int = Field(1, ge=1, le=10_000)
    min_on_ms: Milliseconds = 0
    min_off_ms: Milliseconds = 0
    shortest_ms: int = Field(ge=2, le=3_600_000)


class RunningTable(Table):
    """Running or standing, from a number; with both names of states it is the machine's state."""

    kind: Literal["running"]
    title: str = ""
    tag: Name
    threshold: float
    hysteresis: float = Field(ge=0)
    on_delay_ms: Milliseconds = 0
    off_delay_ms: Milliseconds = 0
    running: str | None = None
    standing: str | None = None


class ConditionTable(Table):
    """What a tag must be: a value, a list of them, `{ min, max }`, or `{ not = ... }` of a value or list."""

    among: Annotated[tuple[Exact, ...], Field(strict=False)] = ()
    other_than: Annotated[tuple[Exact, ...], Field(strict=False, alias="not")] = ()
    min: float | None = None
    max: float | None = None

    @property
    def is_one(self) -> bool:
        """Whether it says one thing."""
        return [bool(self.among), bool(self.other_than), (self.min, self.max) != (None, None)].count(True) == 1

    @model_validator(mode="before")
    @classmethod
    def as_table(cls, given: Any) -> Any:
        """A value, a list or `{ not = ... }` as the table it stands for."""
        if not isinstance(given, dict):
            return {"among": listed(given)}
        return {**given, "not": listed(given["not"])} if "not" in given else given


def listed(given: Any) -> Any:
    """One value as a list of one."""
    return given if isinstance(given, list) else [given]


class MapRowTable(Table):
    """`{ when = { auto = true, fault = 0 }, state = "Execute" }`, or with `value` instead of `state`."""

    when: Annotated[dict[Name, ConditionTable], Field(min_length=1)]
    state: str | None = None
    value: Exact | None = None


class MappingTable(Table):
    """Raw values to a state, or to another value."""

    kind: Literal["mapping"]
    title: str = ""
    role: Literal["state", "signal", "process_value", "result", "identity"] = "state"
    purpose: Annotated[Purpose, Field(strict=False)] | None = None
    unit: str = ""
    low: float | None = None
    high: float | None = None
    rows: Annotated[tuple[MapRowTable, ...], Field(strict=False, min_length=1)]


Made = LampsTable | EdgesTable | RunningTable | MappingTable
DerivedTable = Annotated[Made, Field(discriminator="kind")]


class TriggerTable(Table):
    """`{ tag = "clamped", becomes = true }`, or `moves = true` for a counter or an event."""

    tag: Name
    becomes: Exact | None = None
    moves: Literal[True] | None = None


class CycleChannelTable(Table):
    """One channel of a cycle's curve: a tag, or as the first one `time`."""

    tag: Name
    title: str = ""
    low: float
    high: float


class TakenTable(Table):
    """A result of a cycle, taken from one of its channels."""

    channel: Name
    take: Annotated[Take, Field(strict=False)]
    title: str = ""
    low: float | None = None
    high: float | None = None


class CycleTable(Table):
    """`[machine.cycle]`: a cycle seen from outside."""

    start: TriggerTable | None = None
    end: TriggerTable
    typical_ms: int = Field(ge=40, le=86_400_000)
    min_rate_hz: float = Field(0.0, ge=0)
    channels: Annotated[tuple[CycleChannelTable, ...], Field(strict=False, min_length=2)]
    window: Annotated[tuple[float, float, float, float], Field(strict=False)] | None = None
    results: dict[Name, TakenTable] = Field(default_factory=dict)


def inputs_of(made: Made) -> tuple[str, ...]:
    """The tags it is made from."""
    if isinstance(made, LampsTable):
        return tuple(tag for tag in made.lamps.model_dump().values() if tag is not None)
    if isinstance(made, MappingTable):
        return tuple(dict.fromkeys(tag for row in made.rows for tag in row.when))
    return (made.tag,)


def is_state(made: Made) -> bool:
    """Whether it is the machine's state."""
    match made:
        case LampsTable():
            return True
        case RunningTable():
            return made.running is not None
        case MappingTable():
            return made.role == "state"
        case _:
            return False


def made_by_cycle(cycle: CycleTable, own: Collection[Purpose | None]) -> tuple[str, ...]:
    """The tags a cycle makes: what the machine does not tell itself."""
    numbers = [(CYCLE, Purpose.CYCLE), (RUNNING_CYCLE, Purpose.RUNNING_CYCLE), (DURATION, Purpose.DURATION)]
    return (*(name for name, purpose in numbers if purpose not in own), *cycle.results)


def without_kind(place: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """A place in the file as a person wrote it: pydantic names the kind on the way to what is wrong in it."""
    is_inside = len(place) > 4 and place[0] == "machine" and place[2] in ("derived", "waveforms")
    return place[:4] + place[5:] if is_inside else place
