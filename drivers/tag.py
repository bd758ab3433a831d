"""What a machine can tell us or be told: tags, in the words of the plant. Imports no library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Value = bool | int | float | str | None


class Role(StrEnum):
    """What a tag is for."""

    STATE = "state"
    COUNTER = "counter"
    ALARM = "alarm"
    SIGNAL = "signal"
    PROCESS_VALUE = "process_value"
    RESULT = "result"
    SETPOINT = "setpoint"
    COMMAND = "command"
    CONFIRM = "confirm"
    IDENTITY = "identity"
    HEARTBEAT = "heartbeat"


class Purpose(StrEnum):
    """Which of its role's duties a tag does, where the station must know."""

    GOOD = "good"
    """Counter of good parts."""
    BAD = "bad"
    """Counter of rejected parts."""
    CYCLE = "cycle"
    """Counter: the number of the last completed cycle; results belong to it."""
    RUNNING_CYCLE = "running_cycle"
    """Identity: the number of the cycle that runs now, else of the last one."""
    BOOT = "boot"
    """Identity: changes each time the machine's program starts."""
    VERDICT = "verdict"
    """Result: 1 good, 2 bad."""
    DURATION = "duration"
    """Result: how long the cycle took."""
    FAULT = "fault"
    """Process value: the machine's fault code, 0 for none."""
    PERMIT_REQUIRED = "permit_required"
    """Command: 1 while the machine may only run permitted cycles."""
    PERMITTED_CYCLE = "permitted_cycle"
    """Command: the number of the one cycle the machine may run."""
    STATION_HEARTBEAT = "station_heartbeat"
    """Heartbeat we write; a permit is void when it stops."""
    MACHINE_HEARTBEAT = "machine_heartbeat"
    """Heartbeat the machine's program moves."""


class DataType(StrEnum):
    """How a value stands in the machine."""

    BOOL = "bool"
    INT16 = "int16"
    UINT16 = "uint16"
    INT32 = "int32"
    UINT32 = "uint32"
    INT64 = "int64"
    UINT64 = "uint64"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    BCD16 = "bcd16"
    """Four decimal digits in 16 bits."""
    BCD32 = "bcd32"
    """Eight decimal digits in 32 bits."""
    STRING = "string"


@dataclass(frozen=True, slots=True)
class AlarmText:
    """What an alarm bit means to a person."""

    text: str
    consequence: str = ""
    action: str = ""
    priority: str = "medium"


@dataclass(frozen=True, slots=True)
class WriteRule:
    """Who may write a tag by hand, and when. Without one only the station itself writes (permits, heartbeat).

    `roles` are names of people's roles; `states` PackML or MachineryItemState names the machine must be in (empty: any);
    `step` the largest change at once in the tag's unit; `interval_ms` the least time between two writes.
    """

    roles: tuple[str, ...]
    states: tuple[str, ...] = ()
    step: float | None = None
    interval_ms: int = 1000


@dataclass(frozen=True, slots=True)
class Tag:
    """One named value of one machine.

    `address` is in the driver's own notation (`holding:100`, `coil:3`, `holding:100.5` for a bit, `holding:100[2]` for an
    element; an OPC UA node id, with `/Field` for a structure's field, `[2]` for an element, `#3` for a bit). The value a
    person sees is `raw * scale + offset` in `unit`.
    """

    name: str
    address: str
    data_type: DataType
    role: Role
    purpose: Purpose | None = None
    unit: str = ""
    scale: float = 1.0
    offset: float = 0.0
    group: str = "normal"
    low: float | None = None
    high: float | None = None
    writable: bool = False
    title: str = ""
    alarm: AlarmText | None = None
    states: Mapping[int, str] = field(default_factory=dict[int, str])
    """For `Role.STATE`: raw value to PackML state name; empty means the numbers of OPC 30060."""
    texts: Mapping[int, str] = field(default_factory=dict[int, str])
    """What each number of an enumeration or an alarm code means to a person."""
    deadband: float = 0.0
    """In `unit`: a value that moved less since it was last told is told as it was."""
    span: tuple[float, float] | None = None
    """What the instrument can measure, in `unit`; a value outside is bad, because it can't be true."""
    write: WriteRule | None = None
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The driver's own keys of this tag (Modbus: `order`, `encoding`, `length`)."""
