"""The machine over time: states, links, alarms, writes; and the engine's own runs."""

from __future__ import annotations

from enum import StrEnum

from station_db.records.base import Instant, RecordId, record


class ItemState(StrEnum):
    """MachineryItemState of OPC 40001-1, and unknown, which is never mapped to another."""

    EXECUTING = "executing"
    NOT_EXECUTING = "not_executing"
    OUT_OF_SERVICE = "out_of_service"
    NOT_AVAILABLE = "not_available"
    UNKNOWN = "unknown"


@record("equipment_state")
class EquipmentState:
    """One interval of one machine's state; open while `ended_at` is None. Intervals neither overlap nor leave gaps."""

    id: RecordId
    machine: str
    state: ItemState
    packml: str = ""
    started_at: Instant
    ended_at: Instant | None = None
    reason: str = ""


@record("link_gap")
class LinkGap:
    """A time in which a machine was not heard."""

    id: RecordId
    machine: str
    from_at: Instant
    to_at: Instant | None = None
    code: str
    reason: str


@record("alarm_event")
class AlarmEvent:
    """An alarm of a machine (its bit, code or condition) or of the station itself (process, link, store, sync).

    `acknowledged_by` is the person, or the machine's name where it was acknowledged over there.
    """

    id: RecordId
    source: str
    code: str
    priority: str
    text: str
    came_at: Instant
    went_at: Instant | None = None
    acknowledged_at: Instant | None = None
    acknowledged_by: str | None = None


class WriteState(StrEnum):
    """What we know of a machine write."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@record("machine_write")
class MachineWrite:
    """A value asked of a machine, and what came of it. Found `asked` after a restart it is unknown and never repeated.

    `old_value` is what stood there when it was asked; `group_id` joins the writes of one recipe.
    """

    id: RecordId
    machine: str
    tag: str
    value: float
    state: WriteState
    permit: RecordId | None = None
    asked_at: Instant
    ended_at: Instant | None = None
    reason: str = ""
    old_value: float | None = None
    group_id: str | None = None


class DownloadState(StrEnum):
    """How a recipe's way into the machine stands."""

    RUNNING = "running"
    CONFIRMED = "confirmed"
    NOT_DONE = "not_done"


@record("recipe_download")
class RecipeDownload:
    """A recipe written to a machine: `confirmed` of `total` values were read back. Its writes name it as their group.

    Found running after a restart it is not done: what was not confirmed before nobody writes any more.
    """

    id: RecordId
    machine: str
    recipe: str
    state: DownloadState = DownloadState.RUNNING
    total: int
    confirmed: int = 0
    started_at: Instant
    ended_at: Instant | None = None
    reason: str = ""


@record("engine_run")
class EngineRun:
    """One life of the engine; without `ended_at` it was killed or still runs."""

    id: RecordId
    version: str
    started_at: Instant
    ended_at: Instant | None = None


@record("epoch")
class EpochOpened:
    """The first entry of an epoch: which one it follows."""

    id: RecordId
    epoch_no: int
    parent: str | None = None
    parent_seq: int = 0
    parent_head: str = ""
    reason: str
    opened_at: Instant
