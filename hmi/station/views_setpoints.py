"""The picture of what people may write to machines, and of how their last writes ended."""

from __future__ import annotations

from drivers.tag import DataType, Tag
from hmi.settings import Machine, Recipe
from hmi.station import setpoints
from hmi.station.state import Station
from hmi.station.topics import MachineSetpoints, RecipeView, SetpointsTopic, SetpointView

MOST_DECIMALS = 4


def setpoints_topic(station: Station) -> SetpointsTopic:
    """Everything that may be written."""
    machines = (_machine(station, machine) for machine in station.setup.machines)
    return SetpointsTopic(tuple(one for one in machines if one.setpoints))


def _machine(station: Station, machine: Machine) -> MachineSetpoints:
    found = setpoints.tags(station, machine.id)
    return MachineSetpoints(
        machine.id,
        machine.name,
        tuple(_setpoint(station, machine.id, tag) for tag in found),
        tuple(_recipe(station, machine, recipe) for recipe in machine.recipes),
    )


def _setpoint(station: Station, machine: str, tag: Tag) -> SetpointView:
    last = station.setpoints.last.get((machine, tag.name))
    return SetpointView(
        tag=tag.name,
        title=setpoints.title(tag),
        unit=tag.unit,
        decimals=_decimals(tag),
        low=tag.low,
        high=tag.high,
        step=None if tag.write is None else tag.write.step,
        is_switch=tag.data_type is DataType.BOOL,
        texts=tuple(tag.texts.items()),
        roles=() if tag.write is None else tag.write.roles,
        group=tag.group,
        asked=None if last is None else last.value,
        state="" if last is None else last.state,
        reason="" if last is None else last.reason,
    )


def _recipe(station: Station, machine: Machine, recipe: Recipe) -> RecipeView:
    last = station.downloads.get(machine.id)
    if last is None or last.recipe.name != recipe.name:
        return RecipeView(recipe.name, recipe.title, recipe.values)
    ended = last.record
    return RecipeView(recipe.name, recipe.title, recipe.values, ended.state, ended.confirmed, ended.reason)


def _decimals(tag: Tag) -> int:
    """As many as one step of the machine's number has."""
    if tag.data_type in (DataType.FLOAT32, DataType.FLOAT64):
        return 2
    return next((digits for digits in range(MOST_DECIMALS) if round(tag.scale, digits) == tag.scale), MOST_DECIMALS)
