"""What the engine and its uplink process say to each other over the pipe: frames of length (uint32), type (uint8) and JSON."""

from __future__ import annotations

import base64
import json
import struct
import types
import typing
from dataclasses import asdict, dataclass, fields, is_dataclass
from functools import cache
from typing import Any

from hmi.station.topics import SyncTopic
from station_db.feed import Snapshot
from station_db.journal import FeedEntry
from station_db.reconciled import ReconciledDay

HEAD = struct.Struct("<IB")
MAX_FRAME = 256 * 1024 * 1024
"""Bytes behind the length; more is no message of ours."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between tries."""

    fetch_s: float = 5.0
    """Orders made at the centre are here after so long at most."""
    first_s: float = 1.0
    """The longest pause after the first failure; it doubles with each further one."""
    longest_s: float = 60.0
    refused_s: float = 30.0
    """While the centre refuses us: a person has to do something first."""
    reconcile_s: float = 3600.0
    """Between two comparisons of whole days; there is one after each reconnect too."""


@dataclass(frozen=True, slots=True)
class Begin:
    """The first word to the uplink: whose records go where. The password travels here and nowhere else."""

    station: str
    folder: str
    url: str
    password: str
    app_version: str
    pace: Pace = Pace()


@dataclass(frozen=True, slots=True)
class Recorded:
    """Something new was recorded."""


@dataclass(frozen=True, slots=True)
class TryNow:
    """A person wants it tried now."""


@dataclass(frozen=True, slots=True)
class ExportAside:
    """A person wants what is set aside as a file."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """The order that is worked on here; empty: none."""

    order: str = ""


@dataclass(frozen=True, slots=True)
class Ping:
    """Are you there?"""


@dataclass(frozen=True, slots=True)
class Applied:
    """What was handed over under this number is in the record, or (with a reason) is not."""

    number: int
    reason: str = ""
    is_feed_bad: bool = False
    """It is what the centre sent that can't be applied; else our own disk will not, and it is asked for again."""


@dataclass(frozen=True, slots=True)
class End:
    """Say the last words and end. A closed pipe means the same."""


@dataclass(frozen=True, slots=True)
class Pong:
    """Yes."""


@dataclass(frozen=True, slots=True)
class Stands:
    """How the centre stands."""

    sync: SyncTopic


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the centre had for us; to be answered by `Applied`. No entries at all say that it was heard."""

    number: int
    entries: tuple[FeedEntry, ...]


@dataclass(frozen=True, slots=True)
class FetchedAnew:
    """What stands for all of the centre's history up to a place; to be answered by `Applied`."""

    number: int
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Compared:
    """Days that are the same here and at the centre; to be answered by `Applied`.

    `wrong` entries are not the same, from `first` (epoch and number) on: a person must look at them.
    """

    number: int
    days: tuple[ReconciledDay, ...]
    wrong: int = 0
    first: str = ""


@dataclass(frozen=True, slots=True)
class ClockRead:
    """What must be added to this clock to have the centre's, in microseconds."""

    offset_us: int
    within_us: int


@dataclass(frozen=True, slots=True)
class Shared:
    """Other stations that work on the order under way here."""

    order: str
    stations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exported:
    """What is set aside was written into a file, or (with a reason) was not."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class SignalsArrived:
    """The centre has a signals file's blocks and curves up to these numbers: where room is wanted, they go first."""

    block: int
    curve: int


ToUplink = Begin | Recorded | TryNow | ExportAside | UnderWay | Ping | Applied | End
FromUplink = Pong | Stands | Fetched | FetchedAnew | Compared | ClockRead | Shared | Exported | SignalsArrived
Message = ToUplink | FromUplink

TYPES: tuple[type[Any], ...] = (*typing.get_args(ToUplink), *typing.get_args(FromUplink))
_NUMBERS = {cls: number for number, cls in enumerate(TYPES)}


class PipeError(Exception):
    """What came over the pipe is no message of ours."""


def encode(message: Message) -> bytes:
    """One message as one frame."""
    body = json.dumps(asdict(message), default=_as_text, separators=(",", ":")).encode()
    return HEAD.pack(len(body) + 1, _NUMBERS[type(message)]) + body


def body_length(head: bytes) -> tuple[int, int]:
    """The type and the length of the JSON that follow a frame's head. Raises `PipeError`."""
    length, number = HEAD.unpack(head)
    if not 1 <= length <= MAX_FRAME or number >= len(TYPES):
        raise PipeError(f"a frame of type {number} with {length} bytes")
    return number, length - 1


def decode(number: int, body: bytes) -> Any:
    """The message of a frame's type and JSON. Raises `PipeError`."""
    try:
        return _built(TYPES[number], json.loads(body))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise PipeError(f"a {TYPES[number].__name__} that can't be read: {error}") from error


def _as_text(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} does not travel")


def _built(kind: Any, value: Any) -> Any:
    """A JSON value as what its field is declared to be."""
    if value is None:
        return None
    if is_dataclass(kind):
        hints = _hints(kind)
        return typing.cast(type[Any], kind)(**{name: _built(hints[name], each) for name, each in value.items()})
    if typing.get_origin(kind) is tuple:
        return tuple(_built(typing.get_args(kind)[0], each) for each in value)
    if typing.get_origin(kind) is types.UnionType:
        return _built(next(each for each in typing.get_args(kind) if each is not types.NoneType), value)
    return base64.b64decode(value, validate=True) if kind is bytes else value


@cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}
