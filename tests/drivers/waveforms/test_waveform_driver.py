"""A driver with high-rate channels: its features are tags, silence is told, a folder is no sign of life."""

import asyncio

import numpy as np
import pytest
from stretches import RATE, START, stretch

from drivers.driver import UnreachableError
from drivers.reading import Batch, Heard, LinkDown, LinkUp, Waveform
from drivers.tag import DataType, Role, Tag
from drivers.waveforms.driver import MANY_SAMPLES, with_waveforms
from drivers.waveforms.setup import Channel, Features, Folder

CHANNEL = Channel("vibration", RATE, "g", 0.1, Features(0.1))
SPEED = Tag("speed", "holding:1", DataType.INT16, Role.SIGNAL)
RMS = Tag("vibration.rms", "", DataType.FLOAT64, Role.PROCESS_VALUE, group="vibration")
MS = 1_000_000


class Told:
    """A driver that says what it is given, and then waits."""

    tells_changes = True

    def __init__(self, *events):
        self._events, self._ended = events, asyncio.Event()

    async def events(self):
        for event in self._events:
            yield event
        await self._ended.wait()

    async def read(self, tags):
        if len(tags) != 1:
            raise UnreachableError("press", "gone")
        return [7]

    async def write(self, tag, value):
        self.wrote = tag.name, value

    async def close(self):
        self._ended.set()


def heard(*events, channels=(CHANNEL,), until=None, now_ns=0):
    """All that is told, until `until(event)`."""

    async def run():
        inner = Told(*events)
        driver = with_waveforms(inner, "press", channels, lambda: (now_ns // 1000, now_ns))
        found = []
        async for event in driver.events():
            found.append(event)
            if event is events[-1] if until is None else until(event):
                await driver.close()
        return found, driver, await driver.read([SPEED, RMS])

    return asyncio.run(run())


def at(ms):
    return START + ms * 1000, (START + ms * 1000) * 1000


def test_samples_go_on_and_their_features_follow_as_values_of_the_machine():
    wave = stretch(0, 200, samples=np.tile([2.0, -2.0], 100))
    found, driver, values = heard(LinkUp("press", *at(0)), wave, Heard("press", *at(200)))
    assert [type(event) for event in found] == [LinkUp, Waveform, Batch, Batch, Heard]
    assert found[1] is wave
    assert dict(zip(found[2].tags, found[2].values, strict=True))["vibration.rms"] == 2.0
    assert values == [7, 2.0]
    assert driver.tells_changes


def test_a_machine_that_speaks_while_its_channel_is_silent_makes_the_features_unknown_once():
    silent = [Heard("press", *at(ms)) for ms in (300, 650, 950, 1300)]
    found, _, values = heard(LinkUp("press", *at(0)), stretch(0, 100), *silent)
    batches = [event for event in found if isinstance(event, Batch)]
    assert [batch.values[0] is None for batch in batches] == [False, True]
    assert found.index(batches[1]) == found.index(silent[2]) + 1, "after two periods and half a second"
    assert values == [7, None]


def test_a_machine_that_is_gone_is_not_told_to_be_silent_too():
    late = Heard("press", *at(5000))
    found, *_ = heard(LinkUp("press", *at(0)), stretch(0, 100), LinkDown("press", "silent", "gone", *at(100)), late)
    assert [type(event) for event in found if isinstance(event, Batch)] == [Batch]


def test_a_long_stretch_is_looked_at_beside_the_polls():
    long = stretch(0, MANY_SAMPLES + 100)
    found, *_ = heard(LinkUp("press", *at(0)), long, Heard("press", *at(0)))
    assert len([event for event in found if isinstance(event, Batch)]) == (MANY_SAMPLES + 100) // 100


@pytest.mark.parametrize(("is_there", "silent_ms"), [(True, 0), (True, 2000), (False, 0)])
def test_files_are_no_sign_of_life_of_the_machine(tmp_path, is_there, silent_ms):
    for name in ("1.f32", "2.f32"):
        (tmp_path / name).write_bytes(np.tile([1.0, -1.0], 100).astype("<f4").tobytes())
    written_us = (tmp_path / "1.f32").stat().st_mtime_ns // 1000
    machine_ns = (written_us + 1000) * 1000
    channel = Channel("vibration", RATE, "g", 0.2, Features(0.1), folder=Folder(tmp_path, tmp_path / "m"))
    up = LinkUp("press", machine_ns // 1000, machine_ns)
    events = [up] if is_there else [up, LinkDown("press", "closed", "gone", machine_ns // 1000, machine_ns)]
    now_ns = machine_ns + silent_ms * MS + 5 * MS
    found, *_ = heard(*events, channels=(channel,), until=lambda event: isinstance(event, Batch), now_ns=now_ns)
    waves = [event for event in found if isinstance(event, Waveform)]
    batch = found[-1]
    is_live = is_there and not silent_ms
    assert (batch.is_past, waves[0].is_past) == (not is_live, not is_live)
    assert batch.heard_ns == (machine_ns if is_live else now_ns)
