"""The ready stations: each one is good as it is, and its machine is understood from the inputs of a real I/O module."""

import asyncio
import itertools

import pytest

from drivers.reading import Batch, LinkDown, Lost, Samples
from hmi.commands.fitting import build_drivers
from hmi.configuration import load
from hmi.engine.curves import Curves
from resources.templates import templates
from station_db.records.equipment import EquipmentState
from station_db.records.production import CountGap, Cycle, UnseenParts
from tests.drivers.derived.io_module import Core, Watched, io_module, machine_of, port_of

NAMES = [template.name for template in templates()]


@pytest.fixture(scope="module")
def module():
    with io_module() as server:
        yield server


@pytest.mark.parametrize("name", NAMES)
def test_every_template_is_a_good_station(name, tmp_path):
    template = next(one for one in templates() if one.name == name)
    file = tmp_path / "station.toml"
    file.write_text(template.text, encoding="utf-8")
    assert build_drivers(load(file))
    assert template.summary


def tower(at):
    """4 s running with a part a second, 4 s of a fault with a blinking red lamp and a rejected part, 4 s running again."""
    is_fault = 4 <= at < 8
    red = is_fault and at % 1.0 < 0.5
    good = not is_fault and at % 1.0 >= 0.6
    bad = 5 <= at < 5.4
    return [red, False, not is_fault, good, bad, False, False, False], [20 if is_fault else 850]


def listen(template, folder, server, period_ms, seconds, inputs):
    machine = machine_of(template, folder, port_of(server))

    async def gather():
        watched = Watched(machine, server, period_ms)
        return [event async for event in watched.events(seconds, inputs)]

    return machine, asyncio.run(gather())


@pytest.fixture(scope="module")
def towered(module, tmp_path_factory):
    return listen("io_module_tower_light", tmp_path_factory.mktemp("tower"), module, 50, 12, tower)


def test_a_tower_light_with_switch_and_clamp_is_states_counts_and_running(towered):
    machine, events = towered
    assert not [event for event in events if isinstance(event, LinkDown | Lost)]
    batches = [dict(zip(event.tags, event.values, strict=True)) for event in events if isinstance(event, Batch)]
    names = next(tag.states for tag in machine.tags if tag.name == "state")
    states = [names.get(state) for state, _ in itertools.groupby(batch["state"] for batch in batches)]
    assert states == [None, "Execute", "Aborted", "Execute"]
    assert [runs for runs, _ in itertools.groupby(batch["motor_runs"] for batch in batches)] == [True, False, True]
    assert (batches[-1]["good"], batches[-1]["bad"]) == (8, 1)
    assert len({batch["boot"] for batch in batches}) == 1


def test_the_station_records_what_a_tower_light_tells(towered):
    machine, events = towered
    core = Core(machine)
    for event in events:
        core.hear(event)
    made = [record for record in core.kept if isinstance(record, Cycle)]
    assert [str(cycle.verdict) for cycle in made] == ["good"] * 4 + ["bad"] + ["good"] * 4
    assert not [record for record in core.kept if isinstance(record, CountGap | UnseenParts)]
    states = [record.packml for record in core.kept if isinstance(record, EquipmentState) and record.ended_at is None]
    assert [state for state in states if state] == ["Execute", "Aborted", "Execute"]


def stroke(at):
    """A stroke each 3 s, 2 s long: the ram goes down 50 mm, the force rises to 55 kN just before its end."""
    within = at % 3.0
    clamped = 0.5 <= within < 2.5
    depth = min(max(within - 0.5, 0.0), 2.0) / 2.0
    force = 5500 if 2.2 <= within < 2.3 else 100
    return [clamped, True, False, True, False, False, False, False], [round(5000 * depth), force]


def test_an_old_press_has_cycles_with_curves_and_results(module, tmp_path):
    machine, events = listen("io_module_press", tmp_path, module, 20, 6.5, stroke)
    curves = Curves()
    for event in events:
        if isinstance(event, Samples):
            curves.add(event)
    whole = [curves.take(number)[number] for number in (1, 2)]
    assert [curve.lost for curve in whole] == [0, 0]
    assert all(99 <= curve.count <= 103 for curve in whole)
    last = dict(zip(events[-1].tags, events[-1].values, strict=True))
    assert (last["cycle"], last["peak_force"], last["end_position"], last["verdict"]) == (2, 55.0, 50.0, 1)
    assert 1960 <= last["duration"] <= 2040
    names = next(tag.states for tag in machine.tags if tag.name == "state")
    assert names[last["state"]] == "Idle"
