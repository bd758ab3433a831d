"""A driver whose high-rate channels have become tags too: features as values, the samples handed on to be kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial

from drivers.driver import ChangeTeller, ConditionKeeper, Driver, MethodCaller, Stamp
from drivers.reading import Batch, Event, Heard, LinkDown, LinkUp, Samples, Waveform
from drivers.tag import Tag, Value
from drivers.waveforms.files import FileChannel
from drivers.waveforms.merging import merged
from drivers.waveforms.setup import Channel
from drivers.waveforms.told import ToldChannel

MANY_SAMPLES = 65_536
"""So many take milliseconds to look at, which other machines' polls must not wait for."""
SILENT_NS = 1_500_000_000
"""A machine not heard for so long is not there."""
_PERIODS = 2
_MORE_NS = 500_000_000
"""A channel of which nothing came for two of its periods and half a second is silent."""


def with_waveforms(inner: Driver, device: str, channels: Sequence[Channel], stamp: Stamp) -> Driver:
    """Return `inner` with its channels' features as tags."""
    return WaveformDriver(inner, device, channels, stamp)


class _Heard:
    """One channel and when it last said something; None while its machine is not there."""

    def __init__(self, device: str, channel: Channel) -> None:
        self.told = ToldChannel(device, channel)
        self.silence_ns = _PERIODS * channel.period_ms * 1_000_000 + _MORE_NS
        self.heard_ns: int | None = None


class WaveformDriver:
    """See `drivers.driver.Driver`. What the driver inside can do beside that, this one can."""

    def __init__(self, inner: Driver, device: str, channels: Sequence[Channel], stamp: Stamp) -> None:
        self._inner = inner
        self._channels = {channel.name: _Heard(device, channel) for channel in channels}
        self._files = [FileChannel(device, channel, channel.folder, stamp) for channel in channels if channel.folder is not None]
        self._heard_ns: int | None = None
        """When the machine itself was heard last; None while its link is down."""
        if isinstance(inner, MethodCaller):
            self.call = inner.call
        if isinstance(inner, ConditionKeeper):
            self.acknowledge = inner.acknowledge
            self.confirm = inner.confirm
        if isinstance(inner, ChangeTeller):
            self.tells_changes = inner.tells_changes

    async def events(self) -> AsyncIterator[Event]:
        """Yield what the machine says, and the features of its channels, until `close`."""
        spoken = self._spoken()
        files = [self._filed(each) for each in self._files]
        async with aclosing(merged(spoken, files) if files else spoken) as told:
            async for event in told:
                yield event

    async def read(self, tags: Sequence[Tag]) -> Sequence[Value]:
        """Read now; of a feature, what it was last. Raises `UnreachableError`."""
        asked = [tag for tag in tags if tag.group not in self._channels]
        values = dict(zip((tag.name for tag in asked), await self._inner.read(asked) if asked else (), strict=True))
        return [
            self._channels[tag.group].told.known.get(tag.name) if tag.group in self._channels else values[tag.name]
            for tag in tags
        ]

    async def write(self, tag: Tag, value: Value) -> None:
        """Write once. Raises as the driver inside does."""
        await self._inner.write(tag, value)

    async def close(self) -> None:
        """End the link; `events()` stops."""
        await self._inner.close()

    async def _spoken(self) -> AsyncGenerator[Event, None]:
        """What comes by the machine's own link."""
        async for event in self._inner.events():
            yield event
            if isinstance(event, Waveform):
                for made in await self._made(event):
                    yield made
            else:
                self._note(event)
                for silence in self._silences(event):
                    yield silence

    async def _filed(self, files: FileChannel) -> AsyncGenerator[Event, None]:
        """What comes from a folder. It is no sign of life of the machine: without one it goes to the signals only."""
        async with aclosing(files.stretches()) as stretches:
            async for told in stretches:
                if not isinstance(told, Waveform):
                    yield told
                    continue
                heard_ns = self._heard_ns
                is_there = heard_ns is not None and told.heard_ns - heard_ns <= SILENT_NS
                stretch = replace(told, heard_ns=heard_ns) if is_there else replace(told, is_past=True)
                yield stretch
                for made in await self._made(stretch):
                    yield made

    async def _made(self, stretch: Waveform) -> Sequence[Event]:
        heard = self._channels.get(stretch.channel)
        if heard is None:
            return ()
        if not stretch.is_past:
            heard.heard_ns = stretch.heard_ns
        make = partial(_all_of, heard.told, stretch)
        return await asyncio.to_thread(make) if len(stretch.samples) > 4 * MANY_SAMPLES else make()

    def _note(self, event: Event) -> None:
        """Know whether the machine is there, and since when its channels may be silent."""
        match event:
            case LinkUp():
                self._heard_ns = event.heard_ns
                for heard in self._channels.values():
                    heard.heard_ns = event.heard_ns
            case LinkDown():
                self._heard_ns = None
                for heard in self._channels.values():
                    heard.heard_ns = None
            case Batch(is_past=False) | Heard() | Samples() if self._heard_ns is not None:
                self._heard_ns = max(self._heard_ns, event.heard_ns)
            case _:
                pass

    def _silences(self, event: Event) -> list[Batch]:
        """A machine that speaks and has channels that do not: their features are known no more, which is told once."""
        if self._heard_ns is None or event.heard_ns != self._heard_ns:
            return []
        silent = [
            heard
            for heard in self._channels.values()
            if heard.heard_ns is not None and event.heard_ns - heard.heard_ns > heard.silence_ns
        ]
        for heard in silent:
            heard.heard_ns = None
        return [heard.told.silence(event.at, event.heard_ns) for heard in silent]


def _all_of(told: ToldChannel, stretch: Waveform) -> list[Event]:
    return list(told.take(stretch))
