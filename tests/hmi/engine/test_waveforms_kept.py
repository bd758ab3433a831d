"""High-rate channels through a whole engine: features as values and frames, alarms by them, raw samples kept to the bit."""

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np
import pytest

from drivers.reading import Waveform
from drivers.waveforms.driver import with_waveforms
from drivers.waveforms.setup import Channel, Features, Keeping, Occasion
from drivers.waveforms.tags import tags_of
from hmi.channel.facts import LiveValues
from hmi.channel.memory import MemoryChannel
from hmi.engine.engine import Engine
from hmi.settings import Screen, Settings
from hmi.station.topics import AlarmsTopic, CountsTopic
from station_db.reader import Reader

RATE = 10_000.0
CHANNEL = Channel(
    "vibration",
    RATE,
    "g",
    0.1,
    Features(0.1, ((10.0, 1000.0),), {"rms": 1.5}),
    Keeping((Occasion.LIMIT, Occasion.BAD_PART, Occasion.ALARM), 0.2, 0.1),
)


class Shaker:
    """Says stretches of 50 ms, each sample known."""

    def __init__(self, press) -> None:
        self._press = press
        self.begun_us = time.time_ns() // 1000
        self.samples = np.zeros(0, "<f4")

    def shake(self, level: float, *, lost: int = 0) -> None:
        noise = np.random.default_rng(len(self.samples)).normal(0, level, 500).astype("<f4")
        first = len(self.samples) + lost
        self.samples = np.concatenate([self.samples, np.full(lost, np.nan, "<f4"), noise])
        at = self.begun_us + round((len(self.samples) - 1) * 1e6 / RATE)
        self._press.say(Waveform("PRESS", "vibration", "g", RATE, first, noise.tobytes(), lost, at, time.monotonic_ns()))

    def between(self, since: int, until: int) -> bytes:
        """The samples of a span of time."""
        times = self.begun_us + np.arange(len(self.samples)) * 100
        return self.samples[(times >= since) & (times <= until)].tobytes()


@pytest.fixture
def shaken(tmp_path, bench_press, press_machine):
    """`async with shaken() as (press, shaker, screen)`."""

    @asynccontextmanager
    async def running():
        press = bench_press()
        machine = replace(
            press_machine,
            waveforms=(CHANNEL,),
            tags=(*press_machine.tags, *tags_of(CHANNEL, "Spindle")),
            groups={**press_machine.groups, "vibration": CHANNEL.period_ms},
        )
        settings = Settings(tmp_path / "s.toml", "ST-040", "Press", "", "UTC", tmp_path, (machine,), Screen())
        driver = with_waveforms(press, "PRESS", machine.waveforms, lambda: (0, 0))
        engine = Engine(settings, {"PRESS": driver})
        await engine.start()
        try:
            yield press, Shaker(press), MemoryChannel(engine.hub, "ST-040")
        finally:
            await engine.stop()

    return running


async def until(screen, claim):
    while not claim(message := await screen.receive()):
        pass
    return message


def says(tag, claim):
    """A claim about a live value."""
    return lambda message: (
        isinstance(message, LiveValues) and tag in message.tags and claim(message.values[message.tags.index(tag)])
    )


def topic(cls, claim):
    """A claim about a picture."""
    return lambda message: isinstance(getattr(message, "topic", None), cls) and claim(message.topic)


def kept_in(folder):
    return Reader(folder).waveforms("PRESS", 0, 2**62)


def test_a_feature_above_its_limit_is_an_alarm_and_keeps_what_was_before_it_to_the_bit(tmp_path, shaken):
    async def run():
        async with shaken() as (_, shaker, screen):
            for _ in range(10):
                shaker.shake(1.0)
            await until(screen, says("vibration.rms", lambda rms: 0.9 < rms < 1.1))
            for _ in range(2):
                shaker.shake(3.0)
            (alarm,) = (await until(screen, topic(AlarmsTopic, lambda alarms: alarms.alarms))).topic.alarms
            assert (alarm.source, alarm.text) == ("PRESS", "Spindle: RMS above 1.5 g")
            for _ in range(4):
                shaker.shake(1.0)
            await until(screen, topic(AlarmsTopic, lambda alarms: not any(alarm.is_active for alarm in alarms.alarms)))
            return shaker

    shaker = asyncio.run(run())
    (head,) = kept_in(tmp_path)
    crossed = shaker.begun_us + 5999 * 100
    assert (head.causes, head.from_at, head.to_at) == (("limit:rms",), crossed - 200_000, crossed + 100_000)
    assert Reader(tmp_path).waveform(head.digest) == shaker.between(head.from_at, head.to_at)
    frames = [frame for frame in Reader(tmp_path).frames_after(0, 10_000) if "vibration.rms" in frame.layout.tags]
    assert len(frames) == len(shaker.samples) // 1000
    at = frames[0].layout.tags.index("vibration.kurtosis")
    assert all(2 < frame.values[at] < 6 for frame in frames)


def test_a_bad_part_keeps_its_samples_and_a_hole_in_them_is_in_the_record(tmp_path, shaken):
    async def run():
        async with shaken() as (press, shaker, screen):
            press.make_part(good=False)
            await until(screen, topic(CountsTopic, lambda counts: counts.bad == 1))
            (part,) = Reader(tmp_path).resume().cycles
            shaker.begun_us = part.ended_at - 150_000
            for lost in (0, 0, 0, 700, 0, 0):
                shaker.shake(1.0, lost=lost)
            await until(screen, says("vibration.rms", lambda rms: rms is None))
            await until(screen, says("vibration.rms", bool))
            return shaker, part

    shaker, part = asyncio.run(run())
    heads = kept_in(tmp_path)
    assert [head.causes for head in heads] == [("bad_part:1",)] * 2
    assert [(head.lost, head.from_at, head.to_at) for head in heads] == [
        (0, shaker.begun_us, shaker.begun_us + 149_900),
        (700, shaker.begun_us + 220_000, part.ended_at + 100_000),
    ]
    reader = Reader(tmp_path)
    assert all(reader.waveform(head.digest) == shaker.between(head.from_at, head.to_at) for head in heads)


def test_what_an_open_window_holds_is_kept_when_the_engine_ends(tmp_path, shaken):
    async def run():
        async with shaken() as (_, shaker, screen):
            for _ in range(2):
                shaker.shake(3.0)
            await until(screen, topic(AlarmsTopic, lambda alarms: alarms.alarms))
            return shaker

    shaker = asyncio.run(run())
    (head,) = kept_in(tmp_path)
    assert head.count == len(shaker.samples)
