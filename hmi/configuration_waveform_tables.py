"""Checked tables of high-rate channels as the channels they stand for, and the tags their features are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from drivers.driver import WaveformSetup
from drivers.tag import AlarmText, DataType, Role, Tag
from drivers.waveforms.setup import CREST, IN_UNIT, KURTOSIS, PEAK, RMS, Channel, Features, Folder, Keeping
from hmi.configuration_waveforms import AnyWaveform, ArrayTable, FifoTable, FileTable

WORDS = {RMS: "RMS", PEAK: "peak", CREST: "crest factor", KURTOSIS: "kurtosis"}
MARKERS = "waveforms"
"""Folder within the data's, for how far the files of each channel were taken."""


def channel_from(machine: str, name: str, table: AnyWaveform, beside: Path, data: Path) -> Channel:
    """One channel; folders are relative to `beside`, what we write down ourselves goes into `data`."""
    return Channel(
        name=name,
        rate_hz=table.rate_hz,
        unit=table.unit,
        every_s=table.window_s if isinstance(table, FifoTable) else table.every_s,
        features=Features(table.window_s, table.bands, dict(table.limits)),
        keeping=Keeping(table.events, table.before_s, table.after_s, table.raw_budget_mb * 1_000_000),
        folder=folder_from(machine, name, table, beside, data) if isinstance(table, FileTable) else None,
        link=link_from(name, table) if isinstance(table, FifoTable | ArrayTable) else None,
    )


def folder_from(machine: str, name: str, table: FileTable, beside: Path, data: Path) -> Folder:
    """Where its files come."""
    return Folder((beside / table.folder).resolve(), data / MARKERS / f"{machine}.{name}.taken", table.scale)


def link_from(name: str, table: FifoTable | ArrayTable) -> WaveformSetup:
    """Where its machine tells it."""
    if isinstance(table, ArrayTable):
        return WaveformSetup(name, table.address, table.rate_hz, table.unit, table.scale)
    kind = DataType(table.type)
    return WaveformSetup(name, table.address, table.rate_hz, table.unit, table.scale, table.capacity, kind)


def tags_of_channel(channel: Channel, title: str) -> Iterator[Tag]:
    """A tag for each feature, and for each limit one that is an alarm while the feature is above it."""
    limits = channel.features.limits
    for feature in channel.features.names:
        yield Tag(
            channel.tag(feature),
            "",
            DataType.FLOAT64,
            Role.PROCESS_VALUE,
            unit=unit_of(channel, feature),
            group=channel.name,
            high=limits.get(feature),
            title=f"{title} {words_of(feature)}",
        )
    for feature, high in limits.items():
        text = f"{title}: {words_of(feature)} above {high:g} {unit_of(channel, feature)}".rstrip()
        yield Tag(channel.alarm(feature), "", DataType.BOOL, Role.ALARM, group=channel.name, title=text, alarm=AlarmText(text))


def words_of(feature: str) -> str:
    """What people call a feature."""
    return WORDS.get(feature) or f"{feature.replace('_', ' to ')} Hz"


def unit_of(channel: Channel, feature: str) -> str:
    """Crest factor and kurtosis have none."""
    return channel.unit if feature in IN_UNIT or feature not in WORDS else ""
