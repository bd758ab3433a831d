"""The shape of station.toml: its tables, keys, types and limits."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from drivers.tag import DataType, Purpose, Role
from hmi.configuration_base import Name, Number, Table
from hmi.configuration_derived import CycleTable, DerivedTable
from hmi.configuration_waveforms import WaveformTable
from station_db.records.people import PersonRole

CONFIG_VERSION = 1


class StationTable(Table):
    """`[station]`."""

    id: Name
    name: str
    area: str = ""
    zone: str = "UTC"


class DataTable(Table):
    """`[data]`: where the record lives, outside the program."""

    folder: str = "data"


class BackupTable(Table):
    """`[backup]`: copies of the record; without a folder they are beside the record, on the same disk."""

    folder: str = ""
    every_min: int = Field(60, ge=1, le=10_080)
    keep: int = Field(48, ge=2, le=10_000)
    key_env: str = ""
    key_file: str = ""


class SignalsTable(Table):
    """`[signals]`: the room that curves, scans and waveforms may take before the oldest are let go."""

    budget_mb: int = Field(2048, ge=64, le=4_000_000)


class RetentionTable(Table):
    """`[retention]`: how long records stay once the centre has them; without it they stay for good."""

    days: int = Field(ge=1, le=36_500)
    recovery_days: int = Field(30, ge=1, le=36_500)
    kinds: dict[str, int] = Field(default_factory=dict)


class ScreenTable(Table):
    """`[screen]`: the panel and how it is read."""

    px_per_mm: float = Field(4.91, gt=1, lt=40)
    distance_mm: int = Field(700, ge=200, le=10_000)
    text_scale: float = Field(1.0, ge=1.0, le=1.25)
    theme: Literal["day", "night"] = "day"
    language: Literal["en", "pseudo"] = "en"
    full_screen: bool = True


class CentreTable(Table):
    """`[centre]`: optional; the password only by reference."""

    url: str = Field(pattern=r"^(sqlite:///.+|postgresql://.+)$")
    password_env: str = ""
    password_file: str = ""


class AlarmTable(Table):
    """What an alarm bit means."""

    text: str
    consequence: str = ""
    action: str = ""
    priority: Literal["low", "medium", "high", "urgent"] = "medium"


class WriteTable(Table):
    """Who may write a tag by hand, and when."""

    roles: Annotated[tuple[Annotated[PersonRole, Field(strict=False)], ...], Field(strict=False, min_length=1)]
    states: Annotated[tuple[str, ...], Field(strict=False)] = ()
    step: float | None = Field(None, gt=0)
    interval_ms: int = Field(1000, ge=0, le=3_600_000)


class TagTable(Table):
    """One tag: `force = { address = "holding:20", type = "int16", role = "signal", ... }`."""

    address: str
    type: Annotated[DataType, Field(strict=False)]
    role: Annotated[Role, Field(strict=False)]
    purpose: Annotated[Purpose, Field(strict=False)] | None = None
    unit: str = ""
    scale: float = 1.0
    offset: float = 0.0
    group: str = "normal"
    low: float | None = None
    high: float | None = None
    writable: bool = False
    title: str = ""
    alarm: AlarmTable | None = None
    states: dict[Number, str] = Field(default_factory=dict)
    texts: dict[Number, str] = Field(default_factory=dict)
    deadband: float = Field(0.0, ge=0)
    span: Annotated[tuple[float, float], Field(strict=False)] | None = None
    write: WriteTable | None = None
    count: int | None = Field(None, ge=1, le=1000)
    """An array: so many tags, `name[0]` and on, at `address[0]` and on."""
    options: dict[str, Any] = Field(default_factory=dict)


class ChannelTable(Table):
    """One channel of a curve, x first."""

    name: Name
    title: str = ""
    unit: str = ""
    scale: float = 1.0
    low: float
    high: float


class CurveTable(Table):
    """`[machine.curve]`: the FIFO and how it is drawn."""

    address: str
    capacity: int = Field(ge=1, le=20_000)
    type: Literal["int16", "int32", "float32"] = "int16"
    channels: Annotated[tuple[ChannelTable, ...], Field(strict=False, min_length=2)]
    window: Annotated[tuple[float, float, float, float], Field(strict=False)] | None = None


class RecipeTable(Table):
    """`[machine.recipes.NAME]`: values written one after another, in the order they stand."""

    title: str = ""
    values: Annotated[dict[Name, float], Field(min_length=1)]


class MachineTable(Table):
    """One `[[machine]]`."""

    id: Name
    name: str
    protocol: Name
    rate_max: float = Field(120.0, gt=0)
    options: dict[str, Any] = Field(default_factory=dict)
    groups: dict[Name, Annotated[int, Field(ge=10, le=3_600_000)]] = Field(default_factory=lambda: {"normal": 500})
    tags: dict[Name, TagTable] = Field(default_factory=dict)
    curve: CurveTable | None = None
    recipes: dict[Name, RecipeTable] = Field(default_factory=dict)
    derived: dict[Name, DerivedTable] = Field(default_factory=dict)
    cycle: CycleTable | None = None
    waveforms: dict[Name, WaveformTable] = Field(default_factory=dict)


class StationFile(Table):
    """The whole file."""

    config_version: Literal[1]
    station: StationTable
    data: DataTable = DataTable()
    backup: BackupTable = BackupTable()  # pyright: ignore[reportCallIssue]
    signals: SignalsTable = SignalsTable()  # pyright: ignore[reportCallIssue]
    retention: RetentionTable | None = None
    screen: ScreenTable = ScreenTable()  # pyright: ignore[reportCallIssue]
    centre: CentreTable | None = None
    machine: Annotated[tuple[MachineTable, ...], Field(strict=False, min_length=1)]
