"""The heartbeat at a machine: it stands while core or record are not well, and the core hears that it stood."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace

import pytest

from hmi.channel.facts import Pulse
from hmi.engine import heartbeat
from hmi.engine.heartbeat import Heartbeat, Life, heartbeat_tag
from hmi.station import station as core
from hmi.station.topics import MachinesTopic
from station_db.errors import CommitFailedError
from station_db.store import Store

SECOND = 1_000_000_000
YOUNG_NS = 400_000_000
LAST_BEAT_NS = YOUNG_NS + 100_000_000
WATCHED_NS = 800_000_000


class Illness:
    """Strikes wherever the test lets it, from when it is on."""

    def __init__(self, error: Exception) -> None:
        self.is_on, self.since_ns, self._error = False, 0, error

    def strike(self) -> None:
        if self.is_on:
            self.since_ns = self.since_ns or time.monotonic_ns()
            raise self._error


@pytest.fixture
def _quick(monkeypatch):
    """A heart so quick that a test can wait for it."""
    monkeypatch.setattr(heartbeat, "BEAT_S", 0.02)
    monkeypatch.setattr(heartbeat, "RECORD_YOUNG_NS", YOUNG_NS)
    monkeypatch.setattr(heartbeat, "PAUSE_NS", YOUNG_NS)


@pytest.fixture
def told(monkeypatch):
    """The machines of which the core heard that our beats stood."""
    heard, paused = [], core.heartbeat_paused

    def spy(station, machine, now):
        heard.append(machine)
        return paused(station, machine, now)

    monkeypatch.setattr(core, "heartbeat_paused", spy)
    return heard


def beats(press) -> int:
    return sum(tag == "station_heartbeat" for tag, _ in press.writes)


async def stands_while(illness: Illness, press, screen, told) -> None:
    """Beats, falls ill, stands all the time, is healed, beats again and says that it stood."""

    async def later_than(mono_ns: int) -> int:
        return (await screen.until(lambda message: isinstance(message, Pulse) and message.mono_ns > mono_ns)).mono_ns

    await screen.until(lambda _: beats(press) > 1)
    illness.is_on = True
    press.make_part()
    await screen.until(lambda _: illness.since_ns)
    stood = await later_than(illness.since_ns + LAST_BEAT_NS)
    before = beats(press)
    await later_than(stood + WATCHED_NS)
    assert (beats(press), told) == (before, [])
    illness.is_on = False
    await screen.until(lambda _: told)
    assert (beats(press) > before, told) == (True, ["PRESS"])


@pytest.mark.usefixtures("_quick")
@pytest.mark.expects_log("decisions was not written")
@pytest.mark.timeout(10)  # a core is built anew every half second, several times
def test_it_stands_while_every_commit_fails(tmp_path, station, monkeypatch, told):
    commit, illness = Store.commit, Illness(CommitFailedError("disk full"))

    def maybe(self, batch, at):
        illness.strike()
        return commit(self, batch, at)

    monkeypatch.setattr(Store, "commit", maybe)

    async def run() -> None:
        async with station(tmp_path) as (_, press, screen):
            await stands_while(illness, press, screen, told)

    asyncio.run(run())


@pytest.mark.usefixtures("_quick")
@pytest.mark.expects_log("the task core died")
@pytest.mark.timeout(10)  # the dead core is started again after up to two seconds
def test_it_stands_while_the_core_dies_again_and_again(tmp_path, station, monkeypatch, told):
    hear, illness = core.hear, Illness(OverflowError("a bug"))

    def poisoned(station, event, curves, now):
        illness.strike()
        return hear(station, event, curves, now)

    monkeypatch.setattr(core, "hear", poisoned)

    async def run() -> None:
        async with station(tmp_path) as (_, press, screen):
            await stands_while(illness, press, screen, told)

    asyncio.run(run())


def test_it_moves_while_all_is_well(tmp_path, station):
    async def run() -> None:
        async with station(tmp_path) as (_, press, screen):
            await screen.topic(MachinesTopic, lambda topic: topic.machines[0].link_up)
            await screen.until(lambda _: len({value for tag, value in press.writes if tag == "station_heartbeat"}) >= 2)

    asyncio.run(run())


class OverError(Exception):
    """The test has no more turns."""


@pytest.mark.parametrize(
    ("gaps_ms", "reports"),
    [([500] * 8, 0), ([500, 1400, 500], 0), ([500, 1600, 500], 1), ([3500, 500], 0), ([500, 500, 3500, 500, 2000], 2)],
)
def test_only_a_pause_in_which_the_machine_may_have_voided_its_permit_is_told(
    bench_press, press_machine, monkeypatch, gaps_ms, reports
):
    monkeypatch.setattr(heartbeat, "BEAT_S", 0)
    now, gaps, told = SimpleNamespace(mono=0), iter(gaps_ms), []

    def one_turn_later() -> bool:
        gap = next(gaps, None)
        if gap is None:
            raise OverError
        now.mono += gap * SECOND // 1000
        return True

    async def run() -> None:
        life = Life(one_turn_later, lambda: now.mono, lambda: told.append(now.mono))
        await Heartbeat(heartbeat_tag(press_machine), bench_press(), SimpleNamespace(moment=lambda: now), life).beat()

    with pytest.raises(OverError):
        asyncio.run(run())
    assert len(told) == reports
