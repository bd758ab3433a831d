import itertools
import sys
from pathlib import Path

import pytest

from drivers.driver import DeviceSetup
from drivers.tag import DataType, Role, Tag

sys.path.insert(0, str(Path(__file__).parent))  # liar.py stands beside the tests


@pytest.fixture
def tag():
    def make(name, address, kind="uint16", **more):
        return Tag(name, address, DataType(kind), Role.PROCESS_VALUE, **more)

    return make


@pytest.fixture
def setup():
    ticks = itertools.count(1)

    def stamp():
        tick = next(ticks)
        return tick, tick * 1000

    def make(tags, *, curve=None, groups=None, **options):
        given = {"host": "127.0.0.1", "timeout_ms": 150, **options}
        given = {key: value for key, value in given.items() if value is not None}
        return DeviceSetup("press", given, tuple(tags), groups or {"normal": 50}, stamp, curve)

    return make
