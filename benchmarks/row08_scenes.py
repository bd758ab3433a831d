"""What may make a poll late, one at a time: what is left behind for the engine, and what runs beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from benchmarks.children import child
from benchmarks.loaded_station import Plant, busy_screen, fall_behind, leave_frames

BACKLOG = 20_000
HOURS = 12.0
"""Frames of so long wait to be rolled up: more than the writer rolls in a short run."""
BACKUP_BACKLOG = 60_000
"""Entries of a record that takes a while to copy and check."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A load by name; `is_done` says that the part of it that ends is over."""

    name: str
    leave: Callable[[Plant], None]
    beside: Callable[[Plant], AbstractContextManager[object]]
    is_sent: bool = False
    """The backlog goes to the centre: only the time until it is there counts."""


@contextmanager
def nothing(_made: Plant) -> Iterator[None]:
    """Runs nothing."""
    yield


@contextmanager
def backups(made: Plant) -> Iterator[None]:
    """One backup after another, as a person would make them while the station runs."""
    with child(made.station.parent, "backups", "benchmarks.backups", str(made.station)):
        yield


def leave_nothing(made: Plant) -> None:
    """A fresh station."""
    made.data.mkdir(exist_ok=True)


SCENES = (
    Scene("quiet", leave_nothing, nothing),
    Scene("busy screen", leave_nothing, lambda made: busy_screen(made.station)),
    Scene("draining", lambda made: fall_behind(made.data, BACKLOG), nothing, is_sent=True),
    Scene(
        "busy screen, draining",
        lambda made: fall_behind(made.data, BACKLOG),
        lambda made: busy_screen(made.station),
        is_sent=True,
    ),
    Scene("rolling up", lambda made: leave_frames(made.data, HOURS), nothing),
    Scene("backing up", lambda made: fall_behind(made.data, BACKUP_BACKLOG), backups),
)
