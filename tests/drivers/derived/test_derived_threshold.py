"""A threshold proposed from what a current was seen to be; a single level proposes nothing."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.derived.threshold import propose
from hmi.__main__ import main
from hmi.exits import Exit
from resources.templates import templates
from tests.drivers.derived.io_module import io_module, port_of


def seen(*levels, spread=0.1, seed=1):
    """Each level with its number of looks."""
    chance = random.Random(seed)
    values = [chance.gauss(mean, spread) for mean, looks in levels for _ in range(looks)]
    return values, [0.1] * len(values)


def test_two_levels_are_told_apart_in_the_middle():
    proposal = propose(*seen((0.4, 300), (8.2, 100)))
    assert 3.5 < proposal.threshold < 5.1
    assert proposal.low.share == pytest.approx(0.75)
    assert (round(proposal.low.mean), round(proposal.high.mean)) == (0, 8)


def test_a_value_counts_for_as_long_as_it_stood():
    proposal = propose([0.0, 9.0], [30.0, 10.0])
    assert (proposal.low.share, proposal.high.share) == (0.75, 0.25)


@pytest.mark.parametrize("levels", [[(4.0, 400)], [(0.4, 399), (9.0, 1)]])
def test_one_level_proposes_nothing(levels):
    assert propose(*seen(*levels)) is None


def test_a_number_that_never_moves_proposes_nothing():
    assert propose([3.0] * 50, [0.1] * 50) is None
    assert propose([], []) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1000), st.floats(0.02, 2.0), st.floats(12, 60), st.integers(60, 400), st.integers(60, 400))
def test_levels_far_apart_are_always_told_apart(seed, spread, distance, low, high):
    values, seconds = seen((5.0, low), (5.0 + distance * spread, high), spread=spread, seed=seed)
    proposal = propose(values, seconds)
    assert max(values[:low]) < proposal.threshold <= min(values[low:])
    assert 0 < proposal.hysteresis < distance * spread


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["gauss", "uniform"]))
def test_one_broad_level_is_never_taken_for_two(seed, shape):
    chance = random.Random(seed)
    values = [getattr(chance, shape)(2.0, 3.0) for _ in range(200)]
    assert propose(values, [0.1] * 200) is None


@pytest.fixture
def station(tmp_path):
    text = next(one.text for one in templates() if one.name == "io_module_tower_light")
    with io_module() as server:
        file = tmp_path / "station.toml"
        changed = text.replace("192.168.0.50", "127.0.0.1").replace("port = 502", f"port = {port_of(server)}")
        file.write_text(changed.replace("inputs = 50", "inputs = 10"), encoding="utf-8")
        yield file, server


def test_the_command_watches_a_machine_and_prints_lines_for_the_file(station, capsys, monkeypatch):
    file, server = station
    levels = itertools.cycle([[30], [30], [31], [850], [840]])
    read = server.data_bank.get_input_registers

    def turning(address, number=1, srv_info=None):
        server.data_bank.set_input_registers(0, next(levels))
        return read(address, number, srv_info)

    monkeypatch.setattr(server.data_bank, "get_input_registers", turning)
    assert main(["threshold", str(file), "machine", "current", "--seconds", "0.8"]) == Exit.DONE
    said = capsys.readouterr().out
    assert '[machine.derived.running]\nkind = "running"\ntag = "current"\nthreshold = 4.' in said
    assert "running:  8.4" in said


def test_the_command_says_that_one_level_proves_nothing(station, capsys):
    file, server = station
    server.data_bank.set_input_registers(0, [850])
    assert main(["threshold", str(file), "machine", "current", "--seconds", "0.3"]) == Exit.BAD
    assert "only one level was seen (8.5 to 8.5 A)" in capsys.readouterr().out


def test_the_command_knows_only_what_there_is(station, capsys):
    file, _ = station
    assert main(["threshold", str(file), "machine", "good", "--seconds", "0.1"]) == Exit.USAGE
    assert "there is no tag 'good'" in capsys.readouterr().err


def test_a_machine_that_is_not_there_is_said(station, capsys):
    file, server = station
    server.stop()
    assert main(["threshold", str(file), "machine", "current", "--seconds", "0.3"]) == Exit.ABSENT
    assert "nothing listens" in capsys.readouterr().err


def test_templates_are_listed_and_printed(capsys):
    assert main(["template"]) == Exit.DONE
    listed = capsys.readouterr().out
    assert all(f"{one.name} " in listed for one in templates())
    assert main(["template", "io_module_tower_light"]) == Exit.DONE
    assert capsys.readouterr().out == next(one.text for one in templates() if one.name == "io_module_tower_light")
    assert main(["template", "toaster"]) == Exit.USAGE
