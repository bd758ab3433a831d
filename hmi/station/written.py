"""What people have written to machines: writes not answered yet, the last of each tag, recipes under way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hmi.settings import Recipe
from station_db.records.base import RecordId
from station_db.records.equipment import DownloadState, MachineWrite, RecipeDownload

Key = tuple[str, str]
"""Machine and tag."""


@dataclass(frozen=True, slots=True)
class Setpoints:
    """Writes by record id that are not answered yet, and the last write of each tag with when it was asked."""

    pending: Mapping[RecordId, MachineWrite] = field(default_factory=dict[RecordId, MachineWrite])
    last: Mapping[Key, MachineWrite] = field(default_factory=dict[Key, MachineWrite])
    asked_ns: Mapping[Key, int] = field(default_factory=dict[Key, int])


@dataclass(frozen=True, slots=True)
class Download:
    """A recipe under way, or how the last one ended; `actor` is who asked for it."""

    record: RecipeDownload
    recipe: Recipe
    actor: str

    @property
    def is_running(self) -> bool:
        """Whether values are still to be written."""
        return self.record.state is DownloadState.RUNNING
