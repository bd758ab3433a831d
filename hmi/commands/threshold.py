"""Watch a number of a machine, such as a current, and propose what tells running from standing."""

from __future__ import annotations

import argparse
import asyncio
import math
import sys
from pathlib import Path
from typing import Any

from drivers.derived.threshold import Level, Proposal, propose
from drivers.driver import Driver
from drivers.reading import Batch, LinkDown
from hmi.commands.configured import read_settings
from hmi.commands.fitting import build_drivers
from hmi.exits import Exit
from hmi.settings import Machine, Settings


class Watched:
    """What a tag was, and for how long."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.values: list[float] = []
        self.seconds: list[float] = []
        self.trouble = ""
        self._last: tuple[float, int] | None = None

    def hear(self, event: Any) -> None:
        """Take an event of the machine's driver."""
        if isinstance(event, Batch) and event.is_past:
            return
        if isinstance(event, LinkDown):
            self._last, self.trouble = None, event.reason
            return
        if self._last is not None:
            value, since = self._last
            self.values.append(value)
            self.seconds.append((event.heard_ns - since) / 1e9)
            self._last = value, event.heard_ns
        if isinstance(event, Batch) and self.tag in event.tags:
            value = event.values[event.tags.index(self.tag)]
            is_number = isinstance(value, int | float) and math.isfinite(value)
            self._last = (float(value), event.heard_ns) if is_number else None


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of `threshold`."""
    parser.add_argument("station", type=Path, metavar="STATION.toml")
    parser.add_argument("machine", metavar="MACHINE", help="the id of the machine")
    parser.add_argument("tag", metavar="TAG", help="the number to watch")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to watch (60); it must run and stand meanwhile")


def run(options: argparse.Namespace) -> int:
    """Watch, then propose; exit 1 where only one level was seen."""
    settings = read_settings(options.station)
    drivers = None if settings is None else build_drivers(settings)
    if settings is None or drivers is None:
        return Exit.USAGE
    found = find(settings, drivers, options.machine, options.tag)
    if found is None:
        print(f"lineside threshold: there is no tag '{options.tag}' of a machine '{options.machine}'.", file=sys.stderr)
        return Exit.USAGE
    machine, driver = found
    print(f"Watching {machine.id} {options.tag} for {options.seconds:g} s. Let it run and stand meanwhile.", flush=True)
    watched = Watched(options.tag)
    asyncio.run(watch(driver, watched, options.seconds))
    if not watched.values:
        print(f"Nothing was heard of it. {watched.trouble}".strip(), file=sys.stderr)
        return Exit.ABSENT
    return tell(propose(watched.values, watched.seconds), watched, unit_of(machine, options.tag))


def find(settings: Settings, drivers: list[Driver], machine: str, tag: str) -> tuple[Machine, Driver] | None:
    """The machine that is meant, and its driver."""
    pairs = zip(settings.machines, drivers, strict=True)
    found = [(one, driver) for one, driver in pairs if one.id == machine and tag in {each.name for each in one.wired}]
    return found[0] if found else None


def unit_of(machine: Machine, tag: str) -> str:
    """The unit of a tag."""
    return next(one.unit for one in machine.wired if one.name == tag)


async def watch(driver: Driver, watched: Watched, seconds: float) -> None:
    """Listen to the machine for so long."""
    try:
        async with asyncio.timeout(seconds):
            async for event in driver.events():
                watched.hear(event)
    except TimeoutError:
        pass
    finally:
        await driver.close()


def tell(proposal: Proposal | None, watched: Watched, unit: str) -> int:
    """Print both levels and the lines for station.toml, or that it can't be told."""
    if proposal is None:
        seen = f"{min(watched.values):g} to {max(watched.values):g} {unit}".strip()
        print(f"Cannot tell: only one level was seen ({seen}). Watch longer, while the machine runs and stands.")
        return Exit.BAD
    print(f"standing: {described(proposal.low, unit)}\nrunning:  {described(proposal.high, unit)}\n")
    print(f'[machine.derived.running]\nkind = "running"\ntag = "{watched.tag}"')
    print(f"threshold = {proposal.threshold!r}\nhysteresis = {proposal.hysteresis!r}")
    return Exit.DONE


def described(level: Level, unit: str) -> str:
    """One level in words."""
    return f"{level.mean:.3g} {unit} (± {level.spread:.2g}), {level.share:.0%} of the time"
