"""Keeps the raw samples of high-rate channels around what happened: alarms, bad parts, features above their limits."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from drivers.reading import Batch, Waveform
from drivers.waveforms.setup import Channel, Occasion
from hmi.clock import Clock
from hmi.engine.raw_window import LATE_US, Piece, RawStream
from hmi.settings import Machine
from station_db.records.base import Digest, Instant, RecordId, Verdict
from station_db.records.changes import Changes
from station_db.records.equipment import AlarmEvent
from station_db.records.production import Cycle
from station_db.waveform_codec import packed
from station_db.waveforms import KeptWaveform, PackedWaveform

log = logging.getLogger(__name__)

LOOK_S = 1.0
_REMEMBERED = 1000
"""Records that were an occasion: a later version of one is none."""
_US = 1_000_000


@dataclass(frozen=True, slots=True)
class _Kept:
    """A piece on its way to the disk."""

    head: KeptWaveform
    samples: bytes
    scale: float
    budget_bytes: int


class _RawChannel:
    """One channel: its stream, and what it is kept for."""

    def __init__(self, machine: str, channel: Channel) -> None:
        self._machine = machine
        self.channel = channel
        self.stream = RawStream(channel.keeping.before_s, channel.keeping.after_s)
        self.over: set[str] = set()
        """The features above their limits."""
        self.patience_us = LATE_US + round(3 * channel.every_s * _US)
        source = channel.folder or channel.link
        self._scale = 1.0 if source is None else source.scale

    def crossed(self, batch: Batch) -> list[str]:
        """The features that went above their limit with this scan."""
        said = dict(zip(batch.tags, batch.values, strict=True))
        alarms = {name: said.get(self.channel.alarm(name)) for name in self.channel.features.limits}
        crossed = [name for name, is_over in alarms.items() if is_over and name not in self.over]
        self.over |= set(crossed)
        self.over -= {name for name, is_over in alarms.items() if is_over is False}
        return crossed

    def kept(self, piece: Piece) -> _Kept:
        """A piece as it is stored."""
        channel, from_at = self.channel, Instant(piece.from_at)
        count = len(piece.samples) // 4
        head = KeptWaveform(
            self._machine, channel.name, channel.unit, channel.rate_hz, from_at, count, piece.lost, piece.causes, Digest("")
        )
        return _Kept(head, piece.samples, self._scale, channel.keeping.budget_bytes)


class RawKeeper:
    """All channels of a station. Pieces are packed in a thread, one after another, and handed to `keep`."""

    def __init__(self, machines: Sequence[Machine], keep: Callable[[PackedWaveform], None], clock: Clock) -> None:
        self._channels: Mapping[str, Mapping[str, _RawChannel]] = {
            machine.id: {channel.name: _RawChannel(machine.id, channel) for channel in machine.waveforms}
            for machine in machines
            if machine.waveforms
        }
        self._keep = keep
        self._clock = clock
        self._waiting: asyncio.Queue[_Kept] = asyncio.Queue()
        self._in_hand: _Kept | None = None
        self._unkept: set[tuple[str, str]] = set()
        self._seen: OrderedDict[RecordId, None] = OrderedDict()

    def hear(self, event: Waveform | Batch) -> None:
        """Take samples, or the features of a channel."""
        name = event.channel if isinstance(event, Waveform) else event.group
        raw = self._channels.get(event.device, {}).get(name)
        if raw is None:
            self._say_unkept(event.device, name)
            return
        if isinstance(event, Waveform):
            self._put(raw, raw.stream.take(event))
            return
        for feature in raw.crossed(event):
            if Occasion.LIMIT in raw.channel.keeping.occasions:
                self._put(raw, raw.stream.happened(event.at, f"{Occasion.LIMIT}:{feature}"))

    def committed(self, changes: Changes) -> None:
        """Look whether what was just recorded is an occasion."""
        if not self._channels:
            return
        for entry in changes.entries:
            match entry.record:
                case AlarmEvent() as alarm if alarm.went_at is None and alarm.source in self._channels:
                    self._happened(alarm.source, Occasion.ALARM, alarm.code, alarm.id, alarm.came_at)
                case Cycle() as cycle if cycle.verdict is Verdict.BAD and cycle.machine in self._channels:
                    self._happened(cycle.machine, Occasion.BAD_PART, str(cycle.number), cycle.id, cycle.ended_at)
                case _:
                    pass

    async def run(self) -> None:
        """Pack and hand on what is complete, and close what gets no more samples, for ever."""
        while True:
            try:
                async with asyncio.timeout(LOOK_S):
                    self._in_hand = await self._waiting.get()
            except TimeoutError:
                self._expire()
                continue
            await self._hand_on(self._in_hand)

    async def close(self) -> None:
        """Hand on all that is held, as far as it came."""
        for raw in self._all():
            self._put(raw, raw.stream.expire(2**63))
        if self._in_hand is not None:  # `run` was ended before it was handed on
            await self._hand_on(self._in_hand)
        while not self._waiting.empty():
            await self._hand_on(self._waiting.get_nowait())

    async def _hand_on(self, piece: _Kept) -> None:
        self._keep(await asyncio.to_thread(_packed, piece))
        self._in_hand = None

    def _happened(self, machine: str, occasion: Occasion, what: str, record: RecordId, at: int) -> None:
        if record in self._seen:
            return
        self._seen[record] = None
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        for raw in self._channels[machine].values():
            is_own = occasion is Occasion.ALARM and what in map(raw.channel.alarm, raw.channel.features.limits)
            if occasion in raw.channel.keeping.occasions and not is_own:
                self._put(raw, raw.stream.happened(at, f"{occasion}:{what}"))

    def _expire(self) -> None:
        now = self._clock.moment().wall
        for raw in self._all():
            self._put(raw, raw.stream.expire(now - raw.patience_us))

    def _put(self, raw: _RawChannel, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            self._waiting.put_nowait(raw.kept(piece))

    def _say_unkept(self, machine: str, channel: str) -> None:
        if (machine, channel) not in self._unkept:
            self._unkept.add((machine, channel))
            log.warning("%s tells a channel '%s' that station.toml does not know; nothing of it is kept", machine, channel)

    def _all(self) -> list[_RawChannel]:
        return [raw for channels in self._channels.values() for raw in channels.values()]


def _packed(piece: _Kept) -> PackedWaveform:
    return packed(piece.head, piece.samples, piece.scale, piece.budget_bytes)
