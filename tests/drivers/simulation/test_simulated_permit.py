"""The permit: one cycle, once, and only while the station lives."""

import pytest
from simulated import Bench

from drivers.simulation.counts import Counter
from drivers.simulation.machine import MachineSetup
from drivers.simulation.packml import PackML
from drivers.simulation.permit import LIFE_MS, PermitWord
from drivers.simulation.press import Press
from drivers.simulation.truth import PermitUsed, PermitVoid


class Station(Bench):
    """A station at a press that needs permits; it beats each 500 ms while `is_alive`."""

    def __init__(self) -> None:
        super().__init__(Press(MachineSetup()))
        self.is_alive = True
        self.write(PermitWord.REQUIRED, 1)

    def write(self, word: PermitWord, value: int) -> None:
        """Write one word."""
        self.model.machine.write(word, value, self.now_ms)

    def turn(self) -> None:
        """One scan, with the station's beat where it is due."""
        if self.is_alive and self.now_ms % 500 == 0:
            self.write(PermitWord.HEARTBEAT, int(self.now_ms / 500) + 1)
        super().turn()

    def wait(self, seconds: float) -> None:
        """Turn for so long."""
        until = self.now_ms + seconds * 1000
        self.turn_until(lambda: self.now_ms >= until)


@pytest.fixture
def station() -> Station:
    """A press that has come to rest for want of a permit."""
    station = Station()
    station.wait(2)
    assert station.model.machine.state is PackML.IDLE
    return station


def test_a_permit_lets_exactly_one_cycle_run(station):
    station.write(PermitWord.CYCLE, 1)
    station.wait(20)
    assert [part.cycle for part in station.parts()] == [1]
    assert [event for event in station.events if isinstance(event, PermitUsed)] == [PermitUsed(1)]


def test_the_same_number_again_is_no_permit_for_the_next_cycle(station):
    for _ in range(2):
        station.write(PermitWord.CYCLE, 1)
        station.wait(10)
    assert len(station.parts()) == 1


@pytest.mark.parametrize("cycle", [0, 2, 65535])
def test_a_permit_for_another_cycle_starts_nothing(station, cycle):
    station.write(PermitWord.CYCLE, cycle)
    station.wait(10)
    assert not station.parts()


def test_without_any_heartbeat_no_permit_is_used(station):
    station.is_alive = False
    station.wait(3)
    station.write(PermitWord.CYCLE, 1)
    station.wait(10)
    assert not station.parts()


def test_a_pending_permit_is_void_when_the_heartbeat_stops_and_stays_void_when_it_comes_back(station):
    station.write(PermitWord.CYCLE, 1)
    station.is_alive = False
    station.model.machine.stop_after(0)
    station.wait(LIFE_MS / 1000 + 0.6)
    assert PermitVoid(1) in station.events
    station.is_alive = True
    station.model.machine.clear()
    station.wait(5)
    assert not station.parts()
    station.write(PermitWord.CYCLE, 1)
    station.wait(6)
    assert len(station.parts()) == 1


def test_a_permit_just_before_the_first_beat_is_joined_by_it():
    station = Station()
    station.is_alive = False
    station.wait(2)
    station.write(PermitWord.CYCLE, 1)
    station.wait(0.5)
    assert not station.parts()
    station.is_alive = True
    station.wait(6)
    assert len(station.parts()) == 1


def test_after_the_wrap_cycle_0_is_permitted_by_writing_0(station):
    station.model.machine.preset(Counter.CYCLE, 65535)
    station.wait(3)
    assert not station.parts()
    station.write(PermitWord.CYCLE, 0)
    station.wait(6)
    assert [part.cycle for part in station.parts()] == [0]
