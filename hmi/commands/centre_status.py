"""How each station stands at the centre, and what somebody should look at; what was set aside can be read or tried again."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict

from hmi.clock import SystemClock
from hmi.commands.ages import ago, span
from hmi.exits import Exit
from station_db.records.base import Instant
from station_db.sync import aside, versions
from station_db.sync.centre import Centre
from station_db.sync.offset import measure
from station_db.sync.status import CentreStands, StationStands, status
from station_db.sync.up import marks

MINUTE_US = 60_000_000
SILENT_US = 15 * MINUTE_US
UNHEARD_US = 24 * 60 * MINUTE_US
STALLED_US = 15 * MINUTE_US
BACKUP_US = 26 * 60 * MINUTE_US
"""Backups are hourly; a day and a night shift without one is too long."""
CLOCK_US = 2_000_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `centre status` can be asked besides."""
    asked = parser.add_mutually_exclusive_group()
    asked.add_argument("--aside", metavar="STATION", help="print what of it is set aside, whole, as JSON lines")
    asked.add_argument("--retry-aside", metavar="STATION", help="try to read what is set aside of it once more")


def show(options: argparse.Namespace, password: str) -> int:
    """Do what was asked; exit 1 when a station needs somebody."""
    centre = Centre.connect(options.url, password)
    try:
        if station := options.aside or options.retry_aside:
            marks(centre, station)  # a name nobody knows is refused
        if options.aside:
            return print_aside(centre, options.aside)
        if options.retry_aside:
            return retry_aside(centre, options.retry_aside)
        stands, now = status(centre), time_of(centre)
    finally:
        centre.close()
    amiss = {station.station_id: tuple(what_is_amiss(station, stands.schema, now)) for station in stands.stations}
    print(as_json(stands, amiss) if options.json else as_text(stands, amiss, now))
    return Exit.BAD if any(amiss.values()) else Exit.DONE


def time_of(centre: Centre) -> Instant:
    """The centre's own: what it is told is compared by it, whatever clock the computer has where somebody asks."""
    clock = SystemClock()
    found = measure(centre, lambda: clock.moment().wall)
    return Instant(clock.moment().wall + (found.offset_us if found else 0))


def print_aside(centre: Centre, station: str) -> int:
    """One line an entry."""
    for line in aside.lines(centre, station):
        print(line)
    return Exit.DONE


def retry_aside(centre: Centre, station: str) -> int:
    """As the centre's owner or as the station itself, who may write its rows."""
    done = aside.retry(centre, station, SystemClock().moment().wall)
    left = aside.items(centre, station, 1)
    print(f"{station}: {done:,} read into their tables now" + (f"; the rest is as before: {left[0].reason}" if left else "."))
    return Exit.BAD if left else Exit.DONE


def as_json(stands: CentreStands, amiss: dict[str, tuple[str, ...]]) -> str:
    """All of it, for a program."""
    stations = [asdict(station) | {"amiss": amiss[station.station_id]} for station in stands.stations]
    return json.dumps(asdict(stands) | {"stations": stations})


def as_text(stands: CentreStands, amiss: dict[str, tuple[str, ...]], now: Instant) -> str:
    """A line for the centre, one a station, and below it what is amiss."""
    lines = [f"Centre: schema {stands.schema}, {stands.last_seq} entries of its own, {len(stands.stations)} stations."]
    for station in stands.stations:
        lines += [station_line(station, now), *(f"    ! {each}" for each in amiss[station.station_id])]
    return "\n".join(lines)


def station_line(station: StationStands, now: Instant) -> str:
    """`ST-040  1,204 here  heard 2 s ago  0 waiting  0 set aside  schema 0003  clock 12 ms ahead of the centre's`."""
    heard = f"heard {ago(now - station.last_heard_at)}" if station.last_heard_at else "not heard yet"
    waiting = "waiting: unknown" if station.backlog is None else f"{station.backlog:,} waiting"
    oldest = f", oldest {ago(now - station.oldest_unsent_at)}" if station.oldest_unsent_at and station.backlog else ""
    parts = [f"  {station.station_id:<12} {station.entries:,} here", heard, waiting + oldest]
    return "  ".join([*parts, f"{station.set_aside:,} set aside", *_said_of_itself(station, now)])


def _said_of_itself(station: StationStands, now: Instant) -> Iterator[str]:
    """What only a station that was heard can say."""
    if station.signals_waiting:
        yield f"{station.signals_waiting:,} blocks of signals waiting"
    if station.schema:
        yield f"schema {station.schema}"
    if station.clock_offset_us is not None:
        yield f"clock {abs(station.clock_offset_us) / 1000:,.0f} ms {_side(station.clock_offset_us)} the centre's"
    if station.last_backup_at:
        yield f"backup {ago(now - station.last_backup_at)}"


def what_is_amiss(station: StationStands, centre_schema: str, now: Instant) -> Iterator[str]:
    """What somebody should look at; a station that was never heard may not be there yet, for a day."""
    if station.last_heard_at is None:
        if now - station.registered_at > UNHEARD_US:
            yield f"set up {ago(now - station.registered_at)}, never heard"
        return
    if now - station.last_heard_at > SILENT_US:
        yield f"not heard for {span(now - station.last_heard_at)}"
    elif station.backlog and station.oldest_unsent_at and now - station.oldest_unsent_at > STALLED_US:
        yield f"its oldest entry waits for {span(now - station.oldest_unsent_at)} though it is heard"
    if station.set_aside:
        yield f"{station.set_aside:,} entries are safe but in no table; see --aside {station.station_id}"
    offset_us = station.clock_offset_us or 0
    if abs(offset_us) > CLOCK_US:
        yield f"its clock is {abs(offset_us) / 1_000_000:,.1f} s {_side(offset_us)} the centre's"
    if station.last_backup_at and now - station.last_backup_at > BACKUP_US:
        yield f"no good backup for {span(now - station.last_backup_at)}"
    yield from _of_another_release(station.schema, centre_schema)


def _side(offset_us: int) -> str:
    """Where a clock is to which so much must be added."""
    return "behind" if offset_us > 0 else "ahead of"


def _of_another_release(schema: str | None, centre_schema: str) -> Iterator[str]:
    if not (schema and schema.isdecimal() and centre_schema.isdecimal()):
        return
    ahead = int(schema) - int(centre_schema)
    if ahead > 0:
        yield f"it is of a newer release ({schema}): run `lineside centre init` with that Lineside"
    elif ahead == -versions.SPAN:
        yield f"it is of an old release ({schema}): the centre's next one will refuse it"
