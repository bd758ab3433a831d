"""What the tables of high-rate channels allow and all together do not: names twice, bands beyond half the rate, empty limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from drivers.waveforms.setup import WHOLE, Occasion, band_name
from hmi.configuration_waveforms import AnyWaveform, DriverTable
from hmi.toml_lines import Path as KeyPath

if TYPE_CHECKING:
    from hmi.configuration_file import MachineTable

Found = tuple[KeyPath, str, tuple[str, ...]]
LEAST_SAMPLES = 64
"""Fewer in a window say nothing of a vibration."""
BYTES_A_SAMPLE = 4
OF_RAW = ("before_s", "after_s", "raw_budget_mb")


def in_waveforms(where: KeyPath, machine: MachineTable) -> Iterator[Found]:
    """All about high-rate channels that their types can't see."""
    taken = {*machine.tags, *machine.derived, *machine.groups}
    for name, channel in machine.waveforms.items():
        key = (*where, "waveforms", name)
        if name in taken or any(tag.startswith(f"{name}.") for tag in taken):
            yield key, "waveform.name_taken", (name,)
        if channel.rate_hz * channel.window_s < LEAST_SAMPLES:
            yield key, "waveform.window", (f"{channel.rate_hz * channel.window_s:.0f}", str(LEAST_SAMPLES))
        if not isinstance(channel, DriverTable) and channel.scale == 0:
            yield (*key, "scale"), "tag.scale", ()
        yield from in_bands(key, channel)
        yield from in_limits(key, channel)
        yield from in_keeping(key, channel)


def in_bands(key: KeyPath, channel: AnyWaveform) -> Iterator[Found]:
    """Within half the rate, and wide enough for a line of the spectrum."""
    highest, width = channel.rate_hz / 2, 1 / channel.window_s
    for low, high in channel.bands:
        if not (low >= 0 and high - low >= width and high <= highest):
            yield (*key, "bands"), "waveform.band", (f"{low:g}", f"{high:g}", f"{highest:g}", f"{width:g}")
    if len({band_name(band) for band in channel.bands}) < len(channel.bands):
        yield (*key, "bands"), "waveform.band_twice", ()


def in_limits(key: KeyPath, channel: AnyWaveform) -> Iterator[Found]:
    """A limit is that of a feature."""
    features = (*WHOLE, *map(band_name, channel.bands))
    for name in channel.limits:
        if name not in features:
            yield (*key, "limits"), "waveform.limit", (name, ", ".join(features))


def in_keeping(key: KeyPath, channel: AnyWaveform) -> Iterator[Found]:
    """What says how raw samples are kept means nothing without occasions to keep them."""
    for name in OF_RAW:
        if not channel.events and name in channel.model_fields_set:
            yield (*key, name), "waveform.no_events", (name,)
    if Occasion.LIMIT in channel.events and not channel.limits:
        yield (*key, "events"), "waveform.no_limits", ()
    if channel.events and not channel.before_s + channel.after_s:
        yield (*key, "after_s"), "waveform.no_time", ()
    megabytes = channel.rate_hz * (channel.before_s + channel.after_s) * BYTES_A_SAMPLE / 1e6
    if channel.events and megabytes > channel.raw_budget_mb:
        yield (*key, "raw_budget_mb"), "waveform.budget", (str(channel.raw_budget_mb), f"{megabytes:.1f}")
