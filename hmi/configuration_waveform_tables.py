"""Checked tables of high-rate channels as the channels they stand for."""

from __future__ import annotations

from pathlib import Path

from drivers.driver import WaveformSetup
from drivers.tag import DataType
from drivers.waveforms.setup import Channel, Features, Folder, Keeping
from hmi.configuration_waveforms import AnyWaveform, ArrayTable, FifoTable, FileTable

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
