"""A driver that is no part of Lineside, found by its entry point: checked, recorded and held to every promise."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from drivers.conformance import broken_promises
from drivers.driver import DeviceSetup, MachineSetupError, WriteRefusedError
from drivers.reading import LinkDown, LinkUp
from drivers.tag import DataType, Role, Tag
from station_db.errors import RecordError
from station_db.reader import Reader
from tests.stations.plant import child, wait_for

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # as if its package were installed
from lineside_scale.driver import create  # noqa: E402 it is only there now

STATION = """config_version = 1
[station]
id = "ST-7"
name = "Counting scale"
[[machine]]
id = "scale"
name = "Scale"
protocol = "scale"
rate_max = 5000
options = {{ host = "127.0.0.1", port = {port} }}
groups = {{ fast = 50 }}
[machine.tags]
weight = {{ address = "weight", type = "float64", role = "process_value", unit = "kg", group = "fast" }}
pieces = {{ address = "pieces", type = "uint32", role = "counter", purpose = "good", group = "fast" }}
target = {{ address = "target", type = "uint32", role = "setpoint", writable = true, group = "fast" }}
"""
TAGS = (
    Tag("weight", "weight", DataType.FLOAT64, Role.PROCESS_VALUE, unit="kg"),
    Tag("target", "target", DataType.UINT32, Role.SETPOINT, writable=True),
    Tag("slow", "weight", DataType.FLOAT64, Role.PROCESS_VALUE, group="slow"),
)


@contextmanager
def little_scale(folder: Path, port: int = 0) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(HERE / "little_scale.py"), str(port)]
    with child(command, folder / "scale.log", stdout=subprocess.PIPE) as process:
        process.port = json.loads(process.stdout.readline())["port"]
        yield process


@pytest.fixture
def scale(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    with little_scale(tmp_path) as process:
        yield process


def setup(port: int, tags=TAGS, **options) -> DeviceSetup:
    given = {"host": "127.0.0.1", "port": port, **options}
    return DeviceSetup(
        "scale", given, tuple(tags), {"normal": 100, "slow": 1000}, lambda: (time.time_ns() // 1000, time.monotonic_ns())
    )


def lineside(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Lineside as it is, with the driver's package beside it."""
    command = [sys.executable, "-m", "hmi", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL, env=beside())


def beside() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(HERE)}


def test_it_keeps_every_promise(scale):
    assert asyncio.run(broken_promises(create, setup(scale.port), 1.2)) == []


def test_what_it_refuses_is_not_written(scale):
    async def write(value):
        driver = create(setup(scale.port))
        try:
            await driver.write(TAGS[1], value)
            return await driver.read([TAGS[1]])
        finally:
            await driver.close()

    assert asyncio.run(write(250)) == [250]
    with pytest.raises(WriteRefusedError, match="such thing"):
        asyncio.run(write(5000))


def test_a_tag_it_cant_tell_is_named():
    with pytest.raises(MachineSetupError) as refused:
        create(setup(1, [Tag("name", "name", DataType.STRING, Role.SIGNAL)]))
    assert refused.value.tag == "name"


def test_it_is_back_with_its_machine(tmp_path: Path):
    async def lives(port, machines):
        driver, seen = create(setup(port)), []
        async for event in driver.events():
            if isinstance(event, LinkUp | LinkDown):
                seen.append(type(event))
            if seen == [LinkUp]:
                machines.close()
            elif seen == [LinkUp, LinkDown] and isinstance(event, LinkDown):
                machines.enter_context(little_scale(tmp_path, port))
            elif len(seen) == 3:
                await driver.close()
        return seen

    with ExitStack() as machines:
        port = machines.enter_context(little_scale(tmp_path)).port
        assert asyncio.run(lives(port, machines)) == [LinkUp, LinkDown, LinkUp]


def test_the_manual_shows_it_as_it_is():
    page = (HERE.parents[1] / "docs" / "drivers.md").read_text(encoding="utf-8")
    for module in ("driver.py", "line.py"):
        assert f"```python\n{(HERE / 'lineside_scale' / module).read_text(encoding='utf-8')}```" in page
    assert (HERE / "lineside_scale-1.0.dist-info" / "entry_points.txt").read_text(encoding="utf-8") in page


def test_a_station_checks_it_without_a_change_in_lineside(scale, tmp_path: Path):
    station = tmp_path / "station.toml"
    station.write_text(STATION.format(port=scale.port), encoding="utf-8")
    said = lineside("check", station, "--connect")
    assert said.returncode == 0, said.stdout + said.stderr
    assert "12.5 kg" in said.stdout
    station.write_text(STATION.format(port=scale.port).replace('"pieces", type', '"two words", type'), encoding="utf-8")
    said = lineside("check", station)
    assert said.returncode == 2
    assert "station.toml:14: machine[0].tags.pieces: 'two words' is no word of a scale" in said.stderr


@pytest.mark.timeout(20)  # a whole engine starts and ends
def test_a_headless_station_counts_what_it_tells(scale, tmp_path: Path):
    station = tmp_path / "station.toml"
    station.write_text(STATION.format(port=scale.port), encoding="utf-8")
    command = [sys.executable, "-m", "hmi", "run", str(station), "--headless", "--child"]
    with child(command, tmp_path / "engine.log", env=beside()):
        wait_for(lambda: position(tmp_path) == 0, "the scale's first count", 15)
        for pieces in itertools.islice(itertools.count(1), 3):
            scale.stdin.write("\n")
            scale.stdin.flush()
            wait_for(lambda pieces=pieces: position(tmp_path) == pieces, f"piece {pieces}", 5)


def position(folder: Path) -> int | None:
    """How far the scale's counter was believed, on the disk."""
    try:
        rows = Reader(folder / "data").resume().positions
    except RecordError:
        return None
    return next((row.value for row in rows if row.counter == "good"), None)
