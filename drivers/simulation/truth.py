"""What really happened at a simulated machine, kept in a file the app never reads: the tests' oracle."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO


@dataclass(frozen=True, slots=True)
class ProgramStarted:
    """The machine's program began; counters and permit words are 0 from here."""

    boot: int


@dataclass(frozen=True, slots=True)
class PartMade:
    """A cycle was completed. `part` counts the parts of this truth log and never starts anew."""

    cycle: int
    boot: int
    good: bool
    part: int


@dataclass(frozen=True, slots=True)
class PartAborted:
    """A restart of the program cut a cycle off; it counts nowhere."""

    cycle: int
    boot: int


@dataclass(frozen=True, slots=True)
class PermitUsed:
    """A cycle was started by its permit."""

    cycle: int


@dataclass(frozen=True, slots=True)
class PermitVoid:
    """A permit was lost unused because the station's heartbeat stopped."""

    cycle: int


@dataclass(frozen=True, slots=True)
class WriteReceived:
    """The station wrote a word (its heartbeat is left out: it would be most of the file)."""

    tag: str
    value: int


@dataclass(frozen=True, slots=True)
class CounterPreset:
    """A scenario set a counter."""

    counter: str
    value: int


TruthEvent = ProgramStarted | PartMade | PartAborted | PermitUsed | PermitVoid | WriteReceived | CounterPreset

_WORDS: dict[type[Any], str] = {
    ProgramStarted: "start",
    PartMade: "part",
    PartAborted: "aborted",
    PermitUsed: "permit_used",
    PermitVoid: "permit_void",
    WriteReceived: "write",
    CounterPreset: "preset",
}


def line_of(event: TruthEvent) -> str:
    """Say an event as one line of JSON without its line end."""
    return json.dumps({"what": _WORDS[type(event)], **asdict(event)})


class TruthLog:
    """A file of JSON lines, each handed to the operating system at once, so that it survives a kill of the simulator."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: TextIO = path.open("a+", encoding="utf-8", newline="\n", buffering=1)

    def last_part(self) -> int:
        """The number of the last part already in the file, 0 for none."""
        self._file.seek(0)
        last = 0
        for line in self._file:
            last = json.loads(line).get("part", last)
        return last

    def write(self, event: TruthEvent) -> None:
        """Append one event."""
        self._file.write(line_of(event) + "\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()
