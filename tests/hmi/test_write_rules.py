"""What station.toml may say of the values that people write: what could never be done is refused at its line."""

import pytest

from hmi.commands.fitting import misfits
from hmi.configuration import ConfigurationError, load
from resources.templates import templates

PLC = next(template.text for template in templates() if template.name == "modbus_plc")
SPEED = """[machine.tags.speed]
address = "holding:40"
type = "uint16"
role = "setpoint"
writable = true
low = 50.0
high = 150.0
group = "slow"
write = { roles = ["setter"], states = ["Idle", "executing"] }
[machine.recipes.a]
values = { speed = 100.0 }
"""


def found(folder, old="", new=""):
    """Everything wrong, as (line, code)."""
    file = folder / "station.toml"
    assert old in SPEED
    file.write_text(PLC + SPEED.replace(old, new, 1), encoding="utf-8")
    try:
        problems = list(misfits(file, 0, load(file).machines[0], {}))
    except ConfigurationError as error:
        problems = error.problems
    lines = file.read_text(encoding="utf-8").splitlines()
    return [(lines[problem.line - 1].split(" ")[0], problem.code) for problem in problems]


def test_a_rule_and_a_recipe_that_fit_are_good(tmp_path):
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "code"),
    [
        ('"Idle"', '"Idel"', "[machine.tags.speed]", "tag.state"),
        ('role = "setpoint"', 'role = "setpoint"\npurpose = "permitted_cycle"', "[machine.tags.speed]", "tag.write_purpose"),
        ("speed = 100.0", "sped = 100.0", "values", "recipe.tag"),
        ("speed = 100.0", "speed = 151.0", "values", "recipe.value"),
        ("speed = 100.0", "speed = 100.5", "values", "recipe.refused"),
    ],
)
def test_what_nobody_could_ever_write_is_named_at_its_line(tmp_path, old, new, line, code):
    assert found(tmp_path, old, new) == [(line, code)]
