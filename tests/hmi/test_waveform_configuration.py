"""What station.toml says of high-rate channels: taken whole, or refused at its line with what to do."""

from pathlib import Path

import pytest

from drivers.tag import DataType, Role
from drivers.waveforms.setup import Folder, Occasion
from hmi.commands.fitting import misfits
from hmi.configuration import ConfigurationError, load
from hmi.messages import Words

HEAD = """config_version = 1
[station]
id = "ST-1"
name = "Saw"
[data]
folder = "kept"
[[machine]]
id = "saw"
name = "Saw"
protocol = "modbus"
options = { host = "127.0.0.1" }
groups = { fast = 100 }
[machine.tags]
speed = { address = "input:0", type = "uint16", role = "signal", group = "fast" }
[machine.waveforms.vib]
"""
FIFO = """source = "fifo"
address = "holding:500"
capacity = 2000
rate_hz = 1000
unit = "g"
scale = 0.01
"""
FILE = """source = "file"
folder = "daq"
every_s = 10
rate_hz = 25600
scale = 0.5
"""


def station(folder: Path, text: str):
    file = folder / "station.toml"
    file.write_text(HEAD + text, encoding="utf-8")
    return load(file)


def complaints(folder: Path, text: str) -> list[tuple[int | None, str, str]]:
    with pytest.raises(ConfigurationError) as caught:
        station(folder, text)
    for problem in caught.value.problems:
        assert Words(problem.code, problem.args).in_english()
    return [(problem.line, problem.key, problem.code) for problem in caught.value.problems]


def test_a_ring_becomes_a_channel_whose_features_are_tags(tmp_path):
    more = 'bands = [[10, 100]]\nlimits = { rms = 4.5, 10_100 = 2 }\nevents = ["alarm", "limit"]\nbefore_s = 2\n'
    (saw,) = station(tmp_path, f'{FIFO}title = "Spindle"\n{more}').machines
    (channel,) = saw.waveforms
    assert (channel.link.address, channel.link.capacity, channel.link.scale) == ("holding:500", 2000, 0.01)
    assert (channel.keeping.occasions, channel.keeping.before_s) == ((Occasion.ALARM, Occasion.LIMIT), 2)
    tags = {tag.name: tag for tag in saw.tags if tag.group == "vib"}
    assert list(tags) == [
        *("vib.rms", "vib.peak", "vib.crest", "vib.kurtosis", "vib.10_100"),
        *("vib.rms_high", "vib.10_100_high"),
    ]
    assert (tags["vib.rms"].unit, tags["vib.rms"].high, tags["vib.kurtosis"].unit) == ("g", 4.5, "")
    assert (tags["vib.10_100"].title, tags["vib.10_100"].data_type) == ("Spindle 10 to 100 Hz", DataType.FLOAT64)
    assert tags["vib.rms_high"].role is Role.ALARM
    assert tags["vib.rms_high"].alarm.text == "Spindle: RMS above 4.5 g"
    assert saw.groups == {"fast": 100, "vib": 1000}
    assert [tag.name for tag in saw.wired] == ["speed"]
    assert list(misfits(tmp_path / "station.toml", 0, saw, {})) == []


def test_a_folder_is_found_beside_the_file_and_its_marker_in_the_data(tmp_path):
    (channel,) = station(tmp_path, FILE).machines[0].waveforms
    assert channel.folder == Folder(tmp_path / "daq", tmp_path / "kept" / "waveforms" / "saw.vib.taken", 0.5)
    assert (channel.link, channel.period_ms) == (None, 10_000)


@pytest.mark.parametrize(
    ("text", "key", "code"),
    [
        ('source = "tape"\nrate_hz = 1\n', "machine[0].waveforms.vib", "value.not_one_of"),
        ("rate_hz = 1\n", "machine[0].waveforms.vib", "key.source_missing"),
        (FIFO.replace("capacity = 2000\n", ""), "machine[0].waveforms.vib.capacity", "key.missing"),
        (FIFO + 'folder = "x"\n', "machine[0].waveforms.vib.folder", "key.unknown"),
        (FIFO + "window_s = 0.05\n", "machine[0].waveforms.vib", "waveform.window"),
        (FIFO + "bands = [[100, 600]]\n", "machine[0].waveforms.vib.bands", "waveform.band"),
        (FIFO + "bands = [[100, 10]]\n", "machine[0].waveforms.vib.bands", "waveform.band"),
        (FIFO + "bands = [[10, 10.5]]\n", "machine[0].waveforms.vib.bands", "waveform.band"),
        (FIFO + "bands = [[10, 20], [10, 20]]\n", "machine[0].waveforms.vib.bands", "waveform.band_twice"),
        (FIFO + "limits = { loudness = 3 }\n", "machine[0].waveforms.vib.limits", "waveform.limit"),
        (FIFO.replace("0.01", "0"), "machine[0].waveforms.vib.scale", "tag.scale"),
        (FIFO + "before_s = 3\n", "machine[0].waveforms.vib.before_s", "waveform.no_events"),
        (FIFO + 'events = ["limit"]\n', "machine[0].waveforms.vib.events", "waveform.no_limits"),
        (FIFO + 'events = ["alarm"]\nbefore_s = 0\nafter_s = 0\n', "machine[0].waveforms.vib.after_s", "waveform.no_time"),
        (
            FIFO + 'events = ["alarm"]\nbefore_s = 600\nraw_budget_mb = 1\n',
            "machine[0].waveforms.vib.raw_budget_mb",
            "waveform.budget",
        ),
        (FIFO + 'events = ["lunch"]\n', "machine[0].waveforms.vib.events[0]", "value.not_one_of"),
    ],
)
def test_what_can_not_be_is_said_at_its_line(tmp_path, text, key, code):
    ((line, found, said),) = complaints(tmp_path, text)
    assert (found, said) == (key, code)
    assert line is not None


def test_a_channel_may_not_be_called_like_a_group_or_like_tags(tmp_path):
    for name in ("fast", "speed"):
        file = tmp_path / "station.toml"
        file.write_text(HEAD.replace("waveforms.vib", f"waveforms.{name}") + FIFO, encoding="utf-8")
        with pytest.raises(ConfigurationError) as caught:
            load(file)
        assert [problem.code for problem in caught.value.problems] == ["waveform.name_taken"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (FIFO.replace("2000", "100"), "must hold 200"),
        (FIFO.replace("holding:500", "coil:500"), "holding or input"),
        (FIFO.replace("holding:500", "D500"), "D500"),
        ('source = "array"\naddress = "holding:500"\nevery_s = 1\nrate_hz = 1000\n', "its source is fifo"),
    ],
)
def test_what_a_link_can_not_tell_is_said_at_the_channels_line(tmp_path, text, says):
    settings = station(tmp_path, text)
    (problem,) = misfits(settings.path, 0, settings.machines[0], {})
    assert (problem.key, problem.code) == ("machine[0].waveforms.vib", "waveform.setup")
    assert says in problem.args[0]
    assert problem.line == HEAD.count("\n")


def test_a_channel_of_a_curve_has_a_scale_too(tmp_path):
    curve = """[machine.curve]
address = "input:100"
capacity = 100
channels = [{ name = "x", low = 0, high = 1 }, { name = "y", low = 0, high = 1, scale = 0 }]
"""
    ((_, key, code),) = complaints(tmp_path, FIFO + curve)
    assert (key, code) == ("machine[0].curve.channels[1].scale", "tag.scale")
