"""Everything that may travel between screen and engine besides the facts: the hello, questions, the store's generation."""

from __future__ import annotations

from dataclasses import dataclass

from hmi.channel.facts import Fact, LiveCurve, LiveValues, Pulse, Snapshot
from hmi.station.commands import Answer, Command

VERSION = 1
"""Of the channel's frames and types; screen and engine of one installation are equal."""


@dataclass(frozen=True, slots=True)
class Hello:
    """The first message of each side; after the screen's the engine goes on with the snapshot."""

    station: str
    version: int = VERSION
    app_version: str = ""


@dataclass(frozen=True, slots=True)
class AskOutcome:
    """What came of the command with this id? Asked after the channel dropped, instead of sending again."""

    id: str


@dataclass(frozen=True, slots=True)
class StoreGeneration:
    """The store was opened (again): readers of an older `number` must close and open anew."""

    number: int
    folder: str


Message = Hello | Snapshot | Fact | Pulse | LiveValues | LiveCurve | Command | AskOutcome | Answer | StoreGeneration
