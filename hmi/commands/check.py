"""Check a station.toml as a whole; with --connect read every tag of every machine once."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from drivers.driver import Driver, DriverError, MachineSetupError
from drivers.tag import Value
from hmi.clock import SystemClock
from hmi.commands.configured import read_settings
from hmi.commands.fitting import build_drivers
from hmi.exits import Exit
from hmi.settings import Machine, Settings
from station_db.sync.dialling import remarks
from station_db.sync.errors import CentreUrlError

CONNECT_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class TagCheck:
    """One tag as it was read."""

    machine: str
    tag: str
    value: Value
    unit: str
    quality: str
    at_us: int
    reason: str = ""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of `check`."""
    parser.add_argument("station", type=Path, metavar="STATION.toml")
    parser.add_argument("--connect", action="store_true", help="read every tag once; exit 1 if any is bad")
    parser.add_argument("--json", action="store_true", help="print what was found as JSON")


def run(options: argparse.Namespace) -> int:
    """Check; with --connect exit 1 if a tag is bad."""
    settings = read_settings(options.station)
    if settings is None:
        return Exit.USAGE
    drivers = build_drivers(settings)
    said = centre_remarks(settings)
    if drivers is None or said is None:
        return Exit.USAGE
    checks = asyncio.run(read_all(settings, drivers)) if options.connect else []
    report(settings, checks, said, as_json=options.json)
    return Exit.BAD if any(check.quality != "good" for check in checks) else Exit.DONE


def centre_remarks(settings: Settings) -> tuple[str, ...] | None:
    """What the centre's address gives away; None, and said, where it can't be read."""
    try:
        return remarks(settings.centre.url, settings.id) if settings.centre else ()
    except CentreUrlError as error:
        print(f"{settings.path}: [centre] url: {error}", file=sys.stderr)
        return None


async def read_all(settings: Settings, drivers: list[Driver]) -> list[TagCheck]:
    """Every tag of every machine, read one by one so that one bad tag hides no other."""
    results = await asyncio.gather(*(read_machine(m, d) for m, d in zip(settings.machines, drivers, strict=True)))
    return [check for checks in results for check in checks]


async def read_machine(machine: Machine, driver: Driver) -> list[TagCheck]:
    """One machine's tags; when it does not answer at all, that is said once for each."""
    checks: list[TagCheck] = []
    gone = ""
    for tag in machine.wired:
        value: Value = None
        reason = gone
        if not gone:
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    value = (await driver.read([tag]))[0]
                reason = "" if value is not None else "the machine gives no good value"
            except MachineSetupError as error:
                reason = error.reason
            except (DriverError, TimeoutError) as error:
                reason = error.reason if isinstance(error, DriverError) else "no answer within 10 s"
                gone = reason
        quality = "good" if value is not None else "bad"
        checks.append(TagCheck(machine.id, tag.name, value, tag.unit, quality, SystemClock().moment().wall, reason))
    await driver.close()
    return checks


def report(settings: Settings, checks: list[TagCheck], said: tuple[str, ...], *, as_json: bool) -> None:
    """Say what was found."""
    if as_json:
        tags_found = [asdict(check) for check in checks]
        found = {"station": settings.id, "machines": len(settings.machines), "tags": tags_found, "remarks": said}
        print(json.dumps(found))
        return
    tags = sum(len(machine.tags) for machine in settings.machines)
    print(f"{settings.path}: station {settings.id}, {len(settings.machines)} machines, {tags} tags. The file is good.")
    for check in checks:
        value = f"{check.value} {check.unit}".strip() if check.quality == "good" else f"bad: {check.reason}"
        print(f"  {check.machine:<14} {check.tag:<20} {value}")
    for remark in said:
        print(f"  [centre] url: {remark}.")
