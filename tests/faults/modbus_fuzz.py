"""Fuzzes the Modbus driver, as a whole, with right replies made wrong: no value that is told may be wrong.

python -m tests.faults.modbus_fuzz --frames 200000 --seed 7
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from drivers.driver import DeviceSetup, Driver, UnreachableError
from drivers.modbus.driver import create
from drivers.tag import DataType, Role, Tag
from tests.faults.modbus_faults import FaultyMachine, serve
from tests.faults.modbus_framing import Framing
from tests.faults.modbus_lies import End, Scene, Step
from tests.faults.modbus_mutations import mutated

TIMEOUT_S = 0.05
_LANES = 24
"""Machines that are fuzzed at the same time: most of it is waiting for a timeout."""
_HONEST_SHARE = {Framing.TCP: 0.15, Framing.RTU: 0.4}
"""A serial line asks twice: what may come late is fenced off first."""
_CLOSING_SHARE = 0.5
"""Of the TCP machines that hang up behind a wrong reply, so that it is judged at once."""


@dataclass
class Tally:
    """What came of it."""

    frames: int = 0
    """Wrong replies that were sent."""
    told: int = 0
    """Reads that gave values, each compared with the truth."""
    refused: int = 0
    """Reads that gave none."""
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = (
            f"{self.frames} wrong replies sent, {self.told} reads told, {self.refused} refused, {len(self.wrong)} wrong values"
        )
        return "\n".join([counts, *self.wrong[:10]])

    def __add__(self, other: "Tally") -> "Tally":
        told, refused = self.told + other.told, self.refused + other.refused
        return Tally(self.frames + other.frames, told, refused, self.wrong + other.wrong)


@dataclass
class Mutant:
    """A lie that is another at every request."""

    rng: Random
    left: int
    sent: int = 0
    seen: set[int] = field(default_factory=set)

    def __call__(self, scene: Scene) -> list[Step]:
        self.seen.add(scene.request.transaction)
        if self.rng.random() < _HONEST_SHARE[scene.framing] or not scene.request.is_read or self.sent >= self.left:
            return [scene.right]
        self.sent += 1
        steps: list[Step] = [mutated(scene, self.rng, self.seen)]
        hangs_up = scene.framing is Framing.TCP and self.rng.random() < _CLOSING_SHARE
        return [*steps, End.CLOSE] if hangs_up else steps


async def fuzz(framing: Framing, frames: int, seed: int, lanes: int = _LANES) -> Tally:
    """Send so many wrong replies, from several machines at a time."""
    shares = [frames // lanes + (lane < frames % lanes) for lane in range(lanes)]
    tallies = await asyncio.gather(*(_lane(framing, share, Random(f"{seed}/{lane}")) for lane, share in enumerate(shares)))
    return sum(tallies, Tally())


async def _lane(framing: Framing, frames: int, rng: Random) -> Tally:
    mutant = Mutant(rng, frames)
    machine = FaultyMachine(framing, mutant, timeout_s=TIMEOUT_S, rng=rng)
    tally = Tally()
    async with serve(machine):
        while mutant.sent < frames:
            await _one_life(machine, mutant, _tags(rng), tally)
    tally.frames = mutant.sent
    return tally


async def _one_life(machine: FaultyMachine, mutant: Mutant, tags: Sequence[Tag], tally: Tally) -> None:
    """Read with one driver until it is refused: a new one dials at once, where the old one would rightly wait."""
    driver = create(_setup(machine, tags))
    try:
        while mutant.sent < mutant.left:
            await _read(driver, machine, tags, tally)
    except UnreachableError:
        tally.refused += 1
    finally:
        await driver.close()


async def _read(driver: Driver, machine: FaultyMachine, tags: Sequence[Tag], tally: Tally) -> None:
    values = await driver.read(tags)
    if None in values:
        tally.refused += 1
    else:
        tally.told += 1
    lies = (machine.truth.lie(1, tag, value) for tag, value in zip(tags, values, strict=True))
    tally.wrong += [lie for lie in lies if lie]


def _tags(rng: Random) -> list[Tag]:
    table = rng.choice(("holding", "holding", "input", "coil"))
    kind = DataType.BOOL if table == "coil" else DataType.UINT16
    start = rng.randrange(2000)
    places = (f"{table}:{start + place}" for place in range(rng.choice((1, 2, 3, 8, 20, 60, 125))))
    return [Tag(place, place, kind, Role.PROCESS_VALUE) for place in places]


def _setup(machine: FaultyMachine, tags: Sequence[Tag]) -> DeviceSetup:
    options = {"host": "127.0.0.1", "port": machine.port, "timeout_ms": round(TIMEOUT_S * 1000)}
    if machine.framing is Framing.RTU:
        options["transport"] = "rtu_over_tcp"
    return DeviceSetup("fuzzed", options, tuple(tags), {"normal": 1000}, lambda: (0, 0))


def main(arguments: Sequence[str]) -> int:
    """Fuzz both framings and print the counts; 1 where a value was wrong."""
    parser = argparse.ArgumentParser(prog="modbus_fuzz", description=__doc__)
    parser.add_argument("--frames", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    whole = Tally()
    for framing in Framing:
        tally = asyncio.run(fuzz(framing, asked.frames // 2, asked.seed))
        print(f"{framing.value}: {tally}", flush=True)
        whole += tally
    return 1 if whole.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
