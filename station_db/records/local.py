"""What stays at the station: drafts, answers to commands, counter positions, curves. Not journalled, empty at the centre."""

from __future__ import annotations

from dataclasses import dataclass

from station_db.records.base import Digest, Instant, RecordId


@dataclass(frozen=True, slots=True)
class Draft:
    """Something half typed; an empty text deletes it. `key` is the step run's id."""

    key: str
    text: str
    person: str
    at: Instant


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """The answer to a command: asked again by its id, it is the same. `code` and `args` become a sentence in `hmi.messages`."""

    id: str
    done: bool
    code: str
    args: tuple[str, ...]
    at: Instant


DOUBTED = -(2**62)
"""The boot of a position that may be older than the record: what the counter did since is for a person to settle."""


@dataclass(frozen=True, slots=True)
class CounterPosition:
    """Where a machine's counter stood when it was last believed."""

    machine: str
    counter: str
    value: int
    boot: int | None
    at: Instant


@dataclass(frozen=True, slots=True)
class Curve:
    """The samples of one cycle. `data` is little-endian float32, one channel after the other, `count` samples each.

    `digest` is SHA-256 over names, units, count and data (`station_db.signals.curve_digest`).
    """

    digest: Digest
    machine: str
    cycle: RecordId
    names: tuple[str, ...]
    units: tuple[str, ...]
    count: int
    data: bytes
