"""How fresh each device is, and what it last said: the ages of the pulse, and the present for a core that begins anew."""

from __future__ import annotations

from dataclasses import dataclass, field

from drivers.reading import Batch, Condition, Event, LinkDown, LinkUp, Lost, Quality, Refreshed, Remark, Waveform
from drivers.tag import Purpose, Value
from hmi.channel.facts import SourceAge
from hmi.clock import Monotonic
from hmi.settings import Machine

SILENT_NS = 1_500_000_000
"""A device not heard for so long, or whose heartbeat stands so long, is not live."""


@dataclass(slots=True)
class _Group:
    period_ns: int
    last: Batch | None = None
    last_ns: Monotonic = 0
    said: dict[str, tuple[Value, Quality]] = field(default_factory=dict[str, tuple[Value, Quality]])


class Source:
    """One device."""

    def __init__(self, machine: Machine) -> None:
        self._device = machine.id
        self._groups = {name: _Group(period * 1_000_000) for name, period in machine.groups.items()}
        beats = [tag.name for tag in machine.tags if tag.purpose is Purpose.MACHINE_HEARTBEAT]
        self._heartbeat = beats[0] if beats else None
        self._beat: Value = None
        self._beat_ns: Monotonic = 0
        self._heard_ns: Monotonic = 0
        self._link: LinkUp | LinkDown | None = None
        self._remarks: dict[str, Remark] = {}
        self._conditions: dict[str, Condition] = {}
        self._refreshed: Refreshed | None = None

    def hear(self, event: Event) -> None:
        """Take note of an event. A keep-alive says that no group has anything new: what it said last still holds."""
        if isinstance(event, LinkDown):
            self._forget(event)
            return
        if isinstance(event, Remark | Condition | Refreshed | Lost | Waveform):
            self._note(event)
            return
        self._heard_ns = max(self._heard_ns, event.heard_ns)
        if isinstance(event, LinkUp):
            self._link = event
            self._forget_conditions()
        elif isinstance(event, Batch):
            self._scan(event)
        else:
            self._still(event.heard_ns)

    def age(self, now: Monotonic) -> SourceAge:
        """How old each part is."""
        groups = tuple((name, group.last_ns, group.period_ns) for name, group in self._groups.items() if group.last)
        return SourceAge(self._device, self._heard_ns, groups, self._is_beating(now))

    def is_live(self, now: Monotonic) -> bool:
        """Whether the machine is there: its link up, heard, its program running."""
        is_down = self._link is None or isinstance(self._link, LinkDown)
        return not is_down and now - self._heard_ns <= SILENT_NS and self._is_beating(now)

    def present(self) -> list[Event]:
        """What a core must hear to know the device as it is now: link, remarks, alarms, then all values, as old as they are."""
        told = [self._link, *self._remarks.values(), *self._conditions.values(), self._refreshed]
        said: list[Event] = [event for event in told if event is not None]
        return said + [_whole(group.last, group.said) for group in self._groups.values() if group.last]

    def _note(self, event: Event) -> None:
        """What is said besides values, and proves no value fresh: the newest of each remark and each condition."""
        match event:
            case Remark():
                self._remarks.pop(event.code, None)
                if not event.is_over:
                    self._remarks[event.code] = event
            case Condition():
                self._conditions.pop(event.id, None)
                if event.is_active or event.is_retained:
                    self._conditions[event.id] = event
            case Refreshed():
                self._refreshed = event
            case _:
                pass

    def _forget(self, event: LinkDown) -> None:
        self._link = event
        self._forget_conditions()
        for group in self._groups.values():
            group.last = None
            group.said.clear()

    def _forget_conditions(self) -> None:
        """The machine tells them all anew once the link is."""
        self._conditions.clear()
        self._refreshed = None

    def _scan(self, batch: Batch) -> None:
        group = self._groups[batch.group]
        group.last, group.last_ns = batch, batch.heard_ns
        qualities = batch.qualities or [Quality.GOOD] * len(batch.tags)
        group.said |= {name: (value, quality) for name, value, quality in zip(batch.tags, batch.values, qualities, strict=True)}
        if self._heartbeat in batch.tags:
            self._follow_beat(batch.values[batch.tags.index(self._heartbeat)], batch.heard_ns)

    def _follow_beat(self, beat: Value, heard_ns: Monotonic) -> None:
        if beat is not None and beat != self._beat:
            self._beat, self._beat_ns = beat, heard_ns

    def _is_beating(self, now: Monotonic) -> bool:
        return self._heartbeat is None or now - self._beat_ns <= SILENT_NS

    def _still(self, heard_ns: Monotonic) -> None:
        for group in self._groups.values():
            if group.last is not None:
                group.last_ns = max(group.last_ns, heard_ns)


def _whole(last: Batch, said: dict[str, tuple[Value, Quality]]) -> Batch:
    values, qualities = zip(*said.values(), strict=True) if said else ((), ())
    return Batch(last.device, last.group, tuple(said), values, last.at, last.heard_ns, qualities)
