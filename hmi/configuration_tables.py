"""Checked tables of station.toml as the frozen settings they stand for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from drivers.driver import CurveSetup
from drivers.tag import AlarmText, DataType, Tag, WriteRule
from drivers.waveforms.tags import tags_of
from hmi.configuration_derived_tables import cycle_chart, derivation_from
from hmi.configuration_file import CurveTable, MachineTable, ScreenTable, TagTable
from hmi.configuration_waveform_tables import channel_from
from hmi.settings import Chart, Machine, Recipe, Screen


def machine_from(table: MachineTable, options: dict[str, Any], beside: Path, data: Path) -> Machine:
    """One machine; its folders are relative to `beside`, `data` is where we keep the record."""
    tags = tuple(tag for name, one in table.tags.items() for tag in tags_from(name, one))
    curve, chart = (curve_from(table.curve), chart_from(table.curve)) if table.curve else (None, None)
    derivation, made = derivation_from(table.derived, table.cycle, tags)
    if table.cycle is not None:
        chart = cycle_chart(table.cycle, {tag.name: tag for tag in (*tags, *made)})
    channels = tuple(channel_from(table.id, name, one, beside, data) for name, one in table.waveforms.items())
    features = [tag for one in channels for tag in tags_of(one, table.waveforms[one.name].title or one.name)]
    return Machine(
        table.id,
        table.name,
        table.protocol,
        options,
        (*tags, *made, *features),
        table.groups | {channel.name: channel.period_ms for channel in channels},
        table.rate_max,
        curve,
        chart,
        recipes_from(table),
        derivation,
        channels,
    )


def recipes_from(table: MachineTable) -> tuple[Recipe, ...]:
    """What can be sent to it as a whole."""
    return tuple(
        Recipe(name, recipe.title or name.replace("_", " "), tuple(recipe.values.items()))
        for name, recipe in table.recipes.items()
    )


def tags_from(name: str, table: TagTable) -> list[Tag]:
    """One tag, or those of an array's elements."""
    tag = tag_from(name, table)
    if table.count is None:
        return [tag]
    return [
        replace(tag, name=f"{name}[{at}]", address=f"{tag.address}[{at}]", title=f"{tag.title} {at + 1}")
        for at in range(table.count)
    ]


def tag_from(name: str, table: TagTable) -> Tag:
    """One tag."""
    return Tag(
        name=name,
        address=table.address,
        data_type=table.type,
        role=table.role,
        purpose=table.purpose,
        unit=table.unit,
        scale=table.scale,
        offset=table.offset,
        group=table.group,
        low=table.low,
        high=table.high,
        writable=table.writable,
        title=table.title or name.replace("_", " "),
        alarm=AlarmText(**table.alarm.model_dump()) if table.alarm else None,
        states={int(raw): state for raw, state in table.states.items()},
        texts={int(raw): text for raw, text in table.texts.items()},
        deadband=table.deadband,
        span=table.span,
        write=WriteRule(**table.write.model_dump()) if table.write else None,
        options=dict(table.options),
    )


def curve_from(table: CurveTable) -> CurveSetup:
    """Where the curve is read."""
    channels = table.channels
    return CurveSetup(
        address=table.address,
        capacity=table.capacity,
        channels=tuple(channel.name for channel in channels),
        units=tuple(channel.unit for channel in channels),
        scales=tuple(channel.scale for channel in channels),
        data_type=DataType(table.type),
    )


def chart_from(table: CurveTable) -> Chart:
    """How the curve is drawn."""
    channels = table.channels
    return Chart(
        titles=tuple(channel.title or channel.name for channel in channels),
        units=tuple(channel.unit for channel in channels),
        lows=tuple(channel.low for channel in channels),
        highs=tuple(channel.high for channel in channels),
        window=table.window,
    )


def screen_from(table: ScreenTable) -> Screen:
    """The panel."""
    return Screen(**table.model_dump())
