"""Is the machine there? Freshness belongs to the source: any valid answer counts, and its heartbeat must move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from drivers.reading import Batch, LinkDown
from drivers.tag import Purpose, Value
from hmi.station.codes import Code
from hmi.station.legible import legible
from hmi.station.turn import Turn
from hmi.station.wiring import Image, Wiring, believed
from station_db.records.base import Instant
from station_db.records.equipment import LinkGap

SILENT_NS = 1_500_000_000
"""A device not heard for so long, or whose heartbeat stands so long, is not live (promise 2)."""
FIRST_CONTACT_NS = 5_000_000_000
"""After the start a machine gets so long to answer before it is called silent."""


class LinkState(StrEnum):
    """How a machine's link stands."""

    NEW = "new"
    UP = "up"
    DOWN = "link_down"
    SILENT = "machine_silent"
    FROZEN = "machine_frozen"


@dataclass(frozen=True, slots=True)
class Link:
    """What a person is told of the link; `gap` is the record of the time not heard."""

    state: LinkState = LinkState.NEW
    code: str = ""
    reason: str = ""
    gap: LinkGap | None = None

    @property
    def is_live(self) -> bool:
        """Whether what the machine last said may be believed now."""
        return self.state is LinkState.UP


@dataclass(frozen=True, slots=True)
class Watch:
    """What changes with every scan: when it was heard, its values, when its heartbeat moved."""

    heard_ns: int
    beat_ns: int
    image: Image = field(default_factory=dict[str, None])
    read_ns: int | None = None
    """When the counters were read last."""
    moved_ns: int = 0
    """When one of them was last told to be another than before."""
    counted_ns: int | None = None
    """The last scan whose counters were understood, `counted_at` by the wall; None before the first of this life."""
    counted_at: Instant | None = None
    quiet_ns: int | None = None
    """The scan understood before the last part was seen: none was made before it that is not counted."""
    unsettled_ns: int | None = None
    """Since when the counters contradict each other, which a subscription's parts may do for a moment."""


def heard(watch: Watch, heard_ns: int) -> Watch:
    """The device answered."""
    return replace(watch, heard_ns=max(watch.heard_ns, heard_ns))


def scanned(watch: Watch, wiring: Wiring, batch: Batch) -> Watch:
    """The device sent values."""
    fresh = believed(batch)
    tag = wiring.by_purpose.get(Purpose.MACHINE_HEARTBEAT)
    moved = tag is not None and has_beaten(watch.image.get(tag.name), fresh.get(tag.name))
    beat_ns = batch.heard_ns if moved else watch.beat_ns
    read_ns = batch.heard_ns if batch.group == wiring.count_group else watch.read_ns
    heard_of = replace(heard(watch, batch.heard_ns), image={**watch.image, **fresh}, beat_ns=beat_ns, read_ns=read_ns)
    counters = (wiring.by_purpose[purpose].name for purpose in wiring.counters)
    has_moved = any(name in fresh and fresh[name] != watch.image.get(name) for name in counters)
    return replace(heard_of, moved_ns=batch.heard_ns) if has_moved else heard_of


def has_beaten(before: Value, now: Value) -> bool:
    """Whether a heartbeat moved. One that can't be read moves nothing, neither by going bad nor by coming back."""
    return before is not None and now is not None and now != before


def judge(link: Link, watch: Watch, wiring: Wiring, mono: int) -> LinkState:
    """How the link stands at `mono`, as far as freshness says."""
    if link.state is LinkState.DOWN:
        return LinkState.DOWN
    patience = FIRST_CONTACT_NS if link.state is LinkState.NEW else SILENT_NS
    if mono - watch.heard_ns > patience:
        return LinkState.SILENT
    tag = wiring.by_purpose.get(Purpose.MACHINE_HEARTBEAT)
    beats = tag is not None and tag.name in watch.image
    if beats and mono - watch.beat_ns > SILENT_NS:
        return LinkState.FROZEN
    return LinkState.NEW if link.state is LinkState.NEW else LinkState.UP


REASONS: Mapping[LinkState, tuple[Code, str]] = {
    LinkState.SILENT: (Code.MACHINE_SILENT, "no answer"),
    LinkState.FROZEN: (Code.MACHINE_FROZEN, "its heartbeat stands still"),
}


def lose(link: Link, event: LinkDown, turn: Turn) -> Link:
    """The driver lost the device."""
    return _gone(link, LinkState.DOWN, event.code, legible(event.reason), event.device, turn)


def doubt(link: Link, state: LinkState, machine: str, turn: Turn) -> Link:
    """The device is silent or its program stands."""
    code, reason = REASONS[state]
    return _gone(link, state, code, reason, machine, turn)


def regain(link: Link, turn: Turn) -> Link:
    """The device is heard again."""
    if link.gap is not None:
        turn.keep(replace(link.gap, to_at=turn.not_before(link.gap.from_at)))
    return Link(LinkState.UP)


def _gone(link: Link, state: LinkState, code: str, reason: str, machine: str, turn: Turn) -> Link:
    if link.state is state and link.code == code:
        return link
    gap = link.gap
    if gap is None:
        gap = LinkGap(id=turn.new_id(), machine=machine, from_at=turn.now.wall, code=code, reason=reason)
        turn.keep(gap)
    return Link(state, code, reason, gap)
