"""What station.toml says of made tags: taken whole, or refused at its line with what to do."""

from pathlib import Path

import pytest

from drivers.derived.setup import BOOT, CYCLE, DURATION, RUNNING_CYCLE, Condition, Look, Take
from drivers.tag import DataType, Purpose, Role
from hmi.commands.fitting import misfits
from hmi.configuration import ConfigurationError, load
from hmi.messages import Words
from hmi.settings import Machine

HEAD = """config_version = 1
[station]
id = "ST-1"
name = "Saw"
[[machine]]
id = "saw"
name = "Saw"
protocol = "modbus"
options = { host = "127.0.0.1" }
groups = { fast = 50, slow = 500 }
[machine.tags]
red = { address = "discrete:0", type = "bool", role = "signal", group = "fast" }
green = { address = "discrete:1", type = "bool", role = "signal", group = "fast" }
part = { address = "discrete:2", type = "bool", role = "signal", group = "fast" }
force = { address = "input:0", type = "uint16", role = "signal", unit = "kN", group = "fast" }
code = { address = "input:1", type = "uint16", role = "signal", group = "fast" }
name = { address = "input:9", type = "string", role = "signal", group = "fast", options = { length = 4 } }
oil = { address = "input:20", type = "uint16", role = "signal", group = "slow" }
"""
LAMPS = """[machine.derived.state]
kind = "lamps"
lamps = { red = "red", green = "green" }
rows = [{ red = "blinking", state = "Aborted" }, { green = "on", red = "off", state = "Execute" }]
"""
EDGES = """[machine.derived.good]
kind = "edges"
tag = "part"
purpose = "good"
shortest_ms = 200
"""
RUNNING = """[machine.derived.runs]
kind = "running"
tag = "force"
threshold = 3.0
hysteresis = 0.5
"""
MAPPING = """[machine.derived.state]
kind = "mapping"
rows = [
    { when = { code = { not = [0, 7] } }, state = "Held" },
    { when = { red = true, force = { min = 1.0, max = 5.0 }, name = ["A", "B"] }, state = "Execute" },
]
"""
CYCLE_TABLE = """[machine.cycle]
start = { tag = "part", becomes = true }
end = { tag = "part", becomes = false }
typical_ms = 2000
channels = [{ tag = "time", low = 0, high = 2 }, { tag = "force", low = 0, high = 80 }]
[machine.cycle.results]
peak = { channel = "force", take = "max" }
"""


def machine(folder: Path, text: str) -> Machine:
    file = folder / "station.toml"
    file.write_text(HEAD + text, encoding="utf-8")
    return load(file).machines[0]


def made(machine: Machine):
    return {tag.name: tag for tag in machine.tags if tag.name in machine.derivation.groups}


def test_lamps_are_the_state(tmp_path):
    saw = machine(tmp_path, LAMPS)
    state = made(saw)["state"]
    assert (state.role, state.group, state.states) == (Role.STATE, "fast", {1: "Aborted", 2: "Execute"})
    assert saw.derivation.made[0].rows[1].looks == {"red": Look.OFF, "green": Look.ON}


def test_edges_are_a_counter_with_a_boot_id(tmp_path):
    tags = made(machine(tmp_path, EDGES))
    assert (tags["good"].purpose, tags["good"].data_type, tags["good"].role) == (Purpose.GOOD, DataType.UINT32, Role.COUNTER)
    assert (tags[BOOT].purpose, tags[BOOT].group) == (Purpose.BOOT, "fast")


def test_running_is_a_state_only_where_its_states_are_named(tmp_path):
    assert made(machine(tmp_path, RUNNING))["runs"].role is Role.SIGNAL
    tag = made(machine(tmp_path, RUNNING + 'running = "Execute"\nstanding = "not_executing"\n'))["runs"]
    assert (tag.role, tag.states) == (Role.STATE, {1: "Execute", 0: "not_executing"})


def test_a_mapping_asks_for_values_lists_ranges_and_their_opposite(tmp_path):
    rows = machine(tmp_path, MAPPING).derivation.made[0].rows
    assert rows[0].when == (Condition("code", (0, 7), is_not=True),)
    assert rows[1].when == (Condition("red", (True,)), Condition("force", low=1.0, high=5.0), Condition("name", ("A", "B")))


def test_a_mapping_can_be_a_value_of_its_own_type(tmp_path):
    text = MAPPING.replace('kind = "mapping"', 'kind = "mapping"\nrole = "result"\npurpose = "verdict"')
    tag = made(machine(tmp_path, text.replace('state = "Held"', "value = 2").replace('state = "Execute"', "value = 1")))["state"]
    assert (tag.role, tag.purpose, tag.data_type) == (Role.RESULT, Purpose.VERDICT, DataType.INT64)


def test_a_cycle_makes_its_numbers_its_duration_its_results_and_a_chart(tmp_path):
    saw = machine(tmp_path, CYCLE_TABLE)
    tags = made(saw)
    assert set(tags) == {CYCLE, RUNNING_CYCLE, DURATION, BOOT, "peak"}
    assert (tags["peak"].unit, saw.derivation.cycle.results[0].take) == ("kN", Take.MAX)
    assert (saw.chart.titles, saw.chart.units, saw.chart.highs) == (("time", "force"), ("s", "kN"), (2.0, 80.0))


def test_a_machine_that_numbers_its_cycles_itself_keeps_its_numbers(tmp_path):
    own = 'n = { address = "input:30", type = "uint16", role = "counter", purpose = "cycle", group = "fast" }\n'
    text = CYCLE_TABLE.replace('start = { tag = "part", becomes = true }\n', "")
    text = text.replace('{ tag = "part", becomes = false }', '{ tag = "n", moves = true }')
    saw = machine(tmp_path, own + text)
    assert set(made(saw)) == {RUNNING_CYCLE, DURATION, "peak"}
    assert (saw.derivation.cycle.counter, saw.derivation.cycle.modulus) == ("n", 65536)
    bcd = machine(tmp_path, own.replace("uint16", "bcd16") + text)
    short = machine(tmp_path, own.replace('role = "counter"', 'role = "counter", span = [0, 999]') + text)
    assert (bcd.derivation.cycle.modulus, short.derivation.cycle.modulus) == (10_000, 1000)


def test_the_driver_is_given_only_what_the_machine_tells(tmp_path):
    assert [tag.name for tag in machine(tmp_path, LAMPS + EDGES).wired] == [
        "red",
        "green",
        "part",
        "force",
        "code",
        "name",
        "oil",
    ]


OWN_GOOD = 'own = { address = "input:30", type = "uint16", role = "counter", purpose = "good", group = "fast" }\n'
WRONG = [
    (LAMPS, 'red = "red",', 'red = "blue",', "derived.state", "derived.input_unknown"),
    (LAMPS, 'red = "red",', 'red = "oil",', "derived.state", "derived.groups"),
    (LAMPS, 'red = "red",', 'red = "name",', "derived.state", "derived.input_text"),
    (LAMPS, '{ red = "blinking",', '{ white = "on",', "derived.state.rows", "derived.lamp_row"),
    (LAMPS, '"blinking"', '"flashing"', "derived.state.rows[0].red", "value.not_one_of"),
    (LAMPS, "lamps = {", "lamp = {", "derived.state.lamp", "key.unknown"),
    (LAMPS, 'red = "red", green = "green"', "", "derived.state.lamps", "derived.no_lamp"),
    (LAMPS, "rows", "blink_hz = [3.0, 0.4]\nrows", "derived.state.blink_hz", "derived.blink"),
    (LAMPS, '"lamps"', '"lights"', "derived.state", "value.not_one_of"),
    (LAMPS, 'kind = "lamps"', "", "derived.state", "key.kind_missing"),
    (LAMPS, "derived.state]", "derived.red]", "derived.red", "derived.name_taken"),
    (EDGES, "shortest_ms = 200", "", "derived.good.shortest_ms", "key.missing"),
    (OWN_GOOD + EDGES, 'purpose = "good"\nshort', "short", "derived.good", "derived.counts_mixed"),
    (EDGES + EDGES.replace("good", "bad"), 'tag = "part"', 'tag = "oil"', "derived.good", "derived.counts_groups"),
    (EDGES + LAMPS.replace(".state", ".boot"), "", "", "derived.good", "derived.name_taken"),
    (EDGES + EDGES.replace("derived.good", "derived.more"), "", "", "derived.more", "tag.purpose_twice"),
    (LAMPS + MAPPING.replace(".state]", ".second]"), "", "", "derived.second", "derived.state_twice"),
    (RUNNING, "hysteresis", 'running = "Execute"\nhysteresis', "derived.runs", "derived.both_states"),
    (MAPPING, ', state = "Held"', "", "derived.state.rows", "derived.row_value"),
    (MAPPING, "{ min = 1.0, max = 5.0 }", "{ min = 1.0, not = 3 }", "derived.state.rows", "derived.condition"),
    (MAPPING, "red = true", 'red = "true"', "derived.state.rows", "derived.never"),
    (MAPPING, "not = [0, 7]", 'not = [0, "7"]', "derived.state.rows", "derived.never"),
    (MAPPING, '["A", "B"]', '["A", 2]', "derived.state.rows", "derived.never"),
    (MAPPING, 'name = ["A", "B"]', "name = { min = 1.0 }", "derived.state.rows", "derived.input_text"),
    (MAPPING, "min = 1.0, max = 5.0", "min = 5.0, max = 1.0", "derived.state.rows", "tag.limits"),
    (CYCLE_TABLE, "becomes = false", 'becomes = "off"', "cycle.end", "derived.never"),
    (CYCLE_TABLE, "low = 0, high = 80", "low = 80, high = 0", "cycle.channels", "tag.limits"),
    (CYCLE_TABLE, 'take = "max"', 'take = "max", low = 9.0, high = 5.0', "cycle.results.peak", "tag.limits"),
    (CYCLE_TABLE, ", becomes = true", "", "cycle.start", "cycle.trigger"),
    (CYCLE_TABLE, '"time"', '"force"', "cycle.channels", "cycle.channels"),
    (CYCLE_TABLE, '{ channel = "force"', '{ channel = "time"', "cycle.results.peak", "cycle.result_channel"),
    (CYCLE_TABLE, '{ tag = "force"', '{ tag = "oil"', "cycle", "derived.groups"),
    (CYCLE_TABLE, "peak =", "green =", "cycle", "derived.name_taken"),
    (OWN_GOOD.replace('"good"', '"cycle"') + CYCLE_TABLE, "", "", "cycle.end", "cycle.own_counter"),
]


@pytest.mark.parametrize(("text", "old", "new", "key", "code"), WRONG)
def test_what_is_wrong_is_named_at_its_line(text, old, new, key, code, tmp_path):
    with pytest.raises(ConfigurationError) as refused:
        machine(tmp_path, text.replace(old, new, 1))
    found = [(problem.key, problem.code) for problem in refused.value.problems]
    assert (f"machine[0].{key}", code) in found
    for problem in refused.value.problems:
        assert problem.line is not None
        assert "{" not in Words(problem.code, problem.args).in_english().replace("{ not", "").replace("{ tag", "")


def test_what_the_link_cant_tell_is_named_at_its_line_each_of_it(tmp_path):
    text = LAMPS.replace('"Aborted"', '"Broken"') + EDGES.replace("200", "60") + CYCLE_TABLE.replace("2000", "100")
    saw = machine(tmp_path, text)
    lines = (HEAD + text).splitlines()
    found = {lines[one.line - 1]: one.code for one in misfits(tmp_path / "station.toml", 0, saw, {})}
    assert found == {
        "[machine.derived.state]": "tag.state",
        "[machine.derived.good]": "derived.setup",
        "[machine.cycle]": "derived.setup",
    }
