"""The shape of `[machine.waveforms.NAME]`: a high-rate channel, where its samples come from and what is made and kept of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from drivers.waveforms.setup import Occasion
from hmi.configuration_base import Name, Table

Seconds = Annotated[float, Field(gt=0, le=86_400)]
Around = Annotated[float, Field(ge=0, le=600)]
BandTable = Annotated[tuple[float, float], Field(strict=False)]


class ChannelKeys(Table):
    """What every source has."""

    title: str = ""
    unit: str = ""
    rate_hz: float = Field(gt=0, le=200_000)
    window_s: float = Field(1.0, ge=0.05, le=60)
    bands: Annotated[tuple[BandTable, ...], Field(strict=False, max_length=50)] = ()
    limits: dict[Name, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    events: Annotated[tuple[Annotated[Occasion, Field(strict=False)], ...], Field(strict=False)] = ()
    before_s: Around = 5.0
    after_s: Around = 5.0
    raw_budget_mb: int = Field(500, ge=1, le=1_000_000)


class FifoTable(ChannelKeys):
    """A ring of samples in a controller's registers."""

    source: Literal["fifo"]
    address: str
    capacity: int = Field(ge=16, le=60_000)
    type: Literal["int16", "int32", "float32"] = "int16"
    scale: float = 1.0


class ArrayTable(ChannelKeys):
    """A node whose value is the newest block of samples."""

    source: Literal["array"]
    address: str
    every_s: Seconds
    scale: float = 1.0


class FileTable(ChannelKeys):
    """A folder that another program writes files into."""

    source: Literal["file"]
    folder: str = Field(min_length=1)
    every_s: Seconds
    scale: float = 1.0


class DriverTable(ChannelKeys):
    """A channel that an installed driver tells by itself, under this name and in this unit."""

    source: Literal["driver"]
    every_s: Seconds


WaveformTable = Annotated[FifoTable | ArrayTable | FileTable | DriverTable, Field(discriminator="source")]
AnyWaveform = FifoTable | ArrayTable | FileTable | DriverTable
