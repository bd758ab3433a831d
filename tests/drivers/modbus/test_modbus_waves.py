"""A high-rate channel in a ring of registers over a real socket, written on meanwhile: no sample wrong or silently lost."""

import asyncio
import itertools
from contextlib import aclosing

import numpy as np
import pytest

from drivers.driver import DeviceSetup, MachineSetupError, WaveformSetup
from drivers.link import RemarkCode
from drivers.modbus.driver import create
from drivers.reading import LinkDown, LinkUp, Remark, Waveform
from drivers.simulation.modbus_pdu import Image
from drivers.simulation.modbus_server import ModbusServer
from drivers.tag import DataType, Role, Tag

AT = 100
RATE = 1000.0
SPEED = Tag("speed", "holding:0", DataType.UINT16, Role.SIGNAL)


class Ring:
    """A controller that puts `pace` samples before each answer; sample n is n modulo 30,000."""

    def __init__(self, capacity: int, pace: int, index: int = 0) -> None:
        self.capacity, self.pace, self.index, self.boot, self.overrun = capacity, pace, index, 1, 0
        self.memory = np.zeros(AT + 8 + capacity, np.int64)
        self.is_short_of_memory = False

    def words(self):
        for _ in range(self.pace):
            self.memory[AT + 8 + self.index % self.capacity] = self.index % 30_000
            self.index = (self.index + 1) % 2**32
        head = [self.index >> 16, self.index & 0xFFFF, self.overrun, 9, 0, 0, 1, self.boot]
        self.memory[AT : AT + 8] = head
        return self.memory[: AT if self.is_short_of_memory else None].tolist()


def channel(capacity: int, **more) -> WaveformSetup:
    return WaveformSetup("vib", f"holding:{AT}", RATE, "g", more.pop("scale", 1.0), capacity, **more)


def setup_for(port: int, wave: WaveformSetup) -> DeviceSetup:
    ticks = itertools.count(1)
    options = {"host": "127.0.0.1", "port": port}
    return DeviceSetup("press", options, (SPEED,), {"normal": 20}, lambda: (next(ticks) * 1000, next(ticks)), waveforms=(wave,))


def follow(ring: Ring, scenario, **more):
    async def run():
        server = ModbusServer(Image(ring.words, lambda: 0, lambda *_: None), 0)
        driver = create(setup_for(await server.start(), channel(ring.capacity, **more)))
        try:
            async with aclosing(driver.events()) as events:
                return await scenario(events, server)
        finally:
            await driver.close()
            await server.close()

    return asyncio.run(run())


async def waves(events, count):
    found = []
    async for event in events:
        if isinstance(event, Waveform):
            found.append(event)
            if len(found) == count:
                return found
    return found


def numbers(wave) -> list[int]:
    return np.frombuffer(wave.samples, "<f4").astype(int).tolist()


def check_whole(found) -> None:
    """Each stretch goes on where the one before ended, or says how much is missing."""
    for wave, following in itertools.pairwise(found):
        assert following.first == wave.first + len(numbers(wave)) + following.lost
        assert numbers(following)[0] == (numbers(wave)[-1] + 1 + following.lost) % 30_000
    for wave in found:
        assert all((after - before) % 30_000 == 1 for before, after in itertools.pairwise(numbers(wave)))


@pytest.mark.parametrize(("capacity", "pace"), [(100, 7), (3000, 7), (3000, 90)])
def test_a_ring_is_followed_without_a_wrong_sample_while_it_is_written_on(capacity, pace):
    ring = Ring(capacity, pace)
    found = follow(ring, lambda events, _: waves(events, 15))
    check_whole(found)
    assert (found[0].first, found[0].lost, found[0].unit, found[0].rate_hz) == (0, 0, "g", RATE)
    assert not any(wave.lost for wave in found)


def test_what_a_ring_too_small_loses_is_counted():
    found = follow(Ring(240, 45), lambda events, _: waves(events, 10))
    check_whole(found)
    assert sum(wave.lost for wave in found) > 0


class Holed(Ring):
    """Its samples are float32, and every thirtieth is no number."""

    def words(self):
        super().words()
        newest = np.arange(max(self.index - 1000, 0), self.index)
        samples = np.where(newest % 30 == 0, np.nan, newest).astype(">f4").view(">u2").reshape(-1, 2)
        memory = np.zeros(AT + 8 + 2 * self.capacity, np.int64)
        memory[: AT + 8] = self.memory[: AT + 8]
        for half in (0, 1):
            memory[AT + 8 + half :: 2][newest % self.capacity] = samples[:, half]
        return memory.tolist()


def test_stretches_of_one_poll_are_dated_by_their_place_in_it():
    found = follow(Holed(2000, 25), lambda events, _: waves(events, 12), data_type=DataType.FLOAT32)
    pairs = [pair for pair in itertools.pairwise(found) if pair[0].heard_ns == pair[1].heard_ns]
    assert pairs
    for wave, following in pairs:
        assert following.lost == 1
        assert following.at - wave.at == 1000 * (len(numbers(following)) + following.lost)


def test_the_index_may_wrap_in_the_middle():
    found = follow(Ring(128, 11, index=2**32 - 300), lambda events, _: waves(events, 20))
    assert not any(wave.lost for wave in found)
    assert all(following.first == wave.first + len(numbers(wave)) for wave, following in itertools.pairwise(found))


def test_samples_are_in_their_unit():
    found = follow(Ring(3000, 7), lambda events, _: waves(events, 2), scale=0.01)
    whole = np.frombuffer(found[0].samples, "<f4")
    raw = np.rint(whole.astype(float) / 0.01)
    assert set(np.diff(raw)) == {1.0}
    assert whole.tolist() == (raw * 0.01).astype("<f4").tolist()


def test_a_program_that_starts_anew_begins_anew():
    ring = Ring(3000, 7)

    async def scenario(events, _):
        before = await waves(events, 3)
        ring.index, ring.boot = 0, 2
        return before, await waves(events, 3)

    before, after = follow(ring, scenario)
    assert before[-1].first > 0
    assert (after[0].first, after[0].lost) == (0, 0)
    check_whole(after)


def test_what_a_dropped_link_cost_is_counted():
    ring = Ring(300, 20)

    async def scenario(events, server):
        before = await waves(events, 2)
        server.drop_link(0.0)
        async for event in events:
            if isinstance(event, LinkDown):
                for _ in range(40):
                    ring.words()
            if isinstance(event, LinkUp):
                break
        return [*before, *await waves(events, 3)]

    found = follow(ring, scenario)
    check_whole(found)
    assert sum(wave.lost for wave in found) >= 500


def test_a_ring_that_is_refused_is_said_and_the_machine_lives():
    ring = Ring(3000, 7)
    ring.is_short_of_memory = True

    async def scenario(events, _):
        said = []
        async for event in events:
            if isinstance(event, Remark):
                said.append(event)
                ring.is_short_of_memory = False
            if isinstance(event, Waveform):
                return said
        return said

    said = follow(ring, scenario)
    assert [(one.code, one.is_over) for one in said] == [(RemarkCode.CHANNEL_REFUSED, False), (RemarkCode.CHANNEL_REFUSED, True)]
    assert "'vib'" in said[0].reason


@pytest.mark.parametrize(
    ("wave", "says"),
    [
        (channel(30), "must hold 40"),
        (WaveformSetup("vib", "holding:100", RATE), "source is fifo"),
        (WaveformSetup("vib", "holding:65000", RATE, capacity=1000), "beyond the last address"),
        (WaveformSetup("vib", "coil:1", RATE, capacity=1000), "holding or input"),
    ],
)
def test_a_ring_that_can_not_be_read_is_refused_before_anything_is_sent(wave, says):
    with pytest.raises(MachineSetupError, match=says) as caught:
        create(setup_for(1, wave))
    assert caught.value.tag == "vib"
