"""What the core must know of its station and machines before anything happens."""

from __future__ import annotations

from dataclasses import dataclass

from hmi.settings import Machine


@dataclass(frozen=True, slots=True)
class Setup:
    """The station; the first machine is the main one (counts, timeline, chart)."""

    id: str
    name: str
    area: str
    zone: str
    machines: tuple[Machine, ...]
    has_centre: bool
    version: str
    backup_every_us: int = 0
    """The period of backups; 0 where none are made."""
