"""One channel as tags of its machine: its features, and whether they are above their limits. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from drivers.reading import Batch, Event, Lost, Quality, Waveform
from drivers.tag import Value
from drivers.waveforms.features import features
from drivers.waveforms.setup import Channel
from drivers.waveforms.windows import Window, Windows

CALM_AT = 0.95
"""An alarm goes once its feature is below this part of its limit, so that one at the limit does not come and go."""


class ToldChannel:
    """Turns a channel's stretches into batches of its tags."""

    def __init__(self, device: str, channel: Channel) -> None:
        self._device = device
        self._channel = channel
        self._windows = Windows(max(1, round(channel.features.window_s * channel.rate_hz)))
        self._over: dict[str, bool | None] = dict.fromkeys(channel.features.limits)
        self.known: dict[str, Value] = {}
        """What each of its tags said last."""
        self._at: int | None = None
        """When the newest sample was taken; what is lost was lost since then, whatever number a controller claims."""
        self._names = (*map(channel.tag, channel.features.names), *map(channel.alarm, channel.features.limits))

    def take(self, stretch: Waveform) -> Iterator[Event]:
        """Yield what a stretch says: samples that are gone for good, then the features of each window it completes."""
        lost = self._windows.lost_before(stretch)
        if lost:
            yield self._lost(stretch, lost)
        self._at = stretch.at
        for window in self._windows.take(stretch):
            yield self._batch(self._made(window), window.at, stretch)

    def silence(self, at: int, heard_ns: int) -> Batch:
        """Return that nothing is known any more, because no samples come."""
        unknown: list[Value] = [None] * len(self._names)
        self.known = dict(zip(self._names, unknown, strict=True))
        bad = (Quality.BAD,) * len(self._names)
        return Batch(self._device, self._channel.name, self._names, unknown, at, heard_ns, bad)

    def _made(self, window: Window) -> list[Value]:
        wanted = self._channel.features
        if window.samples is None:
            return [None] * len(self._names)
        found = features(window.samples, self._channel.rate_hz, wanted.bands)
        by_name = dict(zip(wanted.names, found, strict=True))
        return [*found, *(self._judged(name, high, by_name[name]) for name, high in wanted.limits.items())]

    def _judged(self, name: str, high: float, value: float | None) -> bool | None:
        if value is None:
            return None
        self._over[name] = value > (high * CALM_AT if self._over[name] else high)
        return self._over[name]

    def _batch(self, values: list[Value], at: int, stretch: Waveform) -> Batch:
        told = [Quality.BAD if value is None else Quality.GOOD for value in values]
        qualities = told if Quality.BAD in told else None
        if not stretch.is_past:
            self.known = dict(zip(self._names, values, strict=True))
        return Batch(
            self._device, self._channel.name, self._names, values, at, stretch.heard_ns, qualities, is_past=stretch.is_past
        )

    def _lost(self, stretch: Waveform, lost: int) -> Lost:
        seconds = len(stretch.samples) // 4 / stretch.rate_hz
        until = stretch.at - round(seconds * 1_000_000)
        since = until - round(lost / stretch.rate_hz * 1_000_000)
        if self._at is not None:
            since = max(since, min(self._at, until))
        reason = f"samples of '{self._channel.name}' went missing"
        return Lost(self._device, self._channel.name, reason, since, until, stretch.heard_ns, lost)
